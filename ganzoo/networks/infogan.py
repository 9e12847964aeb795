"""InfoGAN's recognition network: from a discriminator's features to what the codes probably were."""

import keras

from ganzoo.layers.batch_norm import batch_norm
from ganzoo.networks import checks
from ganzoo.networks.dcgan import weights


def recognition_heads(feature_dim, categories, continuous, width=128, learned_std=False, name="recogniser"):
    """One hidden layer over a discriminator's features, batch normalised, and a head for each kind of code.

    Args:
        feature_dim: size of the features.
        categories: the number of values of each categorical code.
        continuous: the number of continuous codes.
        width: units of the hidden layer.
        learned_std: whether the continuous codes' standard deviations have a head too.

    Returns:
        A `keras.Model` from `features` [B, feature_dim] to a dict of float32 tensors: logits `category_0`, ... [B, K], and
        with continuous codes their `mean` [B, C], and `log_std` [B, C] where it is learned.

    Raises:
        UserError: for an argument out of range.

    Reference: Chen et al. 2016, 1606.03657, table 1.
    """
    checks.positive(feature_dim=feature_dim, width=width)
    features = keras.Input((feature_dim,), name="features")
    x = keras.layers.Dense(width, use_bias=False, kernel_initializer=weights(), name="hidden")(features)
    x = keras.layers.LeakyReLU(0.1, name="hidden_relu")(batch_norm(name="hidden_norm")(x))

    def head(units, of):
        return keras.layers.Dense(units, kernel_initializer=weights(), dtype="float32", name=of)(x)

    outputs = {f"category_{index}": head(size, f"category_{index}") for index, size in enumerate(categories)}
    if continuous:
        outputs["mean"] = head(continuous, "mean")
        if learned_std:
            outputs["log_std"] = head(continuous, "log_std")
    return keras.Model(features, outputs, name=name)
