"""GAN-CLS's networks: a caption encoder, a generator of latents and embeddings, a discriminator of images and embeddings."""

import keras
from keras import ops

from ganzoo.errors import UserError
from ganzoo.layers.batch_norm import batch_norm
from ganzoo.layers.conditional_batch_norm import ConditionalBatchNorm
from ganzoo.layers.convolution import Conv2D, Conv2DTranspose
from ganzoo.layers.spectral_norm import SpectralNormConv2D, SpectralNormDense
from ganzoo.networks import checks
from ganzoo.networks.dcgan import gain, weights


@keras.saving.register_keras_serializable(package="ganzoo")
class WordMaps(keras.layers.Layer):
    """Word embeddings with zeros in place of the padding.

    Args:
        vocabulary_size: numbers of words, the padding's 0 among them.
        width: of an embedding.

    Input: integers [B, T]. Output: [B, T, width].
    """

    def __init__(self, vocabulary_size, width, **kwargs):
        super().__init__(**kwargs)
        self.vocabulary_size = vocabulary_size
        self.width = width
        # Keras' U(-0.05, 0.05) leaves captions alike for thousands of steps.
        normal = keras.initializers.RandomNormal(stddev=1.0)
        self.embedding = keras.layers.Embedding(
            vocabulary_size, width, embeddings_initializer=normal, dtype=self.dtype_policy, name="embedding"
        )

    def build(self, input_shape):
        self.embedding.build(input_shape)

    def call(self, tokens):
        maps = self.embedding(tokens)
        return maps * ops.cast(ops.expand_dims(tokens > 0, -1), maps.dtype)

    def compute_output_shape(self, input_shape):
        return (*input_shape, self.width)

    def get_config(self):
        return {**super().get_config(), "vocabulary_size": self.vocabulary_size, "width": self.width}


@keras.saving.register_keras_serializable(package="ganzoo")
class TileText(keras.layers.Layer):
    """Appends an embedding to the features at every position of a map.

    Input: `[maps, embeddings]`, [B, H, W, C] and [B, E]. Output: [B, H, W, C + E].

    Reference: Reed et al. 2016, 1605.05396.
    """

    def call(self, inputs):
        maps, embeddings = inputs
        tiled = ops.broadcast_to(embeddings[:, None, None], (*ops.shape(maps)[:-1], embeddings.shape[-1]))
        return ops.concatenate([maps, ops.cast(tiled, maps.dtype)], axis=-1)

    def compute_output_shape(self, input_shape):
        maps, embeddings = input_shape
        return (*maps[:-1], maps[-1] + embeddings[-1])


def caption_encoder(vocabulary_size, length=None, width=64, embedding_dim=128, kernel_size=3, layers=2, name="encoder"):
    """Word embeddings, convolutions over the words, and each feature's maximum over the caption.

    It reads words in their order, as far as its convolutions reach, so that a red circle on blue is not a blue one on red.
    Trained with its player from nothing; the paper takes a char-CNN-RNN that was trained on images and captions before.

    Args:
        vocabulary_size: numbers of words, the padding's 0 among them; or the `Captions` that are read, which tell that and
            `length`.
        length: words of the longest caption, T.
        width: of word embeddings and convolutions.
        embedding_dim: of a caption's embedding.
        kernel_size: words that a convolution sees.
        layers: number of convolutions.

    Returns:
        A `keras.Model` from `captions` int64 [B, length], zeros behind the words, to embeddings [B, embedding_dim].

    Raises:
        UserError: for an argument out of range.
    """
    if hasattr(vocabulary_size, "vocabulary"):
        vocabulary_size, length = len(vocabulary_size.vocabulary), vocabulary_size.length
    checks.positive(length=length, width=width, embedding_dim=embedding_dim, kernel_size=kernel_size, layers=layers)
    if not isinstance(vocabulary_size, int) or vocabulary_size < 2:
        raise UserError(f"vocabulary_size counts the padding and at least one word, not {vocabulary_size!r}")
    captions = keras.Input((length,), dtype="int64", name="captions")
    x = WordMaps(vocabulary_size, width, name="words")(captions)
    for number in range(1, layers + 1):
        x = keras.layers.Conv1D(width, kernel_size, padding="same", name=f"conv_{number}")(x)
        x = keras.layers.LeakyReLU(0.2, name=f"conv_{number}_relu")(x)
    x = keras.layers.GlobalMaxPooling1D(name="pool")(x)
    x = keras.layers.Dense(embedding_dim, dtype="float32", name="embeddings")(x)
    return keras.Model(captions, x, name=name)


def projected(embeddings, text_dim, dense=keras.layers.Dense):
    """An embedding as each network compresses it for itself."""
    x = dense(text_dim, name="text")(embeddings)
    return keras.layers.LeakyReLU(0.2, name="text_relu")(x)


