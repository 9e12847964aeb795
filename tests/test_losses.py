"""Losses against NumPy in float64, by hand at known points, at extreme logits, and at their equilibria."""

import dataclasses
import math

import numpy as np
import pytest
import tensorflow as tf

from ganzoo import losses
from ganzoo.errors import UserError

LOG2 = math.log(2)


def softplus(x):
    return np.logaddexp(0.0, x)


def cross_entropy(x, t):
    return np.mean(t * softplus(-x) + (1 - t) * softplus(x))


def average(better, worse):
    return cross_entropy(better - worse.mean(), 1) + cross_entropy(worse - better.mean(), 0)


# Each loss object with both players' losses written out in NumPy, as functions of (real, fake) logits.
REFERENCES = {
    losses.Minimax(): (
        lambda r, f: cross_entropy(r, 1) + cross_entropy(f, 0),
        lambda r, f: -softplus(f).mean(),
    ),
    losses.NonSaturating(): (
        lambda r, f: cross_entropy(r, 1) + cross_entropy(f, 0),
        lambda r, f: softplus(-f).mean(),
    ),
    losses.NonSaturating(smoothing=0.9): (
        lambda r, f: cross_entropy(r, 0.9) + cross_entropy(f, 0),
        lambda r, f: softplus(-f).mean(),
    ),
    losses.LeastSquares(): (
        lambda r, f: 0.5 * ((r - 1) ** 2).mean() + 0.5 * (f**2).mean(),
        lambda r, f: 0.5 * ((f - 1) ** 2).mean(),
    ),
    losses.LeastSquares(-1.0, 1.0, 0.0): (
        lambda r, f: 0.5 * ((r - 1) ** 2).mean() + 0.5 * ((f + 1) ** 2).mean(),
        lambda r, f: 0.5 * (f**2).mean(),
    ),
    losses.Hinge(): (
        lambda r, f: np.maximum(0, 1 - r).mean() + np.maximum(0, 1 + f).mean(),
        lambda r, f: -f.mean(),
    ),
    losses.Wasserstein(): (
        lambda r, f: f.mean() - r.mean(),
        lambda r, f: -f.mean(),
    ),
    losses.Relativistic(): (
        lambda r, f: softplus(f - r).mean(),
        lambda r, f: softplus(r - f).mean(),
    ),
    losses.RelativisticAverage(): (
        lambda r, f: average(r, f),
        lambda r, f: average(f, r),
    ),
}
EVERY = pytest.mark.parametrize("loss", REFERENCES, ids=repr)


def both(loss):
    """Both players' losses as functions of (real, fake)."""
    return loss.discriminator, lambda real, fake: loss.generator(fake, real)


def logits(seed=0, count=7):
    random = np.random.default_rng(seed)
    return random.normal(0.3, 2.0, (count, 1)), random.normal(-0.4, 2.0, (count, 1))


@EVERY
@pytest.mark.parametrize("player", [0, 1], ids=["discriminator", "generator"])
def test_values_and_gradients_match_numpy(loss, player):
    real, fake = logits()
    reference = REFERENCES[loss][player]
    variables = [tf.constant(real), tf.constant(fake)]
    with tf.GradientTape() as tape:
        tape.watch(variables)
        value = both(loss)[player](*variables)
    gradients = tape.gradient(value, variables, unconnected_gradients=tf.UnconnectedGradients.ZERO)
    assert value.shape == ()
    np.testing.assert_allclose(value, reference(real, fake), rtol=1e-12)
    for which in (0, 1):
        for i in range(len(real)):
            shifts = []
            for sign in (1, -1):
                pair = [real.copy(), fake.copy()]
                pair[which][i] += sign * 1e-6
                shifts.append(reference(*pair))
            numeric = (shifts[0] - shifts[1]) / 2e-6
            np.testing.assert_allclose(gradients[which][i, 0], numeric, atol=1e-8)


@pytest.mark.parametrize(
    ("loss", "discriminator", "generator"),
    [
        # Real logits 0 and ln 3 (D = 1/2, 3/4), fake logits 0 and -ln 3 (D = 1/2, 1/4), worked out on paper.
        (losses.Minimax(), math.log(8 / 3), -0.5 * math.log(8 / 3)),
        (losses.NonSaturating(), math.log(8 / 3), 0.5 * math.log(8)),
        (losses.LeastSquares(), 0.25 + 0.25 * (math.log(3) - 1) ** 2 + 0.25 * math.log(3) ** 2, None),
        (losses.Hinge(), 0.5 + 0.5, 0.5 * math.log(3)),
        (losses.Wasserstein(), -math.log(3), 0.5 * math.log(3)),
        (losses.Relativistic(), 0.5 * (LOG2 + math.log(10 / 9)), 0.5 * (LOG2 + math.log(10))),
    ],
    ids=repr,
)
def test_known_answers(loss, discriminator, generator):
    real = tf.constant([[0.0], [math.log(3)]])
    fake = -real
    np.testing.assert_allclose(loss.discriminator(real, fake), discriminator, rtol=1e-6)
    if generator is not None:
        np.testing.assert_allclose(loss.generator(fake, real), generator, rtol=1e-6)


