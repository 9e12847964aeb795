"""Views of the explorer: queries, the pictures of a model made by hand, twins, and the command line."""

import numpy as np
import pytest
import tensorflow as tf
from click.testing import CliRunner
from PIL import Image

from ganzoo import figures
from ganzoo.cli.main import main
from ganzoo.errors import UserError
from ganzoo.explore import page, twins
from ganzoo.explore.views import AXES, Looked, View, picture
from ganzoo.serving.sampling import Sampler, load

WEIGHTS = np.diag([0.3, 0.5, 0.1, 0.2]).astype(np.float32)


class Made(Sampler):
    """Images of 2x2 pixels, the latents times numbers; with a label, a tenth of it more."""

    def __init__(self, labelled=True):
        super().__init__("made", "made")
        self.shape = (2, 2, 1)
        self.options = {"label": (tf.int32, -1)} if labelled else {}

    def inputs(self, count, seed=0, label=None):
        latents = np.random.default_rng([seed, 5]).normal(size=(count, 4)).astype(np.float32)
        labels = {"labels": np.full(count, 0 if label is None else label, np.float32)} if self.options else {}
        return {"latents": latents, **labels}

    def generated(self, latents, labels=0.0):
        x = tf.matmul(latents, WEIGHTS) + tf.reshape(tf.constant(labels, tf.float32), (-1, 1)) / 10
        return tf.reshape(tf.tanh(x), (-1, 2, 2, 1))


def test_a_query_gives_the_view_back_and_the_command_for_it():
    view = View(
        "directions", 3, 9, 2, "a red circle", (1.0, np.nan), 0.5, 7, 0.25, True, "dimensions", (1.5,) * AXES, (1, 2), (3,)
    )
    again = View.of(view.query)
    assert again.query == view.query and again.plus == (1, 2) and again.values == (1.5,) * AXES and np.isnan(again.code[1])
    assert View().query == "" and View.of("") == View() and View.of("?seed=4&label=1").options == {"label": 1}
    assert View(seed=4).command(["a b", "c"]) == "ganzoo explore 'a b' c --view seed=4 --out view.png"


@pytest.mark.parametrize(
    "query, complaint",
    [
        ("hue=3", "no 'hue'"),
        ("seed=x", "seed of a view cannot be 'x'"),
        ("tab=none", "tab of a view is one of samples"),
        ("kind=none", "kind of a view"),
        ("count=65", "1 to 64 samples"),
        ("place=1.5", "from 0 to 1"),
        ("place=nan", "must be finite"),
        ("values=1,2", "6 values"),
        ("plus=16", "samples 0 to 15"),
        ("minus=-1", "samples 0 to 15"),
    ],
)
def test_a_query_that_cannot_be_is_refused(query, complaint):
    with pytest.raises(UserError, match=complaint):
        View.of(query)


def cells(picture, count, side):
    """The middle pixels of the first images in a sheet, [count, 2, 2]."""
    return [picture[2 : 2 + side, 2 + n * (side + 2) : 2 + n * (side + 2) + side : 1, 0] for n in range(count)]


def test_samples_are_those_of_the_seed_and_label():
    looked = Looked(Made())
    view = View(seed=3, count=4, label=2)
    expected = looked.sampler.generate(**looked.sampler.inputs(4, 3, label=2))
    np.testing.assert_allclose(looked.samples(view), expected, atol=1e-6)
    shown, line = looked.picture(view)
    np.testing.assert_array_equal(shown, figures.sheet(expected, 2, 72))
    assert "seed 3" in line
    # A model without labels shows the same view without one.
    assert Looked(Made(labelled=False)).picture(view)[0].shape == shown.shape


def test_the_ends_of_the_way_are_the_seeds_own():
    looked = Looked(Made())
    for place, seed in ((0.0, 2), (1.0, 6)):
        shown, _ = looked.picture(View("between", seed=2, to=6, place=place, label=1))
        own = looked.sampler.generate(**looked.sampler.inputs(1, seed, label=1))
        side = figures.sheet(own, 1, 4 * figures.CELL)
        np.testing.assert_array_equal(shown[: len(side), : side.shape[1]], side)


