"""What a family refuses when it is made, each with a line that says what to do instead."""

from ganzoo import losses
from ganzoo.augmentations.base import Augmentation
from ganzoo.errors import UserError
from ganzoo.penalties import Penalty
from ganzoo.regularizers import Regularizer
from ganzoo.serialization import parameters

# Layers whose output for one example hangs on the others of its batch.
MIXING = {"BatchNormalization", "MinibatchDiscrimination"}


def loss(value):
    """Raises UserError unless `value` is a loss object."""
    if not isinstance(value, losses.Loss):
        raise UserError(f"adversarial_loss is a loss such as losses.Hinge(), not {value!r}")


def penalties(value):
    """Raises UserError unless `value` is a list of gradient penalties."""
    if not isinstance(value, (list, tuple)):
        raise UserError(f"penalties is a list such as [penalties.R1(1.0)], not {value!r}")
    for penalty in value:
        if not isinstance(penalty, Penalty):
            raise UserError(f"{penalty!r} is no gradient penalty; an orthogonal one is BigGAN's `orthogonal`")


def augmentation(value, discriminator, loss):
    """Raises UserError unless `value` is None, or an augmentation and the discriminator looks at images."""
    if value is None:
        return
    if not isinstance(value, Augmentation):
        raise UserError(f"augment is an augmentation such as augmentations.DiffAugment(), or None, not {value!r}")
    value.check(tuple(discriminator.inputs[0].shape[1:]))
    if value.memory and loss.boundary is None:
        raise UserError(
            f"{type(value).__name__} reads the sign of D(real), which means nothing under {loss!r}: give a fixed p, "
            "augment=augmentations.Pipe(p=0.2)"
        )


def regularizers(value, discriminator):
    """Raises UserError unless `value` is a list of regularisers, each for what the discriminator looks at."""
    if not isinstance(value, (list, tuple)):
        raise UserError(f"regularizers is a list such as [regularizers.LeCam()], not {value!r}")
    for regularizer in value:
        if not isinstance(regularizer, Regularizer):
            raise UserError(f"{regularizer!r} is no regulariser such as regularizers.LeCam()")
        regularizer.check(tuple(discriminator.inputs[0].shape[1:]))


def top_k(value):
    """Raises UserError unless `value` is None or a `TopK`."""
    if value is not None and not isinstance(value, losses.TopK):
        raise UserError(f"top_k is a losses.TopK() or None, not {value!r}")


def networks(generator, discriminator):
    """Raises UserError unless the discriminator takes what the generator makes and gives one logit an example."""
    for network in (generator, discriminator):
        if len(network.inputs) > 1:
            raise UserError(f"the {network.name} takes labels: leave num_classes out, or take a family with labels")
    fits(generator, discriminator)
    if discriminator.output_shape[-1] != 1:
        raise UserError(f"the discriminator must give one logit an example, not {discriminator.output_shape[-1]}")


def fits(generator, discriminator):
    """Raises UserError unless the discriminator's first input has the shape of the generator's output."""
    made, taken = (tuple(tensor.shape[1:]) for tensor in (generator.outputs[0], discriminator.inputs[0]))
    if made != taken:
        raise UserError(f"the generator makes {made}, the discriminator takes {taken}: give both the same size and channels")


def reads_tokens(discriminator, length):
    """Raises UserError unless the discriminator takes texts as tokens [B, length]."""
    taken = tuple(discriminator.input_shape[1:])
    if taken != (length,):
        raise UserError(f"the discriminator must take tokens [B, {length}], not [B, {', '.join(map(str, taken))}]: soft=False")


def kinds(network):
    """The names of the layer classes in a network and of their bases, nested ones too."""
    return {kind.__name__ for layer in network._flatten_layers() for kind in type(layer).__mro__}


def penalised(discriminator, value):
    """Raises UserError for a gradient penalty on a discriminator that mixes the examples of a batch."""
    if value and (mixing := kinds(discriminator) & MIXING):
        raise UserError(
            f"a gradient penalty is of one example, and {mixing.pop()} mixes those of a batch: "
            'choose norm="layer", "spectral" or "none" for the discriminator, or no penalty'
        )


def spectral(discriminator):
    """Whether the discriminator's weights are spectrally normalised."""
    return any(kind.startswith("SpectralNorm") for kind in kinds(discriminator))


def idle(family, reason, *names):
    """Raises UserError where options of a family that another one leaves without effect are not at their defaults."""
    for name in names:
        value = getattr(family, name)
        if value != parameters(type(family))[name].default:
            raise UserError(f"{name}={value!r} has no effect: {reason}")