@EVERY
@pytest.mark.parametrize("size", [1e4, -1e4])
def test_extreme_logits_stay_finite(loss, size):
    real, fake = tf.fill([3, 1], size), tf.fill([3, 1], -size)
    for player in both(loss):
        with tf.GradientTape() as tape:
            tape.watch([real, fake])
            value = player(real, fake)
        assert np.isfinite(value)
        gradients = tape.gradient(value, [real, fake], unconnected_gradients=tf.UnconnectedGradients.ZERO)
        assert np.isfinite(gradients).all()


def test_log_losses_are_exact_far_out():
    # A float32 logarithm of a sigmoid would give infinity on one side and lose everything on the other.
    sure = tf.constant([[60.0]])
    np.testing.assert_allclose(losses.NonSaturating().generator(-sure), 60.0)
    np.testing.assert_allclose(losses.NonSaturating().generator(sure), math.exp(-60), rtol=1e-5)


def test_minimax_saturates_where_non_saturating_does_not():
    surely_fake = tf.constant([[-20.0]])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(surely_fake)
        minimax = losses.Minimax().generator(surely_fake)
        non_saturating = losses.NonSaturating().generator(surely_fake)
    np.testing.assert_allclose(tape.gradient(minimax, surely_fake), [[-math.exp(-20)]], rtol=1e-4)
    np.testing.assert_allclose(tape.gradient(non_saturating, surely_fake), [[-1.0]], rtol=1e-6)


@pytest.mark.parametrize(
    "loss",
    [
        losses.Minimax(),
        losses.NonSaturating(),
        losses.NonSaturating(0.9),
        losses.NonSaturating(0.5),
        losses.LeastSquares(),
        losses.LeastSquares(-1.0, 1.0, 0.0),
    ],
    ids=repr,
)
def test_equilibrium_is_the_best_constant(loss):
    # With real and generated data alike the best discriminator is constant: search it.
    constants = tf.constant(np.linspace(-4, 4, 4001).reshape(-1, 1, 1))
    values = tf.vectorized_map(lambda constant: loss.discriminator(constant, constant), constants).numpy()
    best = constants[values.argmin()]
    np.testing.assert_allclose(values.min(), loss.equilibrium.discriminator, atol=1e-6)
    np.testing.assert_allclose(loss.generator(best), loss.equilibrium.generator, atol=2e-3)


@pytest.mark.parametrize("constant", [-0.9, 0.0, 0.7])
@pytest.mark.parametrize(
    "loss", [losses.Hinge(), losses.Wasserstein(), losses.Relativistic(), losses.RelativisticAverage()], ids=repr
)
def test_equilibrium_holds_for_any_constant(loss, constant):
    same = tf.fill([4, 1], constant)
    np.testing.assert_allclose(loss.discriminator(same, same), loss.equilibrium.discriminator, atol=1e-6)
    if loss.equilibrium.generator is not None:
        np.testing.assert_allclose(loss.generator(same, same), loss.equilibrium.generator, atol=1e-6)


def test_equilibrium_numbers():
    assert losses.NonSaturating().equilibrium == pytest.approx((math.log(4), LOG2))
    assert losses.Minimax().equilibrium == pytest.approx((math.log(4), -LOG2))
    assert losses.Wasserstein().equilibrium == (0.0, None)
    assert losses.LeastSquares().equilibrium == (0.25, 0.125)
    assert losses.LeastSquares(-1, 1, 0).equilibrium == (1.0, 0.0)


def test_smoothing_leaves_fake_data_alone():
    fake, real = tf.constant([[1.5]]), tf.constant([[30.0]])
    plain, smoothed = losses.NonSaturating(), losses.NonSaturating(smoothing=0.9)
    # At a target of .9 a sure real logit costs a tenth of itself; the fake term is the same in both.
    np.testing.assert_allclose(smoothed.discriminator(real, fake) - plain.discriminator(real, fake), 3.0, rtol=1e-5)
    np.testing.assert_allclose(smoothed.generator(fake), plain.generator(fake))


