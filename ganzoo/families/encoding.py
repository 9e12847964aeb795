"""What every family with an encoder offers: codes of examples, and what becomes of them when they are decoded."""

import tensorflow as tf

from ganzoo.errors import UserError
from ganzoo.families.base import Family


class EncodingFamily(Family):
    """A family with `self.generator`, latents to examples, and `self.encoder`, examples to latents.

    The encoder gives latents [B, latent_dim], or, where `self.gaussian`, their means and log standard deviations side by side.
    """

    def check_encoder(self, generator, encoder, gaussian):
        """Refuses an encoder whose output does not fit the generator's latents.

        Raises:
            UserError: it does not fit.
        """
        latent_dim, size = generator.inputs[0].shape[-1], encoder.outputs[0].shape[-1]
        wanted = latent_dim * (2 if gaussian else 1)
        if size != wanted:
            kind = "a Gaussian encoder's" if gaussian else "the encoder's"
            raise UserError(f"{kind} output has {wanted} values for {latent_dim} latents, not {size}: see its `gaussian`")

    @property
    def averaged_networks(self):
        return {"generator": self.generator, "encoder": self.encoder}

    def codes(self, examples):
        """Latents [B, latent_dim] of examples by the averaged encoder: the mean where it has a Gaussian."""
        return self.averages["encoder"].network(examples, training=False)[:, : self.latent_shape[0]]

    def reconstruct(self, examples):
        """Examples, encoded and decoded by the averaged networks."""
        return self.sample(self.codes(examples))

    @property
    def example_specs(self):
        """The name and tf.TensorSpec of examples in services, as a dict of one."""
        shape = self.generator.outputs[0].shape
        return {"images" if len(shape) == 4 else "points": tf.TensorSpec(shape, tf.float32)}

    @property
    def services(self):
        ((name, spec),) = self.example_specs.items()

        def encode(**inputs):
            return {"latents": self.codes(inputs[name])}

        def reconstruct(**inputs):
            return {name: self.reconstruct(inputs[name])}

        return {"encode": (encode, {name: spec}), "reconstruct": (reconstruct, {name: spec})}
