"""What Keras asks of a model that it saves and loads: config, compile config and the state beside networks and optimizers."""

import keras

from ganzoo.errors import UserError
from ganzoo.serialization import arguments, deserialized, serialized


class SavedByKeras:
    """The half of a `Family` by which `.save()` and `keras.saving.load_model` keep all of it."""

    def arguments(self):
        """What a constructor needs to make such a family again, by name."""
        return arguments(self)

    def get_config(self):
        """The constructor's arguments, networks as configs of their own.

        Raises:
            UserError: two networks share weights: built from a config, each would have its own.
        """
        owners = {}
        for name, network in self.networks.items():
            for variable in network.variables:
                if owners.setdefault(id(variable), name) != name:
                    raise UserError(f"{owners[id(variable)]} and {name} share weights, which a config cannot say")
        return {**super().get_config(), **serialized(self.arguments())}

    @classmethod
    def from_config(cls, config):
        """The family that `get_config` described, with first weights of its own."""
        return cls(**deserialized(config))

    def get_compile_config(self):
        """What `compile` was called with, and the phase; empty before."""
        if not self.optimizers:
            return {}
        optimizers = {player: keras.saving.serialize_keras_object(o) for player, o in self.optimizers.items()}
        options = {name: getattr(self, name) for name in ("seed", "steps_per_execution", "jit_compile", "run_eagerly")}
        return {"optimizers": optimizers, "phase": self.phase, **options}

    def compile_from_config(self, config):
        """Compiles as `get_compile_config` says, and enters its phase."""
        config = dict(keras.saving.deserialize_keras_object(config))
        phase = config.pop("phase")
        self.compile(**config)
        self.begin(phase)

    def _own_state(self):
        # Keras saves the networks' weights and the optimizers, since they are attributes, but not the seeds of dropout.
        elsewhere = {*self.networks, *(f"{player}_optimizer" for player in self.optimizers)}
        own = {name: values for name, values in self.state().items() if name not in elsewhere}
        for name, network in self.networks.items():
            weights = {id(weight) for weight in network.weights}
            own[f"{name}_seeds"] = [variable.value for variable in network.variables if id(variable) not in weights]
        return own

    def save_own_variables(self, store):
        """Writes what `state` holds beside networks and optimizers."""
        for name, values in self._own_state().items():
            for number, value in enumerate(values):
                store[f"{name}_{number}"] = value.numpy()

    def load_own_variables(self, store):
        """Reads what `save_own_variables` wrote; without `compile` the averages are made here."""
        if not self.averages and "average_0" in store.keys():  # noqa: SIM118  an entry of a file is no dict
            self._begin_averages()
        for name, values in self._own_state().items():
            for number, value in enumerate(values):
                value.assign(store[f"{name}_{number}"])
