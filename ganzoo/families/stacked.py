"""Stacked GAN: a classifier turned round, one small GAN for each of its levels, and all of them together."""

import itertools

import keras
import tensorflow as tf

from ganzoo import losses, noise
from ganzoo.errors import UserError
from ganzoo.families import checks
from ganzoo.families.conditional import num_classes_of
from ganzoo.families.labelled import Labelled
from ganzoo.layers.latent_chunk import LatentChunk
from ganzoo.losses import accuracy, class_cross_entropy

# The authors' ladder for CIFAR-10, pairs of (least adversarial loss of the discriminator, generator steps).
AUTHORS_LADDER = ((0.65, 1), (0.5, 3), (0.3, 5), (0.0, 7))


@keras.saving.register_keras_serializable(package="ganzoo")
class StackedGAN(Labelled):
    """An encoder x -> h1 -> y, an upper GAN that goes from y to h1, and a lower one from h1 to x.

    Phases: `encoder` learns to classify and is frozen after that. `stack_1` and `stack_0` train each GAN on its own, the
    lower one on the encoder's h1 of real images; neither needs the other, so their order is free (with the upper one
    first, samples of the whole show how the lower one learns). In `joint` the lower generator is given the upper one's
    h1, and all four networks learn. A step is one round of the phase's players, in every phase.

    Each generator descends `adversarial_weight` L_adv + `conditional_weight` L_cond + `entropy_weight` L_ent. L_cond asks
    the encoder whether the sample fits what it was made from: the mean squared distance of the image's h1 from the given
    h1, the cross-entropy of the label that h1 is read as. L_ent is the mean squared error of Q's guess of the latents, a
    bound on the entropy of samples given their condition. Q sits on its discriminator's trunk and moves with it, by the
    same loss. A discriminator's adversarial loss is the MEAN of its real and fake term, as in the authors' code: ln 2
    where it cannot tell. One with classes' logits learns the labels of real examples too, with `class_weight`.

    Args:
        encoder: keras.Model, images to a dict of `features` h1 [B, n] and `classes`, logits [B, K]; its layer `classes`
            maps h1 to the logits.
        generator_1: keras.Model, [latents z1, labels] to h1 [B, n].
        discriminator_1: keras.Model, h1 to a dict of `logits` [B, 1], Q's guess `codes` of z1, and perhaps `classes`.
        generator_0: keras.Model, [h1, latents z0] to images.
        discriminator_0: keras.Model, images to a dict like the other's, with `codes` for z0.
        adversarial_loss: a loss object from `ganzoo.losses` that needs no real logits for the generator: the authors took
            `NonSaturating` for MNIST and `Minimax`, which saturates, for CIFAR-10.
        adversarial_weight, conditional_weight, entropy_weight, class_weight: weights of the losses.
        joint_weight: the share of the lower generator's loss that the upper generator descends beside its own in `joint`.
        features_noise, image_noise: standard deviations of Gaussian noise on all that D1 and D0 see. The authors also had
            noise between D1's layers in `joint`, and 0.05 on images whose range was half of this.
        ladder: pairs (least adversarial loss of the discriminator, generator steps), losses descending: the weaker the
            generator, the more steps it takes; `AUTHORS_LADDER` is what the authors had. In `joint` the lower
            discriminator decides. One step if empty. On one replica alone.
        latents: a prior from `ganzoo.noise`, of z1 and z0.
        Others: as `Family`.

    Attributes:
        generator: both generators as one keras.Model, [latents (z1, then z0), labels] to images.

    Reference: Huang, Li, Poursaeed, Hopcroft and Belongie 2017, "Stacked Generative Adversarial Networks",
    arXiv:1612.04357.
    """

    phases = ("encoder", "stack_1", "stack_0", "joint")

    def __init__(
        self,
        encoder,
        generator_1,
        discriminator_1,
        generator_0,
        discriminator_0,
        adversarial_loss=losses.NonSaturating(),
        adversarial_weight=1.0,
        conditional_weight=1.0,
        entropy_weight=10.0,
        class_weight=1.0,
        joint_weight=0.01,
        features_noise=0.2,
        image_noise=0.1,
        ladder=(),
        latents=noise.Uniform(0.0, 1.0),
        **kwargs,
    ):
        super().__init__(latents=latents, **kwargs)
        if adversarial_loss.needs_real:
            raise UserError(f"{adversarial_loss!r} compares pairs; a stacked GAN needs a loss such as NonSaturating()")
        self.encoder = encoder
        self.generator_1 = generator_1
        self.discriminator_1 = discriminator_1
        self.generator_0 = generator_0
        self.discriminator_0 = discriminator_0
        self.adversarial_loss = adversarial_loss
        self.adversarial_weight = adversarial_weight
        self.conditional_weight = conditional_weight
        self.entropy_weight = entropy_weight
        self.class_weight = class_weight
        self.joint_weight = joint_weight
        self.features_noise = features_noise
        self.image_noise = image_noise
        self.ladder = checked_ladder(ladder)
        self.num_classes = encoder.output["classes"].shape[-1]
        self.latent_dims = (generator_1.inputs[0].shape[-1], generator_0.inputs[1].shape[-1])
        check_fit(self)
        if all("classes" not in discriminator.output for discriminator in (discriminator_1, discriminator_0)):
            checks.idle(self, "no discriminator has num_classes", "class_weight")
        self.generator = stacked(generator_1, generator_0)

    @property
    def networks(self):
        names = ("encoder", "generator_1", "discriminator_1", "generator_0", "discriminator_0")
        return {name: getattr(self, name) for name in names}

    @property
    def makes_samples(self):
        return all(self.optimizers[name].iterations.numpy() > 0 for name in ("generator_1", "generator_0"))

    # The phases.

    def train_step(self, batch):
        """One round of the players of this phase, on a real batch with labels."""
        getattr(self, f"train_{self.phase}")(batch["image"], batch["label"])
        return self.logs()

    def train_encoder(self, images, labels):
        """The encoder learns to classify."""
        self.minimize("encoder", lambda: self.encoder_loss(images, labels))

    def train_stack_0(self, images, labels):
        """The lower GAN: D0 tells images from G0's, which is given the encoder's h1 of the very images."""
        features = self.encode(images)["features"]
        _, z0 = self.parted(self.noise(tf.shape(images)[0]))
        fake = self.generator_0([features, z0], training=True)
        self.minimize("discriminator_0", lambda: self.discriminator_loss(0, images, fake, z0, labels))

        def turn(latents):
            _, z0 = self.parted(latents)
            self.minimize("generator_0", lambda: self.generator_0_loss(features, z0, labels))

        self.take_turns(0, turn, tf.shape(images)[0])

    def train_stack_1(self, images, labels):
        """The upper GAN: D1 tells the encoder's h1 from G1's, which is given the label."""
        features = self.encode(images)["features"]
        z1, _ = self.parted(self.noise(tf.shape(images)[0]))
        fake = self.generator_1([z1, labels], training=True)
        self.minimize("discriminator_1", lambda: self.discriminator_loss(1, features, fake, z1, labels))

        def loss(z1):
            return self.generator_1_loss(self.generator_1([z1, labels], training=True), z1, labels)

        def turn(latents):
            z1, _ = self.parted(latents)
            self.minimize("generator_1", lambda: loss(z1))

        self.take_turns(1, turn, tf.shape(images)[0])

    def train_joint(self, images, labels):
        """Both GANs, the lower generator given the upper one's h1."""
        features = self.encode(images)["features"]
        z1, z0 = self.parted(self.noise(tf.shape(images)[0]))
        fake_features = self.generator_1([z1, labels], training=True)
        fake = self.generator_0([fake_features, z0], training=True)
        self.minimize("discriminator_1", lambda: self.discriminator_loss(1, features, fake_features, z1, labels))
        self.minimize("discriminator_0", lambda: self.discriminator_loss(0, images, fake, z0, labels))

        def turn(latents):
            self.minimize_as_one(("generator_1", "generator_0"), lambda: self.joint_loss(latents, labels))

        self.take_turns(0, turn, tf.shape(images)[0])

    # The losses.

    def encoder_loss(self, images, labels):
        """The classifier's mean cross-entropy."""
        classes = self.encoder(images, training=True)["classes"]
        self.record("encoder_accuracy", accuracy(classes, labels))
        return class_cross_entropy(classes, labels)

    def discriminator_loss(self, level, real, fake, latents, labels):
        """The mean loss of D1 or D0, with that of its Q and of its classes.

        Args:
            level: 1 or 0.
            real, fake: h1 [B, n] or images [B, H, W, C].
            latents: what `fake` was made from, [B, latent_dim].
            labels: of `real`.
        """
        of_real, of_fake = self.judged(level, real), self.judged(level, fake)
        adversarial = 0.5 * self.adversarial_loss.discriminator(of_real["logits"], of_fake["logits"])
        loss = self.adversarial_weight * adversarial + self.entropy_weight * mean_square(of_fake["codes"] - latents)
        if "classes" in of_real:
            loss += self.class_weight * class_cross_entropy(of_real["classes"], labels)
            self.record(f"stack_{level}/class_accuracy", accuracy(of_real["classes"], labels))
        score = tf.sigmoid if self.adversarial_loss.probability else tf.identity
        self.record(f"stack_{level}/discriminator_adversarial", adversarial)
        self.record(f"stack_{level}/real_score", tf.reduce_mean(score(of_real["logits"])))
        self.record(f"stack_{level}/fake_score", tf.reduce_mean(score(of_fake["logits"])))
        return loss

    def generator_1_loss(self, fake, latents, labels):
        """The mean loss of G1 for its h1 `fake` [B, n] from `latents` and `labels`."""
        classes = self.encoder.get_layer("classes")(fake)
        self.record("stack_1/sample_accuracy", accuracy(classes, labels))
        return self.generator_loss(1, fake, latents, class_cross_entropy(classes, labels))

    def generator_0_loss(self, features, latents, labels):
        """The mean loss of G0 for images from h1 `features` [B, n] and `latents`; the labels are for the records."""
        fake = self.generator_0([features, latents], training=True)
        encoded = self.encode(fake)
        self.record("stack_0/sample_accuracy", accuracy(encoded["classes"], labels))
        return self.generator_loss(0, fake, latents, mean_square(encoded["features"] - features))

    def generator_loss(self, level, fake, latents, conditional):
        """The weighted sum of a generator's three losses, given the conditional one."""
        judged = self.judged(level, fake)
        adversarial = self.adversarial_loss.generator(judged["logits"])
        entropy = mean_square(judged["codes"] - latents)
        self.record(f"stack_{level}/generator_adversarial", adversarial)
        self.record(f"stack_{level}/conditional", conditional)
        self.record(f"stack_{level}/entropy", entropy)
        return self.adversarial_weight * adversarial + self.conditional_weight * conditional + self.entropy_weight * entropy

    def joint_loss(self, latents, labels):
        """L_G1 + L_G0, of whose second term G1 feels `joint_weight`: its gradient is that of L_G1 + w L_G0."""
        z1, z0 = self.parted(latents)
        features = self.generator_1([z1, labels], training=True)
        upper = self.generator_1_loss(features, z1, labels)
        lower = self.generator_0_loss(with_gradient(features, self.joint_weight), z0, labels)
        self.record("generator_1_loss", upper)
        self.record("generator_0_loss", lower)
        return upper + lower

    # What the phases share.

    def encode(self, images):
        """The frozen encoder's `features` h1 [B, n] and `classes`, logits [B, K]."""
        return self.encoder(images, training=False)

    def discriminate(self, images, labels=None, training=True):
        """Logits [B, 1] of D0; it needs no labels."""
        return self.discriminator_0(images, training=training)["logits"]

    def judged(self, level, examples):
        """What D1 or D0 says of examples under its noise."""
        strength, discriminator = (
            (self.features_noise, self.discriminator_1) if level else (self.image_noise, self.discriminator_0)
        )
        if strength:
            shape = tuple(examples.shape[1:])
            examples += strength * self.draw(tf.shape(examples)[0], shape, noise.training_normal, f"blur of stack {level}")
        return discriminator(examples, training=True)

    def parted(self, latents):
        """Latents [B, n1 + n0] as z1 and z0."""
        return tf.split(latents, self.latent_dims, axis=-1)

    def take_turns(self, level, turn, batch_size):
        """Lets generators move: `turn(latents)`, as often as the ladder says for the discriminator of `level`."""
        turn(self.noise(batch_size))
        if not self.ladder:
            return
        if tf.distribute.get_replica_context().num_replicas_in_sync > 1:
            raise UserError("the ladder needs a single replica: leave it out, or train with --strategy one")
        adversarial = self._round.records[f"stack_{level}/discriminator_adversarial"]
        steps = rung(adversarial, self.ladder)
        for number in range(1, max(steps for _, steps in self.ladder)):
            before = dict(self._round.records)

            def go():
                turn(self.noise(batch_size))
                return [self._round.records[name] for name in before]

            values = tf.cond(number < steps, go, lambda: list(before.values()))
            self._round.records = dict(zip(before, values, strict=True))
        self.record(f"stack_{level}/generator_steps", steps)

    def minimize_as_one(self, players, loss_fn):
        """One step of several players down one loss, with one pass through their networks."""
        lead = self.optimizers[players[0]]
        values = {player: [variable.value for variable in self.variables_of(player)] for player in players}
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(list(values.values()))
            loss = loss_fn()
            replicas = tf.distribute.get_replica_context().num_replicas_in_sync
            scaled = lead.scale_loss(loss / replicas)
        for player, gradients in tape.gradient(scaled, values).items():
            # Each optimizer takes off the scale that it would have put on itself.
            rescale = self.optimizers[player].scale_loss(1.0) / lead.scale_loss(1.0)
            self.move(player, [tf.convert_to_tensor(gradient) * rescale for gradient in gradients])

    # What samples, exports and figures ask for.

    @property
    def services(self):
        """`discriminate`: images to D0's logits; `encode`: images to h1 and the classes' logits; `decode`: back to images."""
        images = tf.TensorSpec(self.encoder.inputs[0].shape, tf.float32)
        features, latents = (tf.TensorSpec(i.shape, tf.float32) for i in self.generator_0.inputs)

        def discriminate(images):
            return {"logits": self.discriminate(images, training=False)}

        def encode(images):
            return self.encode(images)

        def decode(features, latents):
            averaged = self.average.network.get_layer(self.generator_0.name)
            return self.outputs(averaged([features, latents], training=False))

        return {
            "discriminate": (discriminate, {"images": images}),
            "encode": (encode, {"images": images}),
            "decode": (decode, {"features": features, "latents": latents}),
        }


