"""GAN-CLS and GAN-INT: images from captions, by a discriminator that also sees real images with wrong captions."""

import keras
import tensorflow as tf

from ganzoo import noise
from ganzoo.errors import UserError
from ganzoo.families import checks
from ganzoo.families.gan import GAN
from ganzoo.losses import cross_entropy


def matching_aware_loss(real_logits, wrong_logits, fake_logits, mismatch_weight=0.5, wrong_rows=None):
    """The discriminator's three-way loss: -log s_r - w log(1 - s_w) - (1 - w) log(1 - s_f), each a batch mean.

    Args:
        real_logits: of real images with their captions, [B, 1].
        wrong_logits: of real images with captions that are wrong of them, [B, 1]; None where `mismatch_weight` is 0.
        fake_logits: of samples with the captions that they were made from, [B, 1].
        mismatch_weight: w, in [0, 1).
        wrong_rows: float [B], 1 where the second caption is indeed wrong: the other rows of `wrong_logits` do not count.

    Returns:
        A scalar in nats; ln 4 = 1.386 where all logits are 0.

    Reference: Reed et al. 2016, 1605.05396, algorithm 1.
    """
    loss = cross_entropy(real_logits, 1.0) + (1.0 - mismatch_weight) * cross_entropy(fake_logits, 0.0)
    if not mismatch_weight:
        return loss
    rows = tf.ones(tf.shape(wrong_logits)[0]) if wrong_rows is None else wrong_rows
    wrong = tf.math.divide_no_nan(tf.reduce_sum(rows * tf.nn.softplus(wrong_logits[:, 0])), tf.reduce_sum(rows))
    return loss + mismatch_weight * wrong


