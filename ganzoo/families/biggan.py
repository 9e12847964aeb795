"""BigGAN: a conditional GAN whose samples can be traded, variety for fidelity, by truncating the latents."""

import keras
import tensorflow as tf

from ganzoo import losses, noise, penalties
from ganzoo.checked_tensors import checked
from ganzoo.errors import UserError
from ganzoo.families.conditional import ConditionalGAN

# The open value of `truncation`, and the bound from which N(0, 1) is left as it is: beyond it lies 2e-9 of the mass.
UNTRUNCATED = 1.0e9
NO_BOUND = 6.0


def truncated(latents, bound):
    """Draws from N(0, 1) as draws from N(0, 1) given |z| <= bound, by the inverse of the distribution function.

    The paper draws again what falls outside; the distribution is the same, but here each latent moves smoothly with
    the bound, and rises with what it was.

    Args:
        latents: float32 [...], from N(0, 1).
        bound: float32 scalar, 0 or more; from 6 on nothing changes.

    Reference: Brock et al. 2019, arXiv:1809.11096, section 3.1.
    """
    root = tf.sqrt(tf.constant(2.0, latents.dtype))
    squeezed = root * tf.math.erfinv(tf.math.erf(latents / root) * tf.math.erf(bound / root))
    return tf.where(bound < NO_BOUND, tf.clip_by_value(squeezed, -bound, bound), latents)


def kernels_of(network):
    """The weights of every dense and convolutional layer, as tensors [..., outputs]; embeddings are left out."""
    kernels = []
    for layer in network._flatten_layers(include_self=False):
        if getattr(layer, "kernel", None) is None:
            continue
        kernel = tf.convert_to_tensor(layer.kernel)
        if isinstance(layer, keras.layers.Conv2DTranspose):  # [k, k, outputs, in]
            kernel = tf.transpose(kernel, [0, 1, 3, 2])
        kernels.append(kernel)
    return kernels


@keras.saving.register_keras_serializable(package="ganzoo")
class BigGAN(ConditionalGAN):
    """What BigGAN adds to a conditional GAN's training and sampling; the rest are its networks' tricks.

    `truncation` is an option of every sample: latents from N(0, 1) within [-truncation, truncation], the smaller the
    finer and the more alike. `orthogonal` keeps generators fit for it.

    The paper's discriminator has four times its generator's learning rate: two time scales (TTUR, Heusel et al. 2017,
    arXiv:1706.08500), set by the rates of the two optimizers.

    The moving average needs no later start, as the authors' code has: early on it forgets its first weights quickly.

    Args:
        generator: keras.Model, latents [B, latent_dim] and labels [B] to samples.
        discriminator: keras.Model, samples and labels to logits [B, 1].
        adversarial_loss: a loss object from `ganzoo.losses`.
        orthogonal: a `ganzoo.penalties.Orthogonal` on the generator's dense and convolutional kernels, or None. The
            shared embedding is left out.
        discriminator_steps: discriminator steps before the generator moves, each on a fresh real batch.
        average_decay: decay of the generator's moving average.
        Others: as `ConditionalGAN`; `latents` must be `noise.Normal()`, which is what truncation is of.

    Raises:
        UserError: latents that cannot be truncated, and as `ConditionalGAN`.

    Reference: Brock, Donahue and Simonyan 2019, "Large Scale GAN Training for High Fidelity Natural Image Synthesis",
    arXiv:1809.11096.
    """

    def __init__(
        self,
        generator,
        discriminator,
        adversarial_loss=losses.Hinge(),
        orthogonal=None,
        discriminator_steps=2,
        average_decay=0.9999,
        **kwargs,
    ):
        super().__init__(
            generator,
            discriminator,
            adversarial_loss=adversarial_loss,
            discriminator_steps=discriminator_steps,
            average_decay=average_decay,
            **kwargs,
        )
        if not isinstance(self.latents, noise.Normal):
            raise UserError(f"truncation is of N(0, 1): BigGAN's latents are noise.Normal(), not {self.latents}")
        if orthogonal is not None and not isinstance(orthogonal, penalties.Orthogonal):
            raise UserError(f"orthogonal is a penalties.Orthogonal() or None, not {orthogonal!r}")
        self.orthogonal = orthogonal

    @property
    def sample_options(self):
        return {**super().sample_options, "truncation": (tf.float32, UNTRUNCATED)}

    def draw_inputs(self, count, seed, first=0, label=-1, truncation=UNTRUNCATED):
        """Labels as `ConditionalGAN`, and latents within [-truncation, truncation]."""
        inputs = super().draw_inputs(count, seed, first, label)
        truncation = tf.cast(truncation, tf.float32)
        truncation = checked(truncation, truncation >= 0.0, ["truncation must be 0 or more, not", truncation])
        return {**inputs, "latents": truncated(inputs["latents"], truncation)}

    def generator_loss(self, batch):
        """The generator's mean loss on fresh samples, plus what its kernels lack in orthogonality."""
        loss = super().generator_loss(batch)
        if self.orthogonal is None:
            return loss
        penalty = self.orthogonal(kernels_of(self.generator))
        self.record("orthogonal_penalty", penalty)
        return loss + penalty