def text_generator(
    size=64,
    channels=3,
    latent_dim=100,
    embedding_dim=128,
    text_dim=128,
    width=64,
    first_side=None,
    kernel_size=4,
    residual=True,
    norm="batch",
    mapping=0,
    name="generator",
):
    """DCGAN's generator of [latents; compressed embedding].

    Args:
        size: height and width of the images, a multiple of 4 from 8 to 256.
        channels: of the images.
        latent_dim: size of the latent vectors.
        embedding_dim: size of a caption's embedding.
        text_dim: what it is compressed to.
        width: channels at half the final resolution.
        first_side: height and width of the first maps, `size` halved some times; by default to 4 or as little above it as can
            be: 4 of powers of two, 7 of 28, 6 of 48 and 96.
        kernel_size: of the transposed convolutions.
        residual: whether the first maps pass a residual block of 1x1, 3x3 and 3x3 convolutions, as the paper's do.
        norm: "batch", as the paper has it, where latents and text enter below the first maps alone; or "conditional", batch
            norm whose gain and bias at every layer are linear in both.
        mapping: number of dense layers that latents and text pass together before all this, by which the latents can choose
            what the text leaves open.

    Returns:
        A `keras.Model` from `latents` [B, latent_dim] and `embeddings` [B, embedding_dim] to float32 images
        [B, size, size, channels] in [-1, 1].

    Raises:
        UserError: for an argument out of range.

    Reference: Reed et al. 2016, 1605.05396.
    """
    checks.positive(channels=channels, latent_dim=latent_dim, width=width, kernel_size=kernel_size)
    checks.positive(embedding_dim=embedding_dim, text_dim=text_dim)
    checks.one_of(("batch", "conditional"), norm=norm)
    if not isinstance(mapping, int) or mapping < 0:
        raise UserError(f"mapping is a number of layers, 0 or more, not {mapping!r}")
    sides = _sides(size, first_side)
    first_side = sides[0]
    latents = keras.Input((latent_dim,), name="latents")
    embeddings = keras.Input((embedding_dim,), name="embeddings")
    filters = width * size // (2 * first_side)

    def convolution(*arguments, **options):
        return Conv2D(*arguments, use_bias=False, kernel_initializer=weights(), **options)

    def normalised(x, name):
        if norm == "batch":
            return batch_norm(name=f"{name}_norm", gamma_initializer=gain())(x)
        return ConditionalBatchNorm(kernel_initializer=weights(), name=f"{name}_norm")([x, condition])

    x = keras.layers.Concatenate(name="latents_and_text")([latents, projected(embeddings, text_dim)])
    for number in range(1, mapping + 1):
        x = keras.layers.Dense(latent_dim + text_dim, kernel_initializer="he_normal", name=f"mapping_{number}")(x)
        x = leaky_relu(name=f"mapping_{number}_relu")(x)
    condition = x
    first = f"up_{first_side}"
    x = keras.layers.Dense(first_side**2 * filters, use_bias=False, kernel_initializer=weights(), name=first)(x)
    x = keras.layers.Reshape((first_side, first_side, filters), name="reshape")(x)
    x = normalised(x, first)
    if residual:
        x = residual_block(x, f"residual_{first_side}", keras.layers.ReLU, convolution, normalised)
    x = keras.layers.ReLU(name=f"{first}_relu")(x)
    for side in sides[1:-1]:
        filters //= 2
        x = Conv2DTranspose(filters, kernel_size, 2, "same", use_bias=False, kernel_initializer=weights(), name=f"up_{side}")(x)
        x = keras.layers.ReLU(name=f"up_{side}_relu")(normalised(x, f"up_{side}"))
    x = Conv2DTranspose(channels, kernel_size, 2, "same", kernel_initializer=weights(), name=f"up_{size}")(x)
    images = keras.layers.Activation("tanh", dtype="float32", name="tanh")(x)
    return keras.Model([latents, embeddings], images, name=name)