@keras.saving.register_keras_serializable(package="ganzoo")
class GANCLS(GAN):
    """Images from captions: a sample must look real, and show what its caption says.

    The discriminator sees three kinds of pairs: real images with their captions, real images with captions that are
    wrong of them, and samples with the captions they were made from. Without the second kind nothing tells it that a
    plausible image may still be the wrong one. A wrong caption is another one of the batch, and one that indeed does not
    describe the image, by what batches tell of both (`attributes` and `claims`): a caption that happens to fit would
    teach the opposite.

    Each player has an encoder of captions of its own and trains it. In the paper both use one char-CNN-RNN, trained on
    images and text before and then fixed; one that moved with the discriminator would be a target that runs away from the
    generator.

    With `interpolation` (GAN-INT) the generator also learns from embeddings between those of two captions, which no
    image was ever described by; the discriminator never learns from them.

    Args:
        generator: keras.Model, latents [B, latent_dim] and embeddings [B, E] to images.
        discriminator: keras.Model, images and embeddings [B, E] to logits [B, 1].
        generator_encoder: keras.Model, captions int64 [B, T] to the generator's embeddings.
        discriminator_encoder: likewise, to the discriminator's.
        captions: the data's `Captions`: its words, and what is drawn where a caption is left open.
        mismatch_weight: share of wrong captions in what the discriminator must refuse, in [0, 1); the paper's is .5. At 0
            it never sees one: a conditional GAN.
        interpolation: beta of the embeddings beta e_1 + (1 - beta) e_2 that GAN-INT adds, in (0, 1); the paper's is .5.
            None leaves them out.
        Others: as `GAN`, but no `adversarial_loss`; `average_decay` is also of the generator's encoder.

    Raises:
        UserError: a weight out of range, or networks that do not fit one another or the captions.

    Reference: Reed et al. 2016, "Generative Adversarial Text to Image Synthesis", arXiv:1605.05396.
    """

    refused = {"adversarial_loss": "its losses are the paper's log losses, a term for each kind of pair"}

    def __init__(
        self,
        generator,
        discriminator,
        generator_encoder,
        discriminator_encoder,
        captions,
        mismatch_weight=0.5,
        interpolation=None,
        **kwargs,
    ):
        super().__init__(generator, discriminator, **kwargs)
        if not 0.0 <= mismatch_weight < 1.0:
            raise UserError(f"mismatch_weight is a share of what is refused, in [0, 1), not {mismatch_weight}")
        if interpolation is not None and not 0.0 < interpolation < 1.0:
            raise UserError(f"interpolation lies between two captions, in (0, 1), not {interpolation}; None leaves it out")
        if generator_encoder is discriminator_encoder:
            raise UserError("each player trains an encoder of its own: build two")
        for network, encoder in ((generator, generator_encoder), (discriminator, discriminator_encoder)):
            check_encoder(network, encoder, captions)
        self.generator_encoder = generator_encoder
        self.discriminator_encoder = discriminator_encoder
        self.captions = captions
        self.mismatch_weight = mismatch_weight
        self.interpolation = interpolation

    def check_networks(self, generator, discriminator):
        checks.fits(generator, discriminator)

    @property
    def networks(self):
        names = ("generator", "discriminator", "generator_encoder", "discriminator_encoder")
        return {name: getattr(self, name) for name in names}

    @property
    def players(self):
        return {
            "generator": (self.generator, self.generator_encoder),
            "discriminator": (self.discriminator, self.discriminator_encoder),
        }

    @property
    def averaged_networks(self):
        return {"generator": self.generator, "generator_encoder": self.generator_encoder}

    @property
    def equilibrium(self):
        # Wrong captions can always be told from right ones, so both players' losses hang on the data.
        return {} if self.mismatch_weight else super().equilibrium

    def discriminator_loss(self, batch):
        """The three-way loss on a real batch, its captions exchanged for wrong ones, and as many samples."""
        real = batch["image"]
        captions = self.captions_of(batch)
        embeddings = self.discriminator_encoder(captions, training=True)
        fake = self.generate(self.noise(tf.shape(real)[0]), self.generator_encoder(captions, training=True))
        noised = self.seen(real)
        real_logits = self.discriminate(noised, embeddings)
        fake_logits = self.discriminate(self.seen(fake), embeddings)
        self.record_scores(real_logits, fake_logits)
        wrong_logits = rows = None
        if self.mismatch_weight:
            others, rows = self.wrong_captions(batch)
            wrong_logits = self.discriminate(noised, tf.gather(embeddings, others))
            self.record("wrong_score", tf.reduce_mean(tf.sigmoid(wrong_logits)))
        loss = matching_aware_loss(real_logits, wrong_logits, fake_logits, self.mismatch_weight, rows)
        return loss + self.penalty(lambda images: self.discriminate(images, embeddings), real, fake, real_logits, fake_logits)

    def generator_loss(self, batch):
        """-E log D on fresh samples of the batch's captions and, with GAN-INT, of captions between them."""
        captions = self.captions_of(batch)
        own = self.with_interpolated(self.generator_encoder(captions, training=True))
        judged = self.with_interpolated(self.discriminator_encoder(captions, training=True))
        fake = self.generate(self.noise(tf.shape(own)[0]), own)
        return self.adversary(self.discriminate(self.seen(fake), judged), None)

    def with_interpolated(self, embeddings):
        """With GAN-INT, `embeddings` and those between them."""
        if self.interpolation is None:
            return embeddings
        return tf.concat([embeddings, self.interpolated(embeddings)], 0)

    def interpolated(self, embeddings):
        """Between the embeddings of each pair of captions, from the batch's first and second half: [B // 2, E]."""
        half = tf.shape(embeddings)[0] // 2
        first, second = embeddings[:half], embeddings[half : 2 * half]
        return self.interpolation * first + (1.0 - self.interpolation) * second

    def wrong_captions(self, batch):
        """For each image another caption of the batch that is wrong of it, each such caption as likely.

        Returns:
            The captions' rows int32 [B], and float32 [B]: 0 where every caption of the batch is true of the image.
        """
        claims, attributes = batch["claims"][None], batch["attributes"][:, None]
        wrong = tf.reduce_any((claims >= 0) & (claims != attributes), axis=-1)
        count = tf.shape(attributes)[0]
        draw = self.draw(count, (count,), noise.Uniform(0.0, 1.0), "wrong captions")
        chosen = tf.argmax(tf.where(wrong, draw, -1.0), axis=1, output_type=tf.int32)
        return chosen, tf.cast(tf.reduce_any(wrong, axis=1), tf.float32)

    def captions_of(self, batch):
        """A batch's captions, int64 [B, T].

        Raises:
            UserError: the data carries none, or does not tell what they claim.
        """
        if not {"caption", "claims", "attributes"} <= set(batch):
            raise UserError(f"{type(self).__name__} trains on captions: give the recipe CaptionedImages as its data")
        return batch["caption"]

    # What samples and exports ask for: captions as strings.

    @property
    def sample_options(self):
        return {"caption": (tf.string, "")}

    @property
    def assets(self):
        return [self.captions.vocabulary.table]

    def draw_inputs(self, count, seed, first=0, caption=""):
        """Latents, and captions as strings: all `caption`, or where it is empty drawn from the data's grammar."""
        inputs = super().draw_inputs(count, seed, first)
        drawn = self.captions.draw(count, seed, first)
        return {**inputs, "captions": tf.where(tf.equal(caption, ""), drawn, caption)}

    def showcase(self, count, seed):
        """Samples of a few captions, each in a row of its own."""
        inputs = self.draw_inputs(count, seed)
        columns = round(count**0.5)
        return {**inputs, "captions": tf.gather(inputs["captions"], tf.range(count) // columns)}

    def sample(self, latents, captions):
        """Samples by the averaged encoder and generator in inference mode; captions are strings [B]."""
        embeddings = self.averages["generator_encoder"].network(self.captions.tokens(captions), training=False)
        return self.average.network([latents, embeddings], training=False)

    @property
    def services(self):
        """`discriminate`: logits of images [B, H, W, C] with captions, strings [B]."""

        def discriminate(*, images, captions):
            embeddings = self.discriminator_encoder(self.captions.tokens(captions), training=False)
            return {"logits": self.discriminate(images, embeddings, training=False)}

        specs = {
            "images": tf.TensorSpec(self.discriminator.inputs[0].shape, tf.float32),
            "captions": tf.TensorSpec([None], tf.string),
        }
        return {"discriminate": (discriminate, specs)}


def check_encoder(network, encoder, captions):
    """Refuses an encoder that does not suit a network or the captions.

    Raises:
        UserError: so it is.
    """
    size, words, known = encoder.output_shape[-1], encoder.get_layer("words").vocabulary_size, len(captions.vocabulary)
    if len(network.inputs) != 2 or network.inputs[1].shape[-1] != size:
        raise UserError(f"{network.name} must take embeddings of its encoder's {size} values beside its input")
    if encoder.inputs[0].shape[1] != captions.length:
        raise UserError(f"{encoder.name} must read captions of {captions.length} words: build it with length={captions.length}")
    if words != known:
        raise UserError(f"{encoder.name} knows {words} tokens, the captions have {known}: set vocabulary_size")
