import pytest

from ganzoo.errors import UserError
from ganzoo.evaluation.protocol import differences, require_same

ONE = {"count": 100, "extractor": {"name": "cnn", "sha256": "a" * 64}, "seed": 0}


def test_differences_are_named_by_their_place_with_hashes_cut():
    assert differences(ONE, dict(ONE)) == []
    other = {"count": 200, "extractor": {"name": "cnn", "sha256": "b" * 64}, "seed": 0}
    assert differences(ONE, other) == ["count 100 against 200", f"extractor sha256 {'a' * 12} against {'b' * 12}"]
    assert differences({"extractor": None}, {"extractor": {"name": "cnn"}}) == ["extractor None against {'name': 'cnn'}"]
    assert differences({}, {"shape": [8, 8, 1]}) == ["shape None against [8, 8, 1]"], "what one of them lacks differs too"


def test_different_protocols_are_refused_in_one_line_that_names_the_first_few():
    require_same(ONE, dict(ONE))
    other = {"count": 1, "seed": 1, "extractor": None, "data": "x", "held_out": "y"}
    with pytest.raises(
        UserError, match="^dcgan and wgan were scored under different protocols: count 100 against 1; "
    ) as error:
        require_same(ONE, other, ("dcgan", "wgan"))
    assert str(error.value).count(";") == 3 and "\n" not in str(error.value)


def test_what_samples_were_drawn_with_differs_only_where_both_models_have_it():
    evenly, by_data = ({**ONE, "drawn": {"label": words}} for words in ("drawn evenly", "drawn by the class shares of x"))
    assert differences(evenly, ONE) == [] and differences(evenly, {**ONE, "drawn": {"truncation": "none"}}) == []
    assert differences(evenly, by_data) == ["drawn label drawn evenly against drawn by the class shares of x"]
