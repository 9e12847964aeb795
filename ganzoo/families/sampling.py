"""What samples, exports and figures ask of a trained family."""

import tensorflow as tf

from ganzoo import noise


class Sampled:
    """The part of a `Family` by which it is sampled from and served."""

    @property
    def sample_options(self):
        """What `draw_inputs` takes beside count and seed: a dict from name to (dtype, the value that leaves it open).

        The open value also tells the option's shape: a number or a string, or a list of numbers.
        """
        return {}

    def draw_inputs(self, count, seed, first=0):
        """The generator's inputs for samples first .. first + count - 1 of `seed`, as a dict of tensors.

        A function of its arguments alone, so that one seed gives the same samples on every machine and in every batch.
        """
        return {"latents": noise.sample_rows(self.latents, count, self.latent_shape, seed, first)}

    def showcase(self, count, seed):
        """The generator's inputs for a picture of `count` samples; families order them by label or code."""
        return self.draw_inputs(count, seed)

    def sample(self, latents, labels=None):
        """Samples by the averaged generator in inference mode: what the world gets to see."""
        inputs = latents if labels is None else [latents, labels]
        return self.average.network(inputs, training=False)

    def outputs(self, samples):
        """What an export's signatures return for samples, by name."""
        return {"images" if len(samples.shape) == 4 else "points": samples}

    @property
    def assets(self):
        """Trackable objects that the services use beside variables, such as lookup tables: an export carries them."""
        return []

    @property
    def services(self):
        """What an export serves beside samples: a dict from name to (function, its inputs as a dict of tf.TensorSpec).

        A function takes its inputs by name and returns a dict of tensors; it computes in inference mode, with averaged
        networks where there are any.
        """
        judge = self.networks.get("discriminator", self.networks.get("critic"))
        if judge is None:
            return {}
        names = {"images": "points"} if len(judge.inputs[0].shape) == 2 else {}
        specs = {names.get(i.name, i.name): tf.TensorSpec(i.shape, i.dtype) for i in judge.inputs}

        def discriminate(**examples):
            return {"logits": self.discriminate(*[examples[name] for name in specs], training=False)}

        return {"discriminate": (discriminate, specs)}
