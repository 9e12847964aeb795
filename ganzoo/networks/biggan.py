"""BigGAN's networks, with each of its tricks an argument, from 8x8 to 256x256."""

import functools

import keras

from ganzoo.errors import UserError
from ganzoo.layers.batch_norm import batch_norm
from ganzoo.layers.conditional_batch_norm import ConditionalBatchNorm
from ganzoo.layers.global_sum_pooling import GlobalSumPooling2D
from ganzoo.layers.latent_chunk import LatentChunk
from ganzoo.layers.self_attention import SelfAttention
from ganzoo.layers.spectral_norm import SpectralNormConv2D, SpectralNormDense
from ganzoo.networks import checks
from ganzoo.networks.blocks import down_block, up_block
from ganzoo.networks.heads import label_input, projected_logits

# Channels of the first map and of each doubling block, and of each block of the discriminator, in multiples of the
# width; how many of the latter halve. 32, 64 and 128 are the authors' (github.com/ajbrock/BigGAN-PyTorch); 8 and 16
# follow 32, 256 is the authors' too, and other sizes follow them: `_multiples`.
GENERATORS = {
    8: (4, 4),
    16: (4, 4, 4),
    32: (4, 4, 4, 4),
    64: (16, 16, 8, 4, 2),
    128: (16, 16, 8, 4, 2, 1),
    256: (16, 16, 8, 8, 4, 2, 1),
}
DISCRIMINATORS = {
    8: ((4, 4, 4, 4), 1),
    16: ((4, 4, 4, 4), 2),
    32: ((4, 4, 4, 4), 2),
    64: ((1, 2, 4, 8, 16), 4),
    128: ((1, 2, 4, 8, 16, 16), 5),
    256: ((1, 2, 4, 8, 8, 16, 16), 6),
}

# Makers of first weights, a new initialiser each time, since an unseeded one repeats itself. "normal" is what the authors'
# script for CIFAR-10 takes.
INITIALIZERS = {
    "orthogonal": keras.initializers.Orthogonal,
    "normal": lambda: keras.initializers.RandomNormal(stddev=0.02),
    "glorot": keras.initializers.GlorotUniform,
}


def biggan_generator(
    size=32,
    channels=3,
    latent_dim=128,
    width=64,
    num_classes=None,
    shared_dim=128,
    hierarchical=True,
    attention=None,
    spectral_norm=True,
    initializer="orthogonal",
    name="generator",
):
    """A projection to 4x4, then residual blocks that double it, normalised by what a shared embedding and latents say.

    Args:
        size: height and width of the images, a multiple of 4 from 8 to 256.
        channels: of the images.
        latent_dim: size of the latent vectors; if `hierarchical` a multiple of the number of doublings plus one.
        width: channels of the last block at size 128; others have up to 16 times as many (4 times at 32 and below).
        num_classes: if given, the model takes `[latents, labels]`.
        shared_dim: size of the label's embedding that all blocks share; None gives each normalisation a class table of its
            own instead, as in cGAN with projection, which needs `hierarchical=False`.
        hierarchical: whether each block's normalisation sees a chunk of the latents; the first makes the 4x4 map.
        attention: side of the feature map that gets self-attention, 0 for none; by default half of `size` from 64
            on, 64 at most, and none below.
        spectral_norm: whether all weights but embeddings, class tables and the last normalisation's are spectrally
            normalised.
        initializer: of all kernels and of the shared embedding: "orthogonal", "normal", which is N(0, 0.02), or "glorot"
            (uniform). Class tables begin at 0.

    Returns:
        A `keras.Model` from `latents` [B, latent_dim] (and `labels` [B], integers) to float32 images
        [B, size, size, channels] in [-1, 1].

    Raises:
        UserError: for an argument out of range.

    Reference: Brock, Donahue and Simonyan 2019, 1809.11096.
    """
    _check(size, channels, width, num_classes)
    checks.positive(latent_dim=latent_dim)
    if shared_dim is not None:
        checks.positive(shared_dim=shared_dim)
    elif hierarchical and num_classes is not None:
        raise UserError("a class table takes no latents: shared_dim=None needs hierarchical=False")
    first_weights = _first_weights(initializer)
    (first, multiples), _ = _multiples(size)
    attention = _attention(attention, size, [first * 2**i for i in range(1, len(multiples))])
    dense, make = _makers(spectral_norm, first_weights)
    latents = keras.Input((latent_dim,), name="latents")
    labels = None if num_classes is None else label_input()
    chunks = _chunks(latents, len(multiples)) if hierarchical else [latents] + [None] * (len(multiples) - 1)
    shared = []
    if labels is not None and shared_dim is None:
        shared = [labels]
    elif labels is not None:
        embedding = keras.layers.Embedding(
            num_classes, shared_dim, embeddings_initializer=first_weights(), name="shared_embedding"
        )
        shared = [embedding(labels)]

    def normalise(x, name, condition):
        if condition is None:
            return batch_norm(name=name)(x)
        if shared_dim is None and labels is not None:
            return ConditionalBatchNorm(num_classes, name=name)([x, condition])
        norm = ConditionalBatchNorm(spectral_norm=spectral_norm, kernel_initializer=first_weights(), name=name)
        return norm([x, condition])

    units = first**2 * multiples[0] * width
    x = dense(units, kernel_initializer=first_weights(), name=f"up_{first}")(chunks[0])
    x = keras.layers.Reshape((first, first, multiples[0] * width), name="reshape")(x)
    side = first
    for multiple, chunk in zip(multiples[1:], chunks[1:], strict=True):
        side *= 2
        seen = shared + ([] if chunk is None else [chunk])
        condition = seen[0] if seen else None
        if len(seen) > 1:
            condition = keras.layers.Concatenate(name=f"condition_{side}")(seen)
        x = up_block(x, multiple * width, f"up_{side}", make, functools.partial(normalise, condition=condition))
        if side == attention:
            x = SelfAttention(spectral_norm, first_weights(), name="attention")(x)
    x = keras.layers.ReLU(name="relu")(batch_norm(name="norm")(x))
    x = make(channels, 3, "to_image")(x)
    images = keras.layers.Activation("tanh", dtype="float32", name="tanh")(x)
    return keras.Model(latents if labels is None else [latents, labels], images, name=name)


