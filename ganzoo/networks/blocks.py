"""Residual blocks that SNGAN's and BigGAN's networks share."""

import keras


def up_block(x, filters, name, convolution, normalise, interpolation="nearest"):
    """norm - ReLU - x2 - conv3 - norm - ReLU - conv3, plus x2 - conv1 of the input: doubles height and width.

    Args:
        x: symbolic map [B, H, W, C].
        filters: channels of the result.
        name: what its layers' names begin with.
        convolution: makes a convolution from (filters, kernel_size, name); the shortcut's kernel_size is 1.
        normalise: (x, name) to the normalised x.
        interpolation: of the doubling, "nearest" or "bilinear".
    """

    def doubled(x, suffix):
        return keras.layers.UpSampling2D(interpolation=interpolation, name=f"{name}_{suffix}")(x)

    y = keras.layers.ReLU(name=f"{name}_relu_1")(normalise(x, f"{name}_norm_1"))
    y = convolution(filters, 3, f"{name}_conv_1")(doubled(y, "double"))
    y = keras.layers.ReLU(name=f"{name}_relu_2")(normalise(y, f"{name}_norm_2"))
    y = convolution(filters, 3, f"{name}_conv_2")(y)
    shortcut = convolution(filters, 1, f"{name}_shortcut")(doubled(x, "double_shortcut"))
    return keras.layers.Add(name=f"{name}_add")([y, shortcut])


def down_block(x, filters, name, convolution, normalise=None, hidden=None, first=False, down=True):
    """ReLU - conv3 - ReLU - conv3 - mean of 2x2, plus conv1 - mean of 2x2 of the input.

    Args:
        x: symbolic map [B, H, W, C].
        filters: channels of the result.
        name: what its layers' names begin with.
        convolution: makes a convolution from (filters, kernel_size, name); the shortcut's kernel_size is 1.
        normalise: (x, name) to the normalised x before each ReLU, or None.
        hidden: channels between the two convolutions, by default `filters`.
        first: whether x is an image: no ReLU before the first convolution, and the shortcut takes the mean first.
        down: whether height and width are halved; if not, and the channels stay, the shortcut is the input itself.
    """

    def halved(x, suffix):
        return keras.layers.AveragePooling2D(2, name=f"{name}_{suffix}")(x) if down else x

    def activated(x, i):
        x = x if normalise is None else normalise(x, f"{name}_norm_{i}")
        return keras.layers.ReLU(name=f"{name}_relu_{i}")(x)

    y = x if first else activated(x, 1)
    y = activated(convolution(hidden or filters, 3, f"{name}_conv_1")(y), 2)
    y = halved(convolution(filters, 3, f"{name}_conv_2")(y), "halve")
    shortcut = x
    if first:
        shortcut = convolution(filters, 1, f"{name}_shortcut")(halved(x, "halve_shortcut"))
    elif down or x.shape[-1] != filters:
        shortcut = halved(convolution(filters, 1, f"{name}_shortcut")(x), "halve_shortcut")
    return keras.layers.Add(name=f"{name}_add")([y, shortcut])
