"""Sections of the report, by records made by hand."""

from ganzoo.report import sections


def side(positive=3):
    n_eff = {"value": 100.0, "low": 50.0, "high": 200.0}
    rows = [{"size": 10, "positive": positive, "batches": 20, "share": positive / 20, "n_eff": n_eff}]
    return {"batches": rows, "pooled": {"duplicates": 7, "n_eff": n_eff}}


def test_a_bar_is_hidden_from_screen_readers_that_read_its_number():
    page = str(sections._batches({"fake": side(), "real": side(5)}))
    assert page.count('aria-hidden="true"') == 2
    assert page.count('class="share"') == 2
    assert "width:15.0%" in page and "3 of 20" in page and "5 of 20" in page


def test_a_class_shows_its_own_duplicates_and_the_real_ones_estimate():
    record = {"name": "seven", "n_eff": {"value": 40.0, "low": 30.0, "high": 50.0}}
    page = str(sections._classes({"7": {**record, "fake": side(), "real": None}}))
    assert "seven" in page and ">7<" in page and "–" in page


def test_a_row_of_a_space_has_three_digits_and_its_reach():
    strict = {"threshold": 0.98765, "nearer": 1, "low": 0.0, "high": 0.01, "expected": 2.0, "p_value": 0.6}
    space = {**strict, "threshold": 0.0123456, "nearer": 1234, "ratio": {**strict, "strict": strict}, "expected": 3.45678}
    space["quantiles"] = {"fake": {"0.5": 1.23456}, "held": {"0.5": 2.34567}}
    record = {
        "flips": True,
        "alpha": 0.05,
        "neighbours": 5,
        "spaces": {"pixels": space},
        "counts": {"fake": 10, "held": 20, "train": 30},
    }
    page = str(sections._spaces(record))
    assert (
        ">1.23<" in page
        and ">2.35<" in page
        and ">0.0123<" in page
        and ">3.46<" in page
        and ">0.988<" in page
        and ">1,234<" in page
    )
    assert "nearest over 5th nearest" in page
