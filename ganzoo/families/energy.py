"""Generation from a discriminator alone: it is raised on data and lowered on what it takes for data itself."""

import keras
import tensorflow as tf

from ganzoo import losses, noise
from ganzoo import negative_sampling as negatives
from ganzoo.errors import UserError
from ganzoo.families import checks
from ganzoo.families.base import Family, examples_of


@keras.saving.register_keras_serializable(package="ganzoo")
class EnergyModel(Family):
    """A discriminator without a generator: its samples, and its negatives in training, are found by search on itself.

    The energy of an example is minus its logit. A round: search for examples that the discriminator takes for data, then one
    step that lowers it there and raises it on data. Where both agree the landscape is flat.

    Args:
        discriminator: keras.Model, examples to logits [B, 1], without batch normalisation.
        search: a search from `ganzoo.negative_sampling`: how negatives are found.
        sample_search: how samples are found; `search` if None.
        adversarial_loss: a loss object from `ganzoo.losses`; its discriminator's side is played.
        l2: weight of the mean squared logits, which keep the landscape from running away.
        buffer: how many negatives are kept for searches to go on from; 0 where each begins anew.
        restart: share of the searches that begin anew although there is a buffer.
        average_decay: decay of the discriminator's moving average.

    Raises:
        UserError: a number out of range, a grid search with a buffer, or a loss that pairs logits with those of samples.

    Reference: Lazarow, Jin, Tu 2017, arXiv:1704.07820; Du and Mordatch 2019, arXiv:1903.08689.
    """

    refused = {"latents": "they are the draws that its search takes"}

    def __init__(
        self,
        discriminator,
        search=negatives.Langevin(),
        sample_search=None,
        adversarial_loss=losses.NonSaturating(),
        l2=0.1,
        buffer=0,
        restart=0.05,
        average_decay=0.99,
        **kwargs,
    ):
        sample_search = sample_search or search
        super().__init__(latents=sample_search.prior, average_decay=average_decay, **kwargs)
        if adversarial_loss.needs_real:
            raise UserError(f"{adversarial_loss!r} compares pairs of logits; an energy model plays losses of one logit")
        if buffer < 0 or not 0.0 <= restart <= 1.0 or l2 < 0:
            raise UserError("buffer and l2 are 0 or more, and restart is a share in [0, 1]")
        if buffer and isinstance(search, negatives.GridSearch):
            raise UserError("a grid search looks everywhere each time: buffer=0")
        self.discriminator = discriminator
        self.search = search
        self.sample_search = sample_search
        self.adversarial_loss = adversarial_loss
        self.l2 = l2
        self.buffer = buffer
        self.restart = restart
        if not buffer:
            checks.idle(self, "buffer is 0", "restart")
        self.example_shape = tuple(discriminator.inputs[0].shape[1:])
        self.search.latent_shape(self.example_shape)  # refuses examples that it cannot look at
        self._kept = None
        if buffer:
            starts = tf.clip_by_value(noise.Normal()((buffer, *self.example_shape), [0, 0]), -1.0, 1.0)
            self._kept = tf.Variable(starts, trainable=False, aggregation=tf.VariableAggregation.ONLY_FIRST_REPLICA)

    @property
    def data_shape(self):
        return tuple(self.example_shape)

    @property
    def networks(self):
        return {"discriminator": self.discriminator}

    @property
    def averaged_networks(self):
        return {"discriminator": self.discriminator}

    def state(self):
        return {**super().state(), "buffer": [] if self._kept is None else [self._kept]}

    def train_step(self, batch):
        """One round: the search for negatives, then the discriminator's step on data and negatives."""
        real = examples_of(batch)
        negatives = self.find_negatives(tf.shape(real)[0])
        self.minimize("discriminator", lambda: self.discriminator_loss(real, negatives))
        return self.logs()

    def find_negatives(self, count):
        """Examples [count, ...] that the discriminator takes for data; no gradient passes through them."""
        latents = self.draw(count, self.search.latent_shape(self.example_shape), self.search.prior)
        if self._kept is None:
            return tf.stop_gradient(self.search.negatives(self.discriminate, latents))
        rows, starts = self.remembered(count, latents[:, 0])
        negatives = tf.stop_gradient(self.search.negatives(self.discriminate, latents, starts))
        self.remember(rows, negatives)
        return negatives

    def remembered(self, count, fresh):
        """Rows of the buffer [count], and what lies there, a share `restart` of it replaced by fresh starts."""
        uniform = self.draw(count, (2,), noise.Uniform(0.0, 1.0), "buffer")
        rows = tf.cast(uniform[:, 0] * self.buffer, tf.int32)
        anew = tf.reshape(uniform[:, 1] < self.restart, [-1] + [1] * len(self.example_shape))
        return rows, tf.where(anew, fresh, tf.gather(self._kept, rows))

    def remember(self, rows, negatives):
        """Puts negatives into their rows of the buffer, on every replica those of all."""
        context = tf.distribute.get_replica_context()
        if context.num_replicas_in_sync > 1:
            rows, negatives = context.all_gather(rows, axis=0), context.all_gather(negatives, axis=0)
        self._kept.assign(tf.tensor_scatter_nd_update(self._kept, rows[:, None], negatives))

    def discriminator_loss(self, real, negatives):
        """The discriminator's mean loss on data and negatives, with `l2` times the mean squares of both's logits."""
        real_logits, negative_logits = self.discriminate(real), self.discriminate(negatives)
        self.record("real_score", tf.reduce_mean(tf.sigmoid(real_logits)))
        self.record("fake_score", tf.reduce_mean(tf.sigmoid(negative_logits)))
        squares = tf.reduce_mean(tf.square(real_logits)) + tf.reduce_mean(tf.square(negative_logits))
        return self.adversarial_loss.discriminator(real_logits, negative_logits) + self.l2 * squares

    # What samples, exports and figures ask for.

    @property
    def latent_shape(self):
        return self.sample_search.latent_shape(self.example_shape)

    def sample(self, latents):
        """Examples that the averaged discriminator takes for data, one search for each row of latents."""
        return self.sample_search.samples(self.height, latents)

    def height(self, examples):
        """The averaged discriminator's logits [B, 1]."""
        return self.averages["discriminator"].network(examples, training=False)

    @property
    def services(self):
        name = "images" if len(self.example_shape) == 3 else "points"

        def energy(**inputs):
            return {"energy": -self.height(inputs[name])[:, 0]}

        return {"energy": (energy, {name: tf.TensorSpec((None, *self.example_shape), tf.float32)})}