def biggan_discriminator(
    size=32,
    channels=3,
    width=64,
    num_classes=None,
    attention=None,
    spectral_norm=True,
    initializer="orthogonal",
    name="discriminator",
):
    """Residual blocks that halve the map, ReLU, sum over positions and a logit with the label's projection.

    Args:
        size: height and width of the images, a multiple of 4 from 8 to 256.
        channels: of the images.
        width: channels of the first block at 64 and 128, where the last has 16 times as many; a quarter of every
            block's at 32 and below.
        num_classes: if given, the model takes `[images, labels]`.
        attention: side of the feature map that gets self-attention, 0 for none; by default half of `size` from 64
            on, 64 at most, and none below.
        spectral_norm: whether all weights are spectrally normalised.
        initializer: of all kernels and of the label's embedding, as for the generator.

    Returns:
        A `keras.Model` from `images` [B, size, size, channels] (and `labels` [B], integers) to float32 logits [B, 1].
        The layer `features` gives what the logit is computed from.

    Raises:
        UserError: for an argument out of range.

    Reference: Brock, Donahue and Simonyan 2019, 1809.11096.
    """
    _check(size, channels, width, num_classes)
    first_weights = _first_weights(initializer)
    _, (multiples, halvings) = _multiples(size)
    attention = _attention(attention, size, [size // 2**i for i in range(1, halvings + 1)])
    dense, make = _makers(spectral_norm, first_weights)
    x = images = keras.Input((size, size, channels), name="images")
    labels = None if num_classes is None else label_input()
    for i, multiple in enumerate(multiples):
        x = down_block(x, multiple * width, f"block_{i + 1}", make, first=i == 0, down=i < halvings)
        if i < halvings and x.shape[1] == attention:
            x = SelfAttention(spectral_norm, first_weights(), name="attention")(x)
    x = keras.layers.ReLU(name="relu")(x)
    features = GlobalSumPooling2D(dtype="float32", name="features")(x)
    logits = projected_logits(features, labels, num_classes, dense, spectral_norm, first_weights)
    return keras.Model(images if labels is None else [images, labels], logits, name=name)


def _multiples(size):
    """The side of the generator's first maps and its channels, in multiples of the width; the discriminator's, and how many
    of its blocks halve."""
    first, doublings = checks.stages(size)
    if size in GENERATORS:
        return (first, GENERATORS[size]), DISCRIMINATORS[size]
    if size < 48:
        return (first, (4,) * (doublings + 1)), ((4,) * 4, min(doublings, 2))
    return (first, GENERATORS[128][: doublings + 1]), DISCRIMINATORS[64] if doublings == 4 else ((1, 2, 4, 8, 16), doublings)


def _first_weights(initializer):
    """The maker of initialisers by its name."""
    checks.one_of(tuple(INITIALIZERS), initializer=initializer)
    return INITIALIZERS[initializer]


def _makers(spectral_norm, first_weights):
    """The class of dense layers and the maker of convolutions."""
    kind = SpectralNormConv2D if spectral_norm else keras.layers.Conv2D

    def make(filters, kernel_size, name):
        return kind(filters, kernel_size, padding="same", kernel_initializer=first_weights(), name=name)

    return SpectralNormDense if spectral_norm else keras.layers.Dense, make


def _chunks(latents, count):
    """The latents in `count` equal parts."""
    total = latents.shape[-1]
    if total % count:
        near = max(total // count, 1) * count
        raise UserError(f"hierarchical latents fall into {count} chunks: latent_dim must be a multiple, as {near} is")
    step = total // count
    return [LatentChunk(i * step, (i + 1) * step, name=f"chunk_{i}")(latents) for i in range(count)]


def _attention(attention, size, sides):
    """The side of the map with self-attention: the default for `size`, or a checked choice."""
    if attention is None:
        return next(side for side in sorted(sides, reverse=True) if side <= min(size // 2, 64)) if size >= 64 else 0
    checks.one_of([0, *sides], attention=attention)
    return attention


def _check(size, channels, width, num_classes):
    checks.positive(channels=channels, width=width)
    if num_classes is not None:
        checks.positive(num_classes=num_classes)
