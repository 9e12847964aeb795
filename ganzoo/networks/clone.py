"""Networks of the same shape with first weights of their own."""


def fresh_copy(network, name):
    """A network like `network`, its weights drawn anew.

    Args:
        network: a keras.Model.
        name: of the copy.

    Returns:
        A keras.Model. Initialisers that were made without a seed carry the one they drew in their configuration: copied as
        it is, it would give the same weights again. While Keras loads a model, layers carry the number of an object, by which
        copies would share them.
    """
    config = _anonymous(network.get_config())
    return type(network).from_config({**config, "name": name})


def _anonymous(config):
    if isinstance(config, dict):
        compared = {key: value for key, value in config.items() if key != "shared_object_id"}
        return {key: None if key == "seed" else _anonymous(value) for key, value in compared.items()}
    if isinstance(config, (list, tuple)):
        return type(config)(_anonymous(value) for value in config)
    return config
