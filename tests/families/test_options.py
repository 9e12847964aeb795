"""Every option of every family does something, or is refused in a line that says why."""

import numpy as np
import pytest
from tiny_families import FAMILIES, arrays, compiled, drawn, parts, play

from ganzoo import augmentations, likelihoods, losses, noise, penalties, regularizers, schedules
from ganzoo.errors import UserError
from ganzoo.families.autoencoder import VAE
from ganzoo.families.biggan import BigGAN
from ganzoo.families.energy import EnergyModel
from ganzoo.families.gan import GAN
from ganzoo.families.gumbel import GumbelGAN
from ganzoo.families.improved import FeatureMatching, ImprovedGAN
from ganzoo.families.mix import MIXGAN
from ganzoo.families.semi_supervised import SemiSupervisedGAN
from ganzoo.families.stacked import StackedGAN
from ganzoo.families.text_to_image import GANCLS
from ganzoo.families.wgan import WGAN
from ganzoo.negative_sampling import Langevin
from ganzoo.networks.stacked import stacked_discriminator_0, stacked_discriminator_1
from ganzoo.serialization import parameters

LANGEVIN = {"low": -3.0, "high": 3.0}
# A value of each option that is no family's default. An average's first steps forget faster than any usual decay.
VALUES = {
    "adversarial_loss": losses.NonSaturating(smoothing=0.7),
    "adversarial_weight": 0.5,
    "annealing_steps": 2,
    "augment": augmentations.DiffAugment(),
    "average_decay": 0.05,
    "baseline": True,
    "baseline_decay": 0.5,
    "beta": 0.5,
    "buffer": 4,
    "caption_dropout": 0.5,
    "categories": (3, 2),
    "class_shares": (1.0, 0.0, 0.0),
    "class_weight": 0.5,
    "classify_fake": False,
    "clip": 0.001,
    "components": 2,
    "conditional_weight": 0.5,
    "continuous": 1,
    "continuous_std": None,
    "continuous_weight": 0.5,
    "critic_steps": 2,
    "dense": False,
    "discount": 0.9,
    "discrete_weight": 0.5,
    "discriminator_steps": 3,
    "diversity": 0.5,
    "diversity_limit": 1e-6,
    "entropy": 0.5,
    "entropy_weight": 0.5,
    "eta": 2,
    "feature_matching": FeatureMatching(norm="l1"),
    "features_noise": 0.5,
    "final_temperature": 0.1,
    "gamma": 0.9,
    "gaussian": True,
    "generator_class_weight": 0.5,
    "generator_steps": 2,
    "historical_averaging": 0.5,
    "image_noise": 0.5,
    "instance_noise": 0.5,
    "instance_noise_steps": 2,
    "interpolation": 0.5,
    "joint_weight": 0.5,
    "kl_steps": 2,
    "l2": 0.5,
    "ladder": ((0.0, 2),),
    "lambda_k": 0.1,
    "latents": noise.Spherical(),
    "likelihood": likelihoods.Gaussian(0.7),
    "mismatch_weight": 0.3,
    "orthogonal": penalties.Orthogonal(0.1),
    "penalties": [penalties.R1(schedules.Cosine(1.0, 0.5, 4))],  # a number is in test_combinations.py
    "recogniser_width": 5,
    "regularizers": [regularizers.LeCam(start=0)],
    "restart": 1.0,
    "rollout_decay": 0.1,
    "rollouts": 3,
    "sample_search": Langevin(steps=3, **LANGEVIN),
    "search": Langevin(steps=3, **LANGEVIN),
    "simultaneous": True,
    "straight_through": False,
    "temperature": 0.7,
    "thorough_every": 2,
    "thorough_first": 3,
    "thorough_steps": 10,
    "top_k": losses.TopK(share=0.1, decay=0.1, every=1),
    "unlabelled_weight": 1.0,
}
# What must be set beside an option for it to matter.
BESIDE = {
    "diversity_limit": {"diversity": 0.5},
    "final_temperature": {"annealing_steps": 2},
    "instance_noise_steps": {"instance_noise": 0.5},
    "lambda_k": {"gamma": 1.0},
    "restart": {"buffer": 4},
    "thorough_every": {"thorough_steps": 10, "thorough_first": 0},
    "thorough_first": {"thorough_steps": 10},
    (BigGAN, "simultaneous"): {"discriminator_steps": 1},
}
# These begin to matter in the second round.
LATE = {"annealing_steps", "final_temperature", "historical_averaging", "instance_noise_steps", "top_k"}
OPTIONS = [
    (family, name)
    for family in FAMILIES
    for name, parameter in parameters(family).items()
    if parameter.default is not parameter.empty
]
STEPS = {"generator_steps": "generator", "discriminator_steps": "discriminator", "critic_steps": "critic"}


def observed(family, rounds, **options):
    """All that rounds of the last phase leave, by name, and how many steps each player took."""
    model = compiled(family, **options)
    found = {}
    for number in range(rounds):
        found |= {f"{number} {name}": np.asarray(value) for name, value in play(model, model.phases[-1:]).items()}
    found |= dict(arrays(model)) | dict(drawn(model))
    found["rounds of data"] = np.asarray(getattr(model, "rounds_before", lambda step: 0)(4))
    return found, {player: int(optimizer.iterations.numpy()) for player, optimizer in model.optimizers.items()}


def same(one, other):
    return one.keys() == other.keys() and all(np.array_equal(one[name], other[name]) for name in one)


USUAL = {}


