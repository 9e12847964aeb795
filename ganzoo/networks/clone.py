"""Networks of the same shape with first weights of their own."""


def fresh_copy(network, name):
    """A network like `network`, its weights drawn anew.

    Args:
        network: a keras.Model.
        name: of the copy.

    Returns:
        A keras.Model. Initialisers that were made without a seed carry the one they drew in their configuration: copied as
        it is, it would give the same weights again.
    """
    config = _without_seeds(network.get_config())
    return type(network).from_config({**config, "name": name})


def _without_seeds(config):
    if isinstance(config, dict):
        return {key: None if key == "seed" else _without_seeds(value) for key, value in config.items()}
    if isinstance(config, (list, tuple)):
        return type(config)(_without_seeds(value) for value in config)
    return config
