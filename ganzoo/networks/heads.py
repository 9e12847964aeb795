"""What several networks share: labels shown to every layer, and the way from features to a logit."""

import keras

from ganzoo.errors import UserError
from ganzoo.layers.concat_labels import ConcatLabels
from ganzoo.layers.label_projection import LabelProjection
from ganzoo.layers.minibatch_discrimination import MinibatchDiscrimination


def label_input():
    """The symbolic labels of a conditional network."""
    return keras.Input((), dtype="int64", name="labels")


def with_labels(first, num_classes):
    """A network's inputs and the function that shows the label to a layer.

    Args:
        first: the symbolic latents or images.
        num_classes: number of labels, or None for an unconditional network.

    Returns:
        The model's inputs, `first` or `[first, labels]`, and `see(x, name)`, which appends one-hot labels to x.
    """
    if num_classes is None:
        return first, lambda x, name: x
    labels = label_input()
    return [first, labels], lambda x, name: ConcatLabels(num_classes, name=name)([x, labels])


def flat_logits(x, see, minibatch_discrimination=False, dense=keras.layers.Dense, outputs=1, **kwargs):
    """Flattens x into the layer `features`, then float32 logits [B, outputs].

    Args:
        x: the symbolic maps.
        see: of `with_labels`.
        minibatch_discrimination: whether closenesses are appended to the features.
        dense: the class of the last layer.
        outputs: number of logits.
        **kwargs: of the last layer.
    """
    x = keras.layers.Flatten(name="features")(x)
    if minibatch_discrimination:
        x = MinibatchDiscrimination(name="minibatch_discrimination")(x)
    return dense(outputs, dtype="float32", name="logits", **kwargs)(see(x, "labels_out"))


def projected_logits(features, labels, num_classes, dense, spectral_norm, initializer):
    """One float32 logit [B, 1]: linear in the features, plus the label's projection if there are labels."""
    if labels is None:
        return dense(1, dtype="float32", kernel_initializer=initializer(), name="logits")(features)
    linear = dense(1, dtype="float32", kernel_initializer=initializer(), name="linear")(features)
    projection = LabelProjection(
        num_classes, spectral_norm, embeddings_initializer=initializer(), dtype="float32", name="projection"
    )([features, labels])
    return keras.layers.Add(dtype="float32", name="logits")([linear, projection])


def features_of(discriminator, layer="features"):
    """The symbolic output of a discriminator's layer, from which a family reads more than the logit.

    Raises:
        UserError: there is no such layer.
    """
    names = [each.name for each in discriminator.layers]
    if layer not in names:
        raise UserError(f"{discriminator.name} has no layer `{layer}` to read features from; it has {', '.join(names)}")
    return discriminator.get_layer(layer).output
