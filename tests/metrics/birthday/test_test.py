"""The test recovers the support of generators that are known, and its record says what a reader needs."""

import json
import math

import numpy as np
import pytest

from ganzoo.errors import UserError
from ganzoo.metrics.birthday import test as protocol
from ganzoo.metrics.birthday.pairs import exact_duplicates
from ganzoo.metrics.birthday.test import birthday_test, by_class, calibrate

SIZES = (30, 60, 120)


def stored(n, seed=0, side=6):
    """n random images; their law has no twins."""
    return np.random.default_rng(seed).random((n, side, side, 1)).astype(np.float32)


def memorizing(law, n, seed=1, noise=1e-3):
    """n samples of a generator that stores an image per entry of `law`, and adds a little noise."""
    rng = np.random.default_rng(seed)
    which = rng.choice(len(law), n, p=law)
    return stored(len(law))[which] + noise * rng.standard_normal((n, 6, 6, 1)).astype(np.float32), which


ZIPF = np.arange(1, 3001) ** -0.7
LAWS = {
    "uniform": np.full(2000, 1 / 2000),
    "zipf": ZIPF / ZIPF.sum(),
    "2 % spike": np.concatenate([[0.02], np.full(3000, 0.98 / 3000)]),
}


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("seed", [1, 2])
def test_known_support_is_recovered(law, seed):
    p = LAWS[law]
    truth = 1 / (p**2).sum()
    fake, which = memorizing(p, 4200, seed)
    record = birthday_test(fake, stored(1500, seed=9), batch_sizes=SIZES, batches=20, seed=seed)
    assert record["judge"] == "automatic, not human"
    assert record["n_eff"] == record["fake"]["pooled"]["n_eff"]
    assert record["n_eff"]["low"] <= truth <= record["n_eff"]["high"]
    # The pairs of the same stored image, and hardly any by chance, although no one told it which.
    counts = np.bincount(which)
    same = (counts * (counts - 1) // 2).sum()
    assert same <= record["fake"]["pooled"]["duplicates"] <= 1.02 * same
    assert record["real"]["pooled"]["duplicates"] == record["calibration"]["real_pairs_inside"] <= 1
    assert record["ratio"]["low"] > 10
    spike = record["fake"]["spike"]
    if law == "uniform":
        assert spike["d"] == pytest.approx(1, abs=0.25)
        fit = record["fake"]["fit"]["n_eff"]
        assert fit["low"] <= truth <= fit["high"]
    else:
        assert spike["p_value"] < 0.02
    assert any("duplicates gather on a few" in w for w in record["warnings"]) == (law != "uniform")
    json.dumps(record, allow_nan=False)


def test_batches_are_disjoint_and_judged():
    fake, which = memorizing(LAWS["uniform"], 4200)
    record = birthday_test(fake, threshold=0.05, batch_sizes=SIZES, batches=20)
    rows, listed = record["fake"]["batches"], record["fake"]["closest"]
    assert [(r["size"], r["batches"]) for r in rows] == [(s, 20) for s in SIZES]
    assert len(listed) == 60 and all(len(b["pairs"]) == 20 for b in listed)
    seen = [x for b in listed for pair in b["pairs"] for x in (pair["i"], pair["j"])]
    assert max(seen) < 4200
    for row in rows:
        batches = [b for b in listed if b["size"] == row["size"]]
        positive = [any(which[p["i"]] == which[p["j"]] for p in b["pairs"]) for b in batches]
        assert row["positive"] == sum(positive)
        assert [any(p["duplicate"] for p in b["pairs"]) for b in batches] == positive
    parts = protocol.split_batches(4200, SIZES, 20)
    assert len(np.unique(np.concatenate(parts))) == 4200
    assert record["fake"]["first_half"] in SIZES
    assert record["fake"]["support_at_least"] < 2000
    assert record["real"] is None and record["ratio"] is None
    assert record["judge"] == "threshold, not human"


@pytest.mark.parametrize("positive, half", [(1, None), (2, 10), (3, 10)])
def test_the_first_half_is_where_half_of_the_batches_or_more_hold_a_duplicate(positive, half):
    answers = iter([True] * positive + [False] * (4 - positive))
    judge = lambda side, i, j: np.full(len(i), next(answers, False))  # noqa: E731
    record = birthday_test(np.random.default_rng(0).normal(size=(40, 3)), judge=judge, batch_sizes=(10,), batches=4)
    assert record["fake"]["batches"][0]["positive"] == positive
    assert record["fake"]["first_half"] == half


def test_same_seed_same_record():
    fake, _ = memorizing(LAWS["uniform"], 400)
    options = {"threshold": 0.05, "batch_sizes": (10, 20), "batches": 5}
    one, again = birthday_test(fake, seed=3, **options), birthday_test(fake, seed=3, **options)
    assert one == again
    assert birthday_test(fake, seed=4, **options)["fake"]["closest"] != one["fake"]["closest"]


def test_a_judge_goes_down_the_list_until_the_twins_end():
    fake, which = memorizing(LAWS["2 % spike"], 1500)
    asked = []

    def judge(side, i, j):
        assert side == "fake"
        asked.append(len(i))
        return which[i] == which[j]

    record = birthday_test(fake, judge=judge, batch_sizes=(20, 40), batches=10)
    counts = np.bincount(which)
    pooled = record["fake"]["pooled"]
    assert pooled["duplicates"] == (counts * (counts - 1) // 2).sum() > 100
    assert pooled["complete"] and sum(asked) < 10_000
    assert record["judge"] == "judge" and record["sweep"] == []


def test_a_list_that_never_ends_says_so(monkeypatch):
    monkeypatch.setattr(protocol, "_MOST_JUDGED", 50)
    fake, which = memorizing(np.array([0.5, 0.5]), 100)
    record = birthday_test(fake, judge=lambda side, i, j: which[i] == which[j], batch_sizes=(5,), batches=5)
    assert not record["fake"]["pooled"]["complete"] and record["fake"]["pooled"]["duplicates"] == 50
    assert any("smaller still" in w for w in record["warnings"])


def test_calibration_keeps_the_promised_rate():
    real = stored(800)
    distance = protocol.closest_pairs(real, 1000)[2]
    pairs = 800 * 799 // 2
    for allowed in (0, 1, 31, 319):
        found = calibrate(real, (allowed + 0.5) / pairs)
        assert found["real_pairs_inside"] == allowed == (distance <= found["threshold"]).sum()
        assert found["threshold"] == np.nextafter(distance[allowed], 0)
        assert bool(found["warnings"]) == (allowed == 0)
    copies = np.concatenate([real, real[:5]])
    assert calibrate(copies, 1e-6)["threshold"] == 0
    assert "exact copies" in calibrate(copies, 1e-6)["warnings"][0]


def test_sweep_shows_both_sides_by_threshold():
    fake, _ = memorizing(LAWS["uniform"], 1500)
    record = birthday_test(fake, stored(500, seed=9), batch_sizes=(30,), batches=10)
    sweep = record["sweep"]
    assert [row["threshold"] for row in sweep] == sorted(row["threshold"] for row in sweep)
    assert [row["real"]["duplicates"] for row in sweep] == [0, 1, 3, 10, 30, 100, 300, 1000]
    assert sweep[0]["threshold"] == record["threshold"]
    assert sweep[0]["fake"]["n_eff"] == record["n_eff"] and sweep[0]["ratio"] == record["ratio"]
    found = [row["fake"]["duplicates"] for row in sweep]
    assert found == sorted(found)
    alone = birthday_test(fake, threshold=0.02, batch_sizes=(30,), batches=10)["sweep"]
    assert len(alone) == 7 and all(row["real"] is None for row in alone)


def test_by_class_without_real_samples_of_a_class():
    records = by_class(stored(40), np.arange(40) % 2, stored(30, seed=1), np.zeros(30, int), batch_sizes=(5,), batches=2)
    assert records["0"]["n_eff"]["low"] > 1
    assert records["1"]["n_eff"]["low"] is None and "to calibrate by" in records["1"]["warnings"][0]


def test_real_data_against_itself_is_no_alarm():
    record = birthday_test(stored(1000, seed=1), stored(1000, seed=2), alpha=1e-4, batch_sizes=SIZES, batches=4)
    assert record["ratio"]["low"] <= 1 <= record["ratio"]["high"]


def test_mirrored_copies_are_duplicates_when_asked():
    images = stored(300)
    fake = np.concatenate([images, images[:40, :, ::-1] + 1e-4])
    real = stored(300, seed=9)
    options = {"batch_sizes": (20,), "batches": 5}
    plain = birthday_test(fake, real, **options)
    assert plain["fake"]["pooled"]["duplicates"] == 0
    both = birthday_test(fake, real, mirrored=fake[:, :, ::-1], real_mirrored=real[:, :, ::-1], **options)
    # 40, and one more pair by chance at most
    assert 40 <= both["fake"]["pooled"]["duplicates"] <= 41


def test_exact_copies_are_found_by_hash():
    images = np.random.default_rng(0).integers(0, 256, (50, 4, 4, 3), dtype=np.uint8)
    images[[10, 20, 30]], images[40] = images[5], images[6]
    found = exact_duplicates(images)
    assert found == {"images": 50, "distinct": 46, "duplicates": 7, "largest": 4, "groups": [[5, 10, 20, 30], [6, 40]]}
    record = birthday_test(images, threshold=0.5, images=images, batch_sizes=(5,), batches=5)
    assert record["fake"]["exact"] == found and record["fake"]["pooled"]["duplicates"] == 7
    assert any("4 of 50 are exact copies" in w for w in record["warnings"])
    with pytest.raises(ValueError, match="uint8"):
        exact_duplicates(images / 255)


def test_few_samples_lose_the_largest_batches_and_say_so():
    assert protocol.samples_needed((100, 200), 20) == 6000
    assert protocol.plan_batches(6000, (200, 100), 20) == [(100, 20), (200, 20)]
    assert protocol.plan_batches(3000, (100, 200), 20) == [(100, 10), (200, 10)]
    assert protocol.plan_batches(1000, (100, 200), 20) == [(100, 10)]
    assert protocol.plan_batches(100, (100, 200), 20) == []
    record = birthday_test(stored(100), stored(60, seed=1), batch_sizes=(10, 200), batches=20)
    assert [r["size"] for r in record["fake"]["batches"]] == [10]
    assert any("fewer than 20 batches of 10, 200: 4,200 would do" in w for w in record["warnings"])
    tiny = birthday_test(stored(3), threshold=0.1)
    assert tiny["fake"]["batches"] == [] and tiny["fake"]["fit"] is None
    assert tiny["n_eff"]["low"] == pytest.approx(1 / 0.8647**2, rel=1e-3)  # of which 3 samples hold 2 or more but 1 time in 20


def test_few_duplicates_say_how_many_samples_would_do():
    images = stored(500)
    images[1], images[3] = images[0], images[2]
    record = birthday_test(images, threshold=1e-6, batch_sizes=(10,), batches=5)
    n_eff = 500 * 499 / 2 / 2
    assert any(f"{math.ceil(math.sqrt(128 * n_eff)):,}" in w for w in record["warnings"])


def test_by_class_finds_the_class_that_collapsed():
    rng = np.random.default_rng(0)
    labels, real_labels = np.repeat([0, 1], 600), np.repeat([0, 1], 300)
    varied = stored(600, seed=5)
    collapsed, _ = memorizing(np.full(40, 1 / 40), 600)
    fake, real = np.concatenate([varied, collapsed]), stored(600, seed=6)
    order = rng.permutation(1200)
    pixels = (255 * np.clip(fake, 0, 1)).astype(np.uint8)
    records = by_class(fake[order], labels[order], real, real_labels, images=pixels[order], batch_sizes=(10, 20), batches=10)
    assert list(records) == ["0", "1"]
    assert records["0"]["n_eff"]["value"] is None
    assert records["1"]["n_eff"]["low"] <= 40 <= records["1"]["n_eff"]["high"]
    assert records["1"]["fake"]["exact"]["images"] == 600
    json.dumps(records, allow_nan=False)


def test_by_class_with_a_judge_and_an_absent_class():
    fake, which = memorizing(np.full(20, 1 / 20), 200)
    labels = np.arange(200) % 2
    records = by_class(
        fake,
        labels,
        stored(30, seed=3),
        np.full(30, 7),
        judge=lambda side, i, j: (which[i] == which[j]) & (labels[i] == labels[j]),
        batch_sizes=(5,),
        batches=5,
    )
    assert list(records) == ["0", "1", "7"]
    for label in (0, 1):
        counts = np.bincount(which[labels == label])
        assert records[str(label)]["fake"]["pooled"]["duplicates"] == (counts * (counts - 1) // 2).sum()
    assert records["7"]["n_eff"]["value"] is None and "only 0 generated" in records["7"]["warnings"][0]


@pytest.mark.parametrize(
    "arguments, options, message",
    [
        ((stored(20),), {}, "nothing says what a duplicate is"),
        ((stored(20), stored(20, side=5)), {}, "differ in shape"),
        ((stored(1),), {"threshold": 1.0}, "at least 2"),
        ((np.full((5, 3), np.nan),), {"threshold": 1.0}, "NaN"),
        ((stored(20),), {"threshold": 1.0, "batch_sizes": (1,)}, "batch sizes"),
    ],
)
def test_bad_input_ends_in_one_line(arguments, options, message):
    with pytest.raises(UserError, match=message):
        birthday_test(*arguments, **options)