def usual(family, rounds, **beside):
    """What the family does without the option; once for each that is asked for."""
    key = (family, rounds, str(beside))
    if key not in USUAL:
        USUAL[key] = observed(family, rounds, **beside)
    return USUAL[key]


@pytest.mark.parametrize(("family", "name"), OPTIONS, ids=[f"{family.__name__}-{name}" for family, name in OPTIONS])
def test_an_option_changes_something_or_is_refused(family, name):
    beside = BESIDE.get((family, name), BESIDE.get(name, {}))
    rounds = 2 if name in LATE else 1
    try:
        changed, steps = observed(family, rounds, **beside, **{name: VALUES[name]})
    except UserError as error:
        assert "\n" not in str(error)
        assert (family, name) in REFUSED_VALUES
        return
    before, _ = usual(family, rounds, **beside)
    assert not same(changed, before)
    if name in STEPS:
        assert steps[STEPS[name]] == VALUES[name]


# Values that these families refuse, since the networks here are not made for them or another option is in the way.
REFUSED_VALUES = {
    *((family, "gaussian") for family in FAMILIES),
    *((family, "augment") for family in FAMILIES if family is not GANCLS),  # points
    (BigGAN, "latents"),
    (SemiSupervisedGAN, "top_k"),  # its generator matches features
    (WGAN, "penalties"),
}


def test_a_round_is_the_same_each_time():
    one, other = observed(GAN, 2), observed(GAN, 2)
    assert same(one[0], other[0]) and one[1] == other[1]


REFUSED = [(family, name) for family in FAMILIES for name in family.refused]


@pytest.mark.parametrize(("family", "name"), REFUSED, ids=[f"{family.__name__}-{name}" for family, name in REFUSED])
def test_what_means_nothing_in_a_family_is_refused_with_the_reason(family, name):
    assert name not in parameters(family)
    with pytest.raises(UserError, match=f"{family.__name__} takes no {name}: ") as error:
        family(**parts(family), **{name: VALUES.get(name)})
    assert "\n" not in str(error.value)


def without_classes():
    return {
        "discriminator_1": stacked_discriminator_1(4, 3, width=4),
        "discriminator_0": stacked_discriminator_0(8, 1, 2, width=2),
    }


@pytest.mark.parametrize(
    ("family", "options", "reason"),
    [
        (GAN, {"instance_noise_steps": 5}, "instance_noise is 0"),
        (WGAN, {"thorough_first": 3}, "thorough_steps is None"),
        (WGAN, {"thorough_every": 3}, "thorough_steps is None"),
        (GumbelGAN, {"final_temperature": 0.1}, "annealing_steps is None"),
        (VAE, {"beta": 0.0, "kl_steps": 3}, "beta is 0"),
        (EnergyModel, {"restart": 0.5}, "buffer is 0"),
        (GANCLS, {"diversity_limit": 0.5}, "diversity is 0"),
        (StackedGAN, {"class_weight": 0.5, **without_classes()}, "no discriminator has num_classes"),
    ],
)
def test_an_option_that_another_leaves_idle_is_refused(family, options, reason):
    with pytest.raises(UserError, match=f"has no effect: {reason}"):
        compiled(family, **options)


@pytest.mark.parametrize(
    ("family", "options", "reason"),
    [
        (ImprovedGAN, {"feature_matching": True}, "feature_matching is a FeatureMatching"),
        (SemiSupervisedGAN, {"adversarial_loss": losses.Hinge()}, "take a log loss"),
        (BigGAN, {"orthogonal": 0.1}, "orthogonal is a penalties.Orthogonal"),
        (BigGAN, {"latents": noise.Uniform()}, "truncation is of N"),
        (BigGAN, {"simultaneous": True}, "one step of each"),
        (EnergyModel, {"adversarial_loss": losses.Relativistic()}, "losses of one logit"),
        (GANCLS, {"adversarial_loss": losses.Relativistic(), "interpolation": 0.5}, "no real image is between two captions"),
        (StackedGAN, {"adversarial_loss": losses.Relativistic()}, "compares pairs"),
    ],
)
def test_a_value_that_a_family_cannot_play_is_refused(family, options, reason):
    with pytest.raises(UserError, match=reason):
        compiled(family, **options)


def test_a_wasserstein_generator_takes_as_many_steps_as_it_is_told_and_counts_them():
    model = compiled(WGAN, generator_steps=2, thorough_steps=10, thorough_first=1, thorough_every=3)
    play(model)
    assert int(model.optimizers["generator"].iterations) == int(model.step) == 2
    # Rounds 0 and 3 are thorough: each takes the data's batch of one round more.
    assert [model.rounds_before(step) for step in (0, 2, 4, 6)] == [1, 0, 0, 1]
    assert model.rounds_of_data(8) == 4 + 2


def test_a_mixtures_discriminators_see_the_same_noise_on_an_example():
    model = compiled(MIXGAN, instance_noise=1.0, components=2)
    seen = []

    def spy(judge):
        return lambda images, training: seen.append(images.numpy()) or judge(images, training=training)

    model.discriminators = [spy(judge) for judge in model.discriminators]
    real = FAMILIES[MIXGAN][1]
    model.discriminator_loss(real)
    first, second = seen[:3], seen[3:]  # real, then each generator's samples
    for one, other in zip(first, second, strict=True):
        np.testing.assert_array_equal(one, other)
    assert 0.5 < np.std(first[0] - real["point"].numpy()) < 1.5


def test_captions_encoders_are_two():
    made = parts(GANCLS)
    with pytest.raises(UserError, match="an encoder of its own"):
        GANCLS(**{**made, "discriminator_encoder": made["generator_encoder"]})