def test_sliders_move_along_what_the_model_has():
    looked = Looked(Made(labelled=False))
    names, vectors = looked.vectors("directions")
    assert len(names) == 4 and names[0] == "direction 0"
    np.testing.assert_allclose(np.abs(vectors[:2]), np.eye(4)[[1, 0]], atol=1e-9)
    ranked, units = looked.vectors("dimensions")
    assert ranked[:2] == ["z1", "z0"] and units[0].tolist() == [0, 1, 0, 0]
    still, _ = looked.picture(View("directions", count=4))
    moved, line = looked.picture(View("directions", count=4, values=(2.0, 0, 0, 0, 0, 0)))
    np.testing.assert_array_equal(still, looked.picture(View(count=4))[0])
    latents = looked.sampler.inputs(4)["latents"] + [[0, 2, 0, 0]]
    np.testing.assert_array_equal(moved, figures.sheet(looked.sampler.generate(latents=latents.astype(np.float32)), 2, 72))
    assert line == "seed 0: direction 0 +2"


def test_arithmetic_shows_the_sum_of_means():
    looked = Looked(Made())
    shown, line = looked.picture(View("arithmetic", count=8, plus=(1, 2), minus=(5,), label=1))
    latents = looked.sampler.inputs(8)["latents"]
    total = latents[[1, 2]].mean(0) - latents[5]
    result = figures.sheet(looked.sampler.generate(latents=total[None], labels=np.ones(1, np.float32)), 1, 4 * figures.CELL)
    np.testing.assert_array_equal(shown[-len(result) :, : result.shape[1]], result)
    assert line == "seed 0: mean of + 1, 2 - 5"


def test_two_models_stand_side_by_side_on_the_same_seeds():
    models = [Looked(Made()), Looked(Made())]
    both = picture(models, View(count=4))
    half = (both.shape[1] - 24) // 2
    np.testing.assert_array_equal(both[:, :half], both[:, half + 24 :])


def test_models_without_images_are_refused():
    points = Made()
    points.shape = (2,)
    with pytest.raises(UserError, match="makes no images"):
        Looked(points)


def test_twins_are_the_closest_pairs_beside_training_images():
    found = twins.find(load("exported/digits_dcgan"))
    assert found.images.shape == (twins.PAIRS, 4, 8, 8, 1) and (np.diff(found.distances) >= 0).all()
    pairs = found.images[:, :2].astype(float)
    rms = np.sqrt(np.square(pairs[:, 0] - pairs[:, 1]).mean((1, 2, 3)))
    np.testing.assert_allclose(rms, found.distances, rtol=1e-4)
    assert found.found >= (found.distances <= found.threshold).sum() > 0 and f"{found.found:,}" in found.line
    assert found.picture().shape[1] > 4 * 72


def test_a_view_is_written_by_the_command_line(tmp_path):
    out = tmp_path / "view.png"
    view = View("between", to=4, place=0.25, label=3)
    done = CliRunner().invoke(main, ["explore", "exported/digits_cgan", "--view", view.query, "--out", str(out)])
    assert done.exit_code == 0, done.output
    expected = picture([Looked(load("exported/digits_cgan"))], view)
    np.testing.assert_array_equal(np.asarray(Image.open(out)), expected)


@pytest.mark.parametrize(
    "arguments, complaint",
    [
        (["a", "b", "c"], "one or two models"),
        (["a", "--view", ""], "go together"),
        (["a", "--view", "", "--out", "a.gif"], "ends in .png"),
        (["exported/digits_dcgan", "--view", "hue=1", "--out", "a.png"], "no 'hue'"),
        (["exported/ring_vanilla", "--view", "", "--out", "a.png"], "makes no images"),
    ],
)
def test_what_cannot_be_looked_at_is_one_line(arguments, complaint):
    done = CliRunner().invoke(main, ["explore", *arguments])
    assert done.exit_code == 2 and complaint in done.output


def test_an_address_is_this_machines_alone_unless_another_is_named(monkeypatch):
    said = []
    monkeypatch.setattr(page, "server_of", lambda page, host: type("Server", (), {"run": lambda self, sockets: None})())
    page.serve(None, "127.0.0.1", 0, said.append)
    assert len(said) == 1 and said[0].startswith("http://127.0.0.1:")
    page.serve(None, "0.0.0.0", 0, said.append)
    assert "whoever reaches 0.0.0.0 can use these models" in said[2]
    with page.listening_on("127.0.0.1", 0) as taken, pytest.raises(UserError, match="--port 0 takes a free one"):
        page.serve(None, "127.0.0.1", taken.getsockname()[1])
