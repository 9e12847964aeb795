"""GAN-CLS and GAN-INT: images from captions, by a discriminator that also sees real images with wrong captions."""

import keras
import tensorflow as tf

from ganzoo import losses, noise
from ganzoo.data.captions import NOTHING
from ganzoo.data.vocabulary import PAD
from ganzoo.errors import UserError
from ganzoo.families import checks
from ganzoo.families.gan import GAN


def matching_aware_loss(
    real_logits, wrong_logits, fake_logits, mismatch_weight=0.5, wrong_rows=None, adversarial_loss=losses.NonSaturating()
):
    """The discriminator's loss on three kinds of pairs, (1 - w) L(real, fake) + w L(real, wrong).

    With the log loss it is the paper's: -log s_r - w log(1 - s_w) - (1 - w) log(1 - s_f), each a batch mean.

    Args:
        real_logits: of real images with their captions, [B, 1].
        wrong_logits: of real images with captions that are wrong of them, [B, 1]; None where `mismatch_weight` is 0.
        fake_logits: of samples with the captions that they were made from, [B, 1].
        mismatch_weight: w, in [0, 1).
        wrong_rows: float [B], 1 where the second caption is indeed wrong: L(real, wrong) is over these rows alone, and 0
            where there is none.
        adversarial_loss: L, a loss object from `ganzoo.losses`.

    Returns:
        A scalar; of the log loss in nats, ln 4 = 1.386 where all logits are 0.

    Reference: Reed et al. 2016, 1605.05396, algorithm 1.
    """
    if not mismatch_weight:
        return adversarial_loss.discriminator(real_logits, fake_logits)
    rows = tf.ones(tf.shape(wrong_logits)[0]) if wrong_rows is None else wrong_rows

    def wrong():
        among = tf.where(rows > 0)[:, 0]
        return adversarial_loss.discriminator(tf.gather(real_logits, among), tf.gather(wrong_logits, among))

    told_apart = tf.cond(tf.reduce_any(rows > 0), wrong, lambda: tf.zeros(()))
    return (1.0 - mismatch_weight) * adversarial_loss.discriminator(real_logits, fake_logits) + mismatch_weight * told_apart


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
        caption_dropout: share of captions that are taken away, in [0, 1): the rows then have the empty caption, which is true
            of all images. Its samples can differ by their latents alone, which the generator so learns to heed.
        diversity: weight of what the generator gains by drawing two different images of one caption, the mean absolute
            difference of their pixels over that of their latents (Yang et al. 2019, 1901.09024).
        diversity_limit: the ratio above which it gains nothing more.
        Others: as `GAN`; `adversarial_loss` is that of samples and of wrong captions alike, the paper's is the log loss, and
            `average_decay` is also of the generator's encoder.

    Raises:
        UserError: a weight out of range, or networks that do not fit one another or the captions.

    Reference: Reed et al. 2016, "Generative Adversarial Text to Image Synthesis", arXiv:1605.05396.
    """

    def __init__(
        self,
        generator,
        discriminator,
        generator_encoder,
        discriminator_encoder,
        captions,
        mismatch_weight=0.5,
        interpolation=None,
        caption_dropout=0.0,
        diversity=0.0,
        diversity_limit=0.3,
        **kwargs,
    ):
        super().__init__(generator, discriminator, **kwargs)
        if not 0.0 <= mismatch_weight < 1.0:
            raise UserError(f"mismatch_weight is a share of what is refused, in [0, 1), not {mismatch_weight}")
        if interpolation is not None and not 0.0 < interpolation < 1.0:
            raise UserError(f"interpolation lies between two captions, in (0, 1), not {interpolation}; None leaves it out")
        if generator_encoder is discriminator_encoder:
            raise UserError("each player trains an encoder of its own: build two")
        if not 0.0 <= caption_dropout < 1.0:
            raise UserError(f"caption_dropout is a share of the captions, in [0, 1), not {caption_dropout}")
        if not diversity >= 0.0 or not diversity_limit > 0.0:
            raise UserError(
                f"diversity is a weight, 0 or more, and diversity_limit above 0, not {diversity} and {diversity_limit}"
            )
        if interpolation is not None and self.adversarial_loss.needs_real:
            raise UserError(
                f"no real image is between two captions: {self.adversarial_loss!r} and interpolation exclude one another"
            )
        for network, encoder in ((generator, generator_encoder), (discriminator, discriminator_encoder)):
            check_encoder(network, encoder, captions)
        self.generator_encoder = generator_encoder
        self.discriminator_encoder = discriminator_encoder
        self.captions = captions
        self.mismatch_weight = mismatch_weight
        self.interpolation = interpolation
        self.caption_dropout = caption_dropout
        self.diversity = diversity
        self.diversity_limit = diversity_limit
        if not diversity:
            checks.idle(self, "diversity is 0", "diversity_limit")

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
        return {} if self.mismatch_weight or self.diversity else super().equilibrium

    def discriminator_loss(self, batch):
        """The three-way loss on a real batch, its captions exchanged for wrong ones, and as many samples."""
        batch = self.with_captions_dropped(batch)
        real, captions = batch["image"], batch["caption"]
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
            score = tf.sigmoid if self.adversarial_loss.probability else tf.identity
            self.record("wrong_score", tf.reduce_mean(score(wrong_logits)))
        loss = matching_aware_loss(real_logits, wrong_logits, fake_logits, self.mismatch_weight, rows, self.adversarial_loss)
        return loss + self.penalty(lambda images: self.discriminate(images, embeddings), real, fake, real_logits, fake_logits)

    def generator_loss(self, batch):
        """The generator's loss on fresh samples of the batch's captions and, with GAN-INT, of captions between them."""
        batch = self.with_captions_dropped(batch)
        captions = batch["caption"]
        own = self.with_interpolated(self.generator_encoder(captions, training=True))
        judged = self.with_interpolated(self.discriminator_encoder(captions, training=True))
        latents = self.noise(tf.shape(own)[0])
        fake = self.generate(latents, own)
        fake_logits = self.discriminate(self.seen(fake), judged)
        loss = self.adversary(fake_logits, lambda: self.discriminate(self.seen(batch["image"]), judged))
        return loss - self.diversity * self.apart(own, latents, fake) if self.diversity else loss

    def apart(self, embeddings, latents, images):
        """How far second samples of `embeddings` lie from `images`, over how far their latents do, at most the limit."""
        others = self.noise(tf.shape(embeddings)[0])
        drawn = tf.reduce_mean(tf.abs(self.generate(others, embeddings) - images), axis=(1, 2, 3))
        ratio = drawn / tf.reduce_mean(tf.abs(others - latents), axis=1)
        self.record("apart", tf.reduce_mean(ratio))
        return tf.reduce_mean(tf.minimum(ratio, self.diversity_limit))

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

    def with_captions_dropped(self, batch):
        """A batch, of which a share of the captions is empty and claims nothing.

        Raises:
            UserError: the data carries no captions, or does not tell what they claim.
        """
        if not {"caption", "claims", "attributes"} <= set(batch):
            raise UserError(f"{type(self).__name__} trains on captions: give the recipe CaptionedImages as its data")
        if not self.caption_dropout:
            return batch
        draw = self.draw(tf.shape(batch["caption"])[0], (1,), noise.Uniform(0.0, 1.0), "dropped captions")
        dropped = draw < self.caption_dropout
        return {
            **batch,
            "caption": tf.where(dropped, tf.cast(PAD, batch["caption"].dtype), batch["caption"]),
            "claims": tf.where(dropped, tf.cast(NOTHING, batch["claims"].dtype), batch["claims"]),
        }

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
