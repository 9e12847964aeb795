"""What an object is made from: its constructor's parameters, seen through `**kwargs`, and the Keras config that holds them."""

import inspect

import keras

EXPLICIT = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)


def parameters(made_by):
    """What can be passed to a class or a function by name.

    A class takes what its own constructor names and, while signatures end in `**kwargs`, what the constructors of its
    bases name, in the order of method resolution: the first to name a parameter gives its default. Names in the class'
    `refused` are left out, and so are what `keras.Model` and `keras.layers.Layer` take themselves (`name`, `dtype`,
    `trainable`), since a recipe has no use for them.

    Args:
        made_by: a class or a function.

    Returns:
        A dict from name to inspect.Parameter.
    """
    if not inspect.isclass(made_by):
        return _explicit(inspect.signature(made_by))
    found = {}
    for base in made_by.__mro__:
        if "__init__" not in vars(base) or issubclass(keras.Model, base):
            continue
        signature = inspect.signature(base.__init__)
        own = list(_explicit(signature).items())[1:]  # without `self`
        found |= {name: parameter for name, parameter in own if name not in found}
        if all(parameter.kind is not parameter.VAR_KEYWORD for parameter in signature.parameters.values()):
            break
    refused = getattr(made_by, "refused", {})
    return {name: parameter for name, parameter in found.items() if name not in refused}


def _explicit(signature):
    return {name: parameter for name, parameter in signature.parameters.items() if parameter.kind in EXPLICIT}


def arguments(instance):
    """What an object's constructor was called with, by name: its attributes of the same names."""
    return {name: getattr(instance, name) for name in parameters(type(instance))}


def serialized(values):
    """A dict of arguments as a Keras config."""
    return {name: keras.saving.serialize_keras_object(value) for name, value in values.items()}


def deserialized(config):
    """The arguments that `serialized` made a config of."""
    return {name: keras.saving.deserialize_keras_object(value) for name, value in config.items()}


class Serializable:
    """Gives a class the two methods by which Keras saves and loads an object, for the losses, priors and the like of families.

    Each of the constructor's parameters must be an attribute; frozen dataclasses have them by nature. A class also needs
    `keras.saving.register_keras_serializable`.
    """

    def get_config(self):
        """The constructor's arguments, ready for JSON."""
        return serialized(arguments(self))

    @classmethod
    def from_config(cls, config):
        """The object that `get_config` described."""
        return cls(**deserialized(config))