def text_discriminator(
    size=64,
    channels=3,
    embedding_dim=128,
    text_dim=128,
    width=64,
    last_side=None,
    kernel_size=4,
    residual=True,
    norm="batch",
    projection=False,
    name="discriminator",
):
    """DCGAN's discriminator whose last maps see the compressed embedding at every position.

    Args:
        size: height and width of the images, a multiple of 4 from 8 to 256.
        channels: of the images.
        embedding_dim: size of a caption's embedding.
        text_dim: what it is compressed to.
        width: channels at half the resolution, doubled at each further stage.
        last_side: height and width of the last maps, as `first_side` of the generator.
        kernel_size: of the strided convolutions.
        residual: whether the last maps pass a residual block before they see the text, as the paper's do.
        norm: "batch" after every convolution but the first, as the paper has it; "spectral", of all weights; or "none", for
            use with a gradient penalty.
        projection: whether the logit is a linear one of the image alone plus the inner product of the embedding with as many
            features, each linear in it, instead. What a caption says of one thing then adds to what it says of another.

    Returns:
        A `keras.Model` from `images` [B, size, size, channels] and `embeddings` [B, embedding_dim] to float32 logits
        [B, 1]: whether an image is real and what its caption says.

    Raises:
        UserError: for an argument out of range.

    Reference: Reed et al. 2016, 1605.05396; projection: Miyato and Koyama 2018, 1802.05637.
    """
    checks.positive(channels=channels, width=width, kernel_size=kernel_size)
    checks.positive(embedding_dim=embedding_dim, text_dim=text_dim)
    checks.one_of(("batch", "spectral", "none"), norm=norm)
    layer, dense = Conv2D, keras.layers.Dense
    if norm == "spectral":
        layer, dense = SpectralNormConv2D, SpectralNormDense

    def convolution(*arguments, use_bias=False, **options):
        # Without a norm the weights themselves must keep the activations' size.
        kernel = keras.initializers.HeNormal() if norm == "none" else weights()
        return layer(*arguments, use_bias=use_bias or norm != "batch", kernel_initializer=kernel, **options)

    def normalised(x, name):
        return batch_norm(name=f"{name}_norm", gamma_initializer=gain())(x) if norm == "batch" else x

    sides = _sides(size, last_side)[:-1]
    last_side = sides[0]
    images = keras.Input((size, size, channels), name="images")
    embeddings = keras.Input((embedding_dim,), name="embeddings")
    x, filters = images, width
    for side in sides[::-1]:
        first, stage = side == size // 2, f"down_{side}"
        x = convolution(filters, kernel_size, strides=2, padding="same", use_bias=first, name=stage)(x)
        if not first:
            x = normalised(x, stage)
        if residual and side == last_side and not first:
            x = residual_block(x, f"residual_{side}", leaky_relu, convolution, normalised)
        x = leaky_relu(name=f"{stage}_relu")(x)
        filters *= 2
    if projection:
        x = keras.layers.Flatten(name="features")(x)
        alone = dense(1, dtype="float32", kernel_initializer=weights(), name="linear")(x)
        seen = dense(text_dim, dtype="float32", kernel_initializer=weights(), use_bias=False, name="seen")(x)
        said = dense(text_dim, dtype="float32", name="text")(embeddings)
        product = keras.layers.Dot(1, dtype="float32", name="projection")([seen, said])
        logits = keras.layers.Add(dtype="float32", name="logits")([alone, product])
        return keras.Model([images, embeddings], logits, name=name)
    x = TileText(name="tile_text")([x, projected(embeddings, text_dim, dense)])
    x = convolution(filters // 2, 1, name="joint")(x)
    x = leaky_relu(name="joint_relu")(normalised(x, "joint"))
    x = keras.layers.Flatten(name="features")(x)
    logits = dense(1, dtype="float32", kernel_initializer=weights(), name="logits")(x)
    return keras.Model([images, embeddings], logits, name=name)


def leaky_relu(name):
    """The discriminator's activation."""
    return keras.layers.LeakyReLU(0.2, name=name)


def residual_block(x, name, activation, convolution, normalised):
    """x plus what a 1x1 convolution to a quarter of its channels, a 3x3 and a 3x3 back make of it, each normalised."""
    filters = x.shape[-1]
    y = x
    for number, (width, kernel) in enumerate([(filters // 4 or 1, 1), (filters // 4 or 1, 3), (filters, 3)], 1):
        layer = f"{name}_{number}"
        y = convolution(width, kernel, padding="same", name=layer)(y)
        y = normalised(y, layer)
        if number < 3:
            y = activation(name=f"{layer}_relu")(y)
    return keras.layers.Add(name=name)([x, y])


def _sides(size, smallest=None):
    """The sides of the maps from the smallest, by default that of `checks.stages`, up to the image's.

    Raises:
        UserError: the size is not reached by doubling the smallest, or is out of range.
    """
    if smallest is None:
        smallest = checks.stages(size)[0]
    checks.positive(size=size, smallest_side=smallest)
    sides = [smallest]
    while sides[-1] < size:
        sides.append(2 * sides[-1])
    if len(sides) < 2 or sides[-1] != size or not 8 <= size <= 256:
        raise UserError(
            f"size must be from 8 to 256, and the smallest maps' side doubled some times; {size} is not {smallest}'s"
        )
    return sides
