"""Losses as pure functions of logits."""

import tensorflow as tf

from ganzoo.errors import UserError


def cross_entropy(logits, target):
    """Mean binary cross-entropy in nats of `logits` against one `target` probability for the whole batch."""
    return tf.reduce_mean(target * tf.nn.softplus(-logits) + (1.0 - target) * tf.nn.softplus(logits))


def log_discriminator(real_logits, fake_logits, smoothing=1.0):
    """-E log D(x) - E log(1 - D(G(z))), the real term against the target `smoothing` instead of 1."""
    return cross_entropy(real_logits, smoothing) + cross_entropy(fake_logits, 0.0)


def minimax_generator(fake_logits):
    """E log(1 - D(G(z))): its gradient vanishes where the discriminator is sure that samples are fake."""
    return -tf.reduce_mean(tf.nn.softplus(fake_logits))


def non_saturating_generator(fake_logits):
    """-E log D(G(z)): the same fixed point as minimax, with a gradient where the discriminator is sure."""
    return cross_entropy(fake_logits, 1.0)


def least_squares_discriminator(real_logits, fake_logits, a=0.0, b=1.0):
    """E (D(x) - b)^2 / 2 + E (D(G(z)) - a)^2 / 2."""
    return 0.5 * tf.reduce_mean(tf.square(real_logits - b)) + 0.5 * tf.reduce_mean(tf.square(fake_logits - a))


def least_squares_generator(fake_logits, c=1.0):
    """E (D(G(z)) - c)^2 / 2."""
    return 0.5 * tf.reduce_mean(tf.square(fake_logits - c))


def hinge_discriminator(real_logits, fake_logits):
    """E max(0, 1 - D(x)) + E max(0, 1 + D(G(z)))."""
    return tf.reduce_mean(tf.nn.relu(1.0 - real_logits)) + tf.reduce_mean(tf.nn.relu(1.0 + fake_logits))


def wasserstein_critic(real_logits, fake_logits):
    """E f(G(z)) - E f(x): its negative estimates the Wasserstein-1 distance, up to the critic's Lipschitz constant."""
    return tf.reduce_mean(fake_logits) - tf.reduce_mean(real_logits)


def wasserstein_generator(fake_logits):
    """-E f(G(z)); the hinge loss's generator minimises the same."""
    return -tf.reduce_mean(fake_logits)


def relativistic(better_logits, worse_logits):
    """E softplus(worse_i - better_i): logits are compared in pairs, number i of each batch."""
    if not better_logits.shape.is_compatible_with(worse_logits.shape):
        raise UserError(
            "a relativistic loss compares real and fake logits in pairs and needs as many of each, "
            f"not {tuple(better_logits.shape)} and {tuple(worse_logits.shape)}"
        )
    return tf.reduce_mean(tf.nn.softplus(worse_logits - better_logits))


def relativistic_average(better_logits, worse_logits):
    """E softplus(-(better - E worse)) + E softplus(worse - E better): each logit against the other batch's mean."""
    better = cross_entropy(better_logits - tf.reduce_mean(worse_logits), 1.0)
    return better + cross_entropy(worse_logits - tf.reduce_mean(better_logits), 0.0)


def class_cross_entropy(class_logits, labels):
    """Mean cross-entropy in nats of class logits [B, K] against integer labels [B]."""
    class_logits = tf.cast(class_logits, tf.float32)
    return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, class_logits))


def accuracy(class_logits, labels):
    """The share of labels [B] that are their logits' [B, K] most probable class."""
    return tf.reduce_mean(tf.cast(tf.argmax(class_logits, axis=-1) == tf.cast(labels, tf.int64), tf.float32))