def stacked(generator_1, generator_0):
    """Both generators as one keras.Model, [latents (z1, then z0), labels] to images; it shares their variables."""
    upper, lower = generator_1.inputs[0].shape[-1], generator_0.inputs[1].shape[-1]
    latents = keras.Input((upper + lower,), name="latents")
    labels = keras.Input((), dtype="int64", name="labels")
    z1 = LatentChunk(0, upper, name="latents_1")(latents)
    z0 = LatentChunk(upper, upper + lower, name="latents_0")(latents)
    return keras.Model([latents, labels], generator_0([generator_1([z1, labels]), z0]), name="generator")


def with_gradient(x, factor):
    """`x`, whose gradient passes back multiplied by `factor`."""
    return factor * x + tf.stop_gradient((1.0 - factor) * x)


def mean_square(x):
    """The mean of all squared values."""
    return tf.reduce_mean(tf.square(x))


def rung(adversarial, ladder):
    """The generator steps that `ladder` gives for a discriminator's adversarial loss, int32."""
    steps = tf.constant(ladder[-1][1])
    for least, number in ladder[-2::-1]:
        steps = tf.where(adversarial > least, number, steps)
    return steps


def checked_ladder(ladder):
    """`ladder` as a tuple of pairs, if it is one.

    Raises:
        UserError: steps that are not positive whole numbers, or losses that do not descend.
    """
    pairs = tuple(tuple(pair) for pair in ladder)
    if any(len(pair) != 2 or not isinstance(pair[1], int) or pair[1] < 1 for pair in pairs):
        raise UserError(f"a ladder is pairs (loss, generator steps), such as ((0.65, 1), (0.0, 3)), not {ladder!r}")
    if any(high <= low for (high, _), (low, _) in itertools.pairwise(pairs)):
        raise UserError(f"the losses of a ladder descend, unlike {ladder!r}")
    return pairs


