"""Dimensions, directions, walks and arithmetic of models made by hand, whose answers are known."""

import types

import keras
import numpy as np
import pytest
import tensorflow as tf

from ganzoo.errors import UserError
from ganzoo.evaluation.features.base import Extracted, Extractor
from ganzoo.evaluation.features.untrained import Pixels
from ganzoo.explore import dimensions, directions, paths, walk
from ganzoo.explore.arithmetic import Reader, Term, arithmetic, choose_samples, lines
from ganzoo.explore.directions import compared, factorised, first_layer
from ganzoo.explore.latents import LatentSpace, judge_of
from ganzoo.serving.sampling import Sampler

DEVIATIONS = np.array([0.05, 0.4, 0.2, 0.1])
LABELS = 3


class Diagonal(Sampler):
    """Images of 2x2 pixels, pixel i of which is latent i times a number, and of all of them label / 100; without a label 0."""

    def __init__(self, labelled=False, codes=False):
        super().__init__("diagonal", "diagonal")
        self.shape, self.labelled = (2, 2, 1), labelled
        self.options = {"label": (tf.int32, -1)} if labelled else {}
        if codes:  # the last latents: a category of 2, a continuous code
            self.options, self.services = {"code": (tf.float32, [np.nan] * 2)}, {"encode": None}

    def inputs(self, count, seed=0, label=None):
        rng = np.random.default_rng([seed, 1])
        drawn = {"latents": rng.normal(size=(count, 4)).astype(np.float32)}
        labels = np.arange(count) % LABELS if label is None else np.full(count, label)
        return drawn | ({"labels": labels} if self.labelled else {})

    def _batch(self, first, seed, options):
        drawn = self.inputs(first + 64, seed, **options)
        return self.generate(**{name: values[first:] for name, values in drawn.items()})

    def generated(self, latents, labels=0):
        pixels = latents * tf.constant(DEVIATIONS, tf.float32) + tf.reshape(tf.cast(labels, tf.float32), (-1, 1)) / 100
        return tf.reshape(pixels, (-1, 2, 2, 1))

    def serve(self, service, images):
        return {"category_0": np.zeros((len(images), 2)), "mean": np.zeros((len(images), 1))}


class Sign(Extractor):
    """The classes of images: whether their first pixel is light."""

    name, layer, sha256, classifies, cacheable = "sign", "sign", "sign", True, False

    def extract(self, images, progress=None):
        light = images[:, 0, 0, 0] > 127
        return Extracted(images.reshape(len(images), -1).astype(np.float32), np.eye(2, dtype=np.float32)[light.astype(int)])


def test_labels_and_all_else_are_held():
    space = LatentSpace(Diagonal(labelled=True), 6)
    images = space.images(np.zeros((4, 4)), [0, 1, 2, 5])
    np.testing.assert_allclose(images[:, 0, 0, 0], [0, 0.01, 0.02, 0.02], atol=1e-7)
    fixed = LatentSpace(Diagonal(labelled=True), 6, label=1)
    np.testing.assert_allclose(fixed.images(np.zeros((2, 4)), [0, 2])[:, 0, 0, 0], 0.01, atol=1e-7)


def test_points_and_texts_have_no_latents_to_show():
    points = Diagonal()
    points.shape = (2,)
    with pytest.raises(UserError, match="makes no images"):
        LatentSpace(points, 4)
    chooser = Diagonal()
    chooser.inputs = lambda count, seed: {"choices": np.zeros(count)}
    with pytest.raises(UserError, match="no vector of latents: its generator takes choices"):
        LatentSpace(chooser, 4)


@pytest.mark.parametrize("latents, reach", [(np.linspace(-1, 1, 400), 1.0), (3 * np.linspace(-1, 1, 400), 3.5)])
def test_the_range_is_all_of_a_bounded_prior_else_two_deviations(latents, reach):
    space = LatentSpace(Diagonal(), 100)
    space.latents = latents.reshape(100, 4)
    assert space.range() == (-reach, reach)


def test_effects_rank_dimensions_by_what_they_change():
    space = LatentSpace(Diagonal(), 64)
    axes = dimensions.axes_of(space)
    records = dimensions.effects(space, axes, Pixels((2, 2, 1)), -1.0, 1.0)
    assert [axes[place].name for place in dimensions.ranked(records)] == ["z1", "z2", "z3", "z0"]
    whole = np.sqrt((np.square(DEVIATIONS) * space.latents.var(0)).sum())
    expected = DEVIATIONS * np.linspace(-1, 1, dimensions.VALUES).std() / whole
    np.testing.assert_allclose([record["effect"] for record in records], expected, rtol=0.1)
    assert records[1]["error"] < 0.01, "the same change whatever the draw"
    said = dimensions.lines(records, most=3)
    assert said[0].split()[:2] == ["1.", "z1"] and "1 more" in said[-1] and "z0" in said[-1]


