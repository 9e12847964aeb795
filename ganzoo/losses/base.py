"""What every adversarial loss is."""

from typing import ClassVar, NamedTuple

from ganzoo.errors import UserError
from ganzoo.serialization import Serializable


class Equilibrium(NamedTuple):
    """Both losses where generated and real data are alike and D plays its best; None where any value may occur."""

    discriminator: float | None
    generator: float | None


class Loss(Serializable):
    """Both players' losses.

    Attributes:
        needs_real: whether `generator` also needs the logits of a real batch.
        probability: whether the sigmoid of a logit is the probability that an example is real.
        boundary: the logit above which an example is held for real; None where a logit alone means nothing.
        equilibrium: `Equilibrium(discriminator, generator)`.
    """

    needs_real: ClassVar[bool] = False
    probability: ClassVar[bool] = False
    boundary = 0.0

    @property
    def equilibrium(self):
        raise NotImplementedError

    def discriminator(self, real_logits, fake_logits):
        """The discriminator's loss, a scalar: the real term's batch mean plus the fake term's."""
        raise NotImplementedError

    def generator(self, fake_logits, real_logits=None):
        """The generator's loss, a scalar; `real_logits` matter only where `needs_real`."""
        raise NotImplementedError


def required(loss, real_logits):
    """`real_logits`, or an error that names the loss that cannot do without them."""
    if real_logits is None:
        raise UserError(f"the generator's loss of {loss!r} needs the logits of a real batch: pass real_logits")
    return real_logits