@EVERY
def test_objects_are_plain_values(loss):
    assert dataclasses.replace(loss) == loss
    assert eval(repr(loss), vars(losses)) == loss
    assert hash(dataclasses.replace(loss)) == hash(loss)
    with pytest.raises(dataclasses.FrozenInstanceError):
        loss.smoothing = 0.5


@EVERY
def test_real_logits_are_asked_for_where_needed(loss):
    _, fake = logits()
    if loss.needs_real:
        with pytest.raises(UserError, match="real batch"):
            loss.generator(tf.constant(fake))
    else:
        assert np.isfinite(loss.generator(tf.constant(fake)))


@pytest.mark.parametrize("shape", [(3, 1), (4,)])
def test_relativistic_pairs_need_equal_shapes(shape):
    with pytest.raises(UserError, match="pairs"):
        losses.Relativistic().discriminator(tf.zeros((4, 1)), tf.zeros(shape))


@pytest.mark.parametrize("smoothing", [0.0, 1.1, -0.5])
def test_smoothing_is_a_probability(smoothing):
    with pytest.raises(UserError, match="smoothing"):
        losses.NonSaturating(smoothing=smoothing)


def test_probability_is_said_of_log_losses_only():
    assert {type(loss) for loss in REFERENCES if loss.probability} == {losses.Minimax, losses.NonSaturating}


def test_cross_entropy_and_accuracy_of_classes_are_means():
    logits = np.array([[2.0, 0.0, 1.0], [0.0, 3.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 4.0]], np.float32)
    labels = np.array([0, 1, 2, 2])
    expected = np.mean(np.log(np.exp(logits).sum(1)) - logits[np.arange(4), labels])
    np.testing.assert_allclose(losses.class_cross_entropy(logits, labels), expected, rtol=1e-6)
    assert float(losses.accuracy(logits, labels)) == 0.75


P, Q = np.array([0.5, 0.3, 0.15, 0.05]), np.array([0.1, 0.2, 0.3, 0.4])
RATIO = P / Q
# Each f-divergence of P and Q, the logits of its best discriminator, and a discriminator's best value where p = q.
F_DIVERGENCES = {
    losses.KL(): ((P * np.log(RATIO)).sum(), 1 + np.log(RATIO)),
    losses.ReverseKL(): ((Q * np.log(1 / RATIO)).sum(), np.log(RATIO)),
    losses.PearsonChi2(): (((P - Q) ** 2 / Q).sum(), 2 * (RATIO - 1)),
    losses.SquaredHellinger(): (((np.sqrt(P) - np.sqrt(Q)) ** 2).sum(), 0.5 * np.log(RATIO)),
    losses.JensenShannon(): ((P * np.log(2 * P / (P + Q)) + Q * np.log(2 * Q / (P + Q))).sum(), np.log(RATIO)),
}


@pytest.mark.parametrize("loss", F_DIVERGENCES, ids=repr)
def test_an_f_divergence_is_the_best_bound(loss):
    def bound(logits):
        return float((P * loss.real(logits) - Q * loss.fake(logits)).numpy().sum())

    divergence, best = F_DIVERGENCES[loss]
    assert bound(tf.constant(best)) == pytest.approx(divergence, rel=1e-9)
    rng = np.random.default_rng(0)
    assert all(bound(tf.constant(best + 0.3 * rng.standard_normal(4))) < divergence for _ in range(50))
    # On a batch with those shares the discriminator's loss is the bound, with its sign turned.
    real, fake = (tf.constant(np.repeat(best, np.round(shares * 20).astype(int))[:, None]) for shares in (P, Q))
    np.testing.assert_allclose(loss.discriminator(real, fake), -divergence, rtol=1e-9)
    np.testing.assert_allclose(loss.generator(fake), -(Q * loss.real(tf.constant(best)).numpy()).sum(), atol=1e-9)


@pytest.mark.parametrize("loss", F_DIVERGENCES, ids=repr)
def test_an_f_divergence_is_zero_of_a_density_with_itself(loss):
    constants = tf.constant(np.linspace(-4, 4, 4001).reshape(-1, 1, 1))
    values = tf.vectorized_map(lambda constant: loss.discriminator(constant, constant), constants).numpy()
    best = constants[values.argmin()]
    np.testing.assert_allclose(values.min(), 0.0, atol=1e-6)
    np.testing.assert_allclose(loss.generator(best), loss.equilibrium.generator, atol=3e-3)
    assert float(best[0, 0]) == pytest.approx(loss.boundary, abs=3e-3)