def test_what_is_held_of_a_draw_is_no_effect():
    class Shifted(Diagonal):
        """Each label's images are of a brightness of their own."""

        def generated(self, latents, labels=0):
            return super().generated(latents) + tf.reshape(tf.cast(labels, tf.float32), (-1, 1, 1, 1)) * 0.2

    space = LatentSpace(Shifted(labelled=True), 12)
    found = dimensions.effects(space, dimensions.axes_of(space), Pixels((2, 2, 1)), -1.0, 1.0)
    assert found[1]["effect"] / found[0]["effect"] == pytest.approx(8.0, rel=0.2)  # the latents' deviations, 0.4 and 0.05


def test_codes_are_axes_of_their_own():
    space = LatentSpace(Diagonal(codes=True), 3)
    assert [(axis.name, axis.values) for axis in dimensions.axes_of(space)] == [
        ("z0", None),
        ("category_0", (0, 1)),
        ("continuous_0", None),
    ]
    moved = dimensions.axes_of(space)[1].move(space.latents, 1)
    np.testing.assert_array_equal(moved, np.column_stack([space.latents[:, 0], [0] * 3, [1] * 3, space.latents[:, 3]]))


def test_a_sweep_moves_one_dimension_of_each_draw():
    space = LatentSpace(Diagonal(labelled=True), 5)
    table = dimensions.swept(space, dimensions.dimension(1), (-1.0, 0.5), rows=2).reshape(2, 2, 4)
    labels = np.array([0, 1])[:, None] / 100
    np.testing.assert_allclose(table[:, :, 1], np.array([[-0.4, 0.2]]) + labels, atol=1e-6)
    np.testing.assert_allclose(table[:, 0, [0, 2, 3]], table[:, 1, [0, 2, 3]])
    records = [{"effect": 0.5, "error": 0.1}]
    picture = dimensions.figure(space, [dimensions.dimension(1)], records, "title", -1, 1, steps=3, rows=2)
    assert picture.dtype == np.uint8 and picture.shape[1] == 3 * 58 + 2


def test_factorised_directions_are_those_that_are_lengthened_most():
    left, right = (np.linalg.qr(np.random.default_rng(n).normal(size=(size, size)))[0] for n, size in ((0, 6), (1, 4)))
    weights = left[:, :4] @ np.diag([1.0, 5.0, 3.0, 2.0]) @ right.T
    directions, values = factorised(weights, 2)
    np.testing.assert_allclose(values, [25, 9, 4, 1])
    np.testing.assert_allclose(np.abs(directions @ right[:, [1, 2]]), np.eye(2), atol=1e-12)
    assert (directions[np.arange(2), np.abs(directions).argmax(1)] > 0).all()


class Network(Sampler):
    """Samples of a keras.Model of latents and labels."""

    def __init__(self, network):
        super().__init__("network", "network")
        self.network, self.shape = network, (2, 2, 1)

    def inputs(self, count, seed=0):
        latents = np.random.default_rng(seed).normal(size=(count, 3)).astype(np.float32)
        return {"latents": latents, "labels": np.arange(count) % LABELS}

    def generated(self, latents, labels):
        return self.network([latents, tf.one_hot(labels, LABELS)])


def network(before=None):
    latents, labels = keras.Input((3,)), keras.Input((LABELS,))
    x = keras.layers.Concatenate()([labels, latents if before is None else before(latents)])
    x = keras.layers.Dense(5, activation="relu", name="first")(x)
    return keras.Model([latents, labels], keras.layers.Reshape((2, 2, 1))(keras.layers.Dense(4, activation="tanh")(x)))


def test_the_first_layer_is_found_beside_labels():
    made = network()
    kernel = made.get_layer("first").kernel.numpy()
    np.testing.assert_allclose(first_layer(Network(made)), kernel[LABELS:].T, atol=1e-6)


def test_a_first_layer_that_is_not_linear_is_refused():
    with pytest.raises(UserError, match="does not multiply its latents by weights first"):
        first_layer(Network(network(keras.layers.UnitNormalization())))
    with pytest.raises(UserError, match="has no layer that multiplies"):
        first_layer(Diagonal())


def test_directions_are_compared_with_random_ones(monkeypatch):
    followed, effects = [], dimensions.effects
    monkeypatch.setattr(directions, "effects", lambda space, axes, *rest: followed.extend(axes) or effects(space, axes, *rest))
    made = network()
    space = LatentSpace(Network(made), 8)
    axes, record = compared(space, Pixels((2, 2, 1)), 2, 4, -1, 1)
    kernel = made.get_layer("first").kernel.numpy()[LABELS:]
    singular = np.linalg.svd(kernel, compute_uv=False)
    shares = [found["share"] for found in record["directions"]]
    np.testing.assert_allclose(shares, (singular**2 / (singular**2).sum())[:2], rtol=1e-4)
    assert [axis.name for axis in axes] == ["direction 0", "direction 1"] and record["random"]["count"] == 4
    assert record["random"]["least"] <= record["random"]["mean"] <= record["random"]["most"]
    lengths = [np.linalg.norm(axis.move(space.latents, 1.0) - space.latents, axis=1) for axis in followed]
    assert len(lengths) == 6 and np.allclose(lengths, 1.0, rtol=1e-4), "random directions are as long as the others"
    moved = axes[0].move(space.latents, 2.0) - space.latents
    np.testing.assert_allclose(moved, np.tile(2 * np.array(record["directions"][0]["vector"]), (8, 1)), atol=1e-6)