def check_fit(model):
    """Refuses networks that do not fit on each other.

    Raises:
        UserError: sizes of h1, of latents or of labels differ.
    """
    encoder, upper, lower = model.encoder, model.generator_1, model.generator_0
    widths = {
        "encoder": encoder.output["features"].shape[-1],
        "generator_1": upper.output.shape[-1],
        "discriminator_1": model.discriminator_1.inputs[0].shape[-1],
        "generator_0": lower.inputs[0].shape[-1],
    }
    if len(set(widths.values())) > 1:
        raise UserError(f"feature_dim must be the same everywhere, not {widths}")
    if num_classes_of(upper) != model.num_classes:
        raise UserError(f"the encoder tells {model.num_classes} classes, generator_1 knows {num_classes_of(upper)} labels")
    for level, latent_dim in zip((1, 0), model.latent_dims, strict=True):
        guess = getattr(model, f"discriminator_{level}").output["codes"].shape[-1]
        if guess != latent_dim:
            raise UserError(f"discriminator_{level} guesses {guess} latents, generator_{level} has {latent_dim}")
    shape, image = encoder.inputs[0].shape[1:], lower.output.shape[1:]
    if shape != image:
        raise UserError(f"the encoder takes images {tuple(shape)}, generator_0 gives {tuple(image)}")