def test_a_jump_is_the_largest_step():
    images = np.zeros((1, 5, 2, 2, 1), np.float32)
    images[:, 3:] = 1.0
    found = paths.evenness(images, Pixels((2, 2, 1)))
    assert found["unevenness"] == pytest.approx(4) and found["length"] == found["largest_step"] == found["ends"]
    still = paths.evenness(np.zeros((2, 5, 2, 2, 1)), Pixels((2, 2, 1)))
    assert still["unevenness"] == 1.0 and still["length"] == 0.0


def test_the_pace_of_a_straight_path_is_the_square_of_its_length():
    def at(place):  # from black to white: 2 in pixels of [0, 1]
        return np.broadcast_to(2 * place[..., None, None] - 1, (len(place), 2, 2, 1))

    value, error = paths.path_length(at, 200, Pixels((2, 2, 1)))
    assert value == pytest.approx(4.0, rel=0.03) and 0 < error < 0.1


def test_a_walk_ends_where_it_began():
    frames = walk.walk(Diagonal(labelled=True), stops=3, steps=4, walks=2, spherical=False)
    space = LatentSpace(Diagonal(labelled=True), 6)
    np.testing.assert_allclose(frames[::4], space.images(space.latents, [0, 1] * 3).reshape(3, 2, 2, 2, 1), atol=1e-6)
    np.testing.assert_allclose(frames[9], 0.75 * frames[8] + 0.25 * frames[0], atol=1e-6)
    record = walk.evenness(frames, Pixels((2, 2, 1)))
    flat = np.concatenate([frames, frames[:1]]).reshape(13, 2, 4) / 2
    assert record["length"] == pytest.approx(np.linalg.norm(np.diff(flat, axis=0), axis=-1).sum(0).mean(), rel=0.05)
    assert walk.animation(frames)[:6] in (b"GIF87a", b"GIF89a")


def test_arithmetic_adds_and_subtracts_means():
    reader = Reader(Sign(), None)
    terms = [Term(1, "3,5"), Term(-1, "label=1"), Term(1, "0")]
    picture, record = arithmetic(Diagonal(labelled=True), terms, reader, average=4)
    space = LatentSpace(Diagonal(labelled=True), 1000)
    light = np.flatnonzero(space.images(space.latents, np.arange(1000))[:, 0, 0, 0] > 0)[:4]
    assert record["terms"][1]["samples"] == light.tolist() and record["terms"][1]["mean"] == {"label": "1"}
    expected = space.latents[[3, 5]].mean(0) - space.latents[light].mean(0) + space.latents[0]
    np.testing.assert_allclose(record["result"], expected, rtol=1e-5)
    assert record["shows"]["label"] == ("1" if expected[0] > 0 else "0")
    assert sum(record["shares"]["label"].values()) == pytest.approx(1) and picture.dtype == np.uint8
    assert lines(record)[0] == f"+ 3,5: 2 samples averaged, which show label {record['terms'][0]['mean']['label']}"


def test_attributes_that_captions_read_choose_samples():
    captions = types.SimpleNamespace(
        attributes=("size", "shape"),
        attribute_values={"size": ("small", "large"), "shape": ("circle", "frame")},
        parse=lambda images: np.stack([np.full(len(images), -1), (images[:, 0, 0, 0] > 127).astype(int)], 1),
    )
    reader = Reader(Pixels((2, 2, 1)), types.SimpleNamespace(captioned=True, source=types.SimpleNamespace(captions=captions)))
    assert reader.wanted("shape=frame") == ("shape", 1)
    space = LatentSpace(Diagonal(), 50)
    dark = np.flatnonzero(space.images(space.latents, np.arange(50))[:, 0, 0, 0] <= 0)[:3]
    assert choose_samples(space, Term(1, "shape=circle"), reader, 3) == dark.tolist()
    assert reader.shares("size", space.images(space.latents[:4], np.arange(4))) == {"unread": 1.0}
    for text, complaint in (("hue=red", "by size, shape"), ("shape=star", "is one of circle, frame"), ("shape=7", "not '7'")):
        with pytest.raises(UserError, match=complaint):
            reader.wanted(text)
    with pytest.raises(UserError, match="none of 50 samples"):
        choose_samples(space, Term(1, "size=small"), reader, 3)


@pytest.mark.parametrize("text", ["three", "3,,4", "-1", ""])
def test_terms_are_numbers_or_what_samples_show(text):
    with pytest.raises(UserError, match="a term is samples' numbers"):
        _ = Term(1, text).numbers


def test_without_data_distances_are_of_pixels():
    said = []
    judge, real = judge_of(Diagonal(), log=said.append)
    assert judge.name == "pixels" and real is None and "--data names it" in said[0]
    with pytest.raises(UserError, match="name it with --data"):
        judge_of(Diagonal(), "classifier")
