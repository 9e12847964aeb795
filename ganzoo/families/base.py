"""The base model: the verbs that a GAN's algorithm box is written with."""

import keras
import tensorflow as tf

from ganzoo import noise
from ganzoo.averages import Average
from ganzoo.checked_tensors import checked
from ganzoo.errors import UserError
from ganzoo.families.rounds import MOST_RECORDS, Round
from ganzoo.families.sampling import Sampled
from ganzoo.families.saving import SavedByKeras
from ganzoo.networks import checks
from ganzoo.optimizers import fused
from ganzoo.schedules import Schedule


class Family(Sampled, SavedByKeras, keras.Model):
    """A family of GANs: networks, players, and a `train_step` that reads like the paper's algorithm box.

    A subclass sets its networks as attributes, names them in `networks`, and writes `train_step(batch)` with the verbs
    `fresh_batches`, `on_fresh_batches`, `minimize`, `noise`, `generate`, `discriminate`, `record` and `logs`. A batch is a dict
    of features: `image` float32 [B, H, W, C] in [-1, 1] or `point` float32 [B, 2], and `label` int64 [B] where the data has
    labels.

    A constructor names what its class adds and passes the rest on by `**kwargs`. Each argument is an attribute of the same
    name, from which `get_config` is made. An option of a base that means nothing in a family stands in its `refused`.

    `save("model.keras")` writes networks, averages, counters and, once the family is compiled, optimizers, seed and phase;
    `keras.saving.load_model` gives them all back, so that training goes on as if nothing had happened. With `compile=False`
    it gives the networks and their averages, which samples and services need, and no optimizers.

    Args:
        latents: a prior from `ganzoo.noise`.
        average_decay: decay of the generator's moving average, in [0, 1), or a schedule of it from `ganzoo.schedules`.
        **kwargs: `name`, `dtype` and `trainable`, as of `keras.Model`; recipes do not offer them.

    Attributes:
        step: generator steps so far, an int64 tf.Variable.
        seed: the run's seed; `compile` sets it.
        generator_steps: generator steps in one `train_step`.
        phases: the names of the family's phases, stretches of training in which certain players move; one for most.
        phase: the phase that `train_step` is in.
        refused: what the constructors of the bases take and this family does not, a dict from name to the reason.
    """

    generator_steps = 1
    phases = ("train",)
    refused = {}

    def __new__(cls, *args, **kwargs):
        for name in kwargs:
            if name in cls.refused:
                raise UserError(f"{cls.__name__} takes no {name}: {cls.refused[name]}")
        return super().__new__(cls, *args, **kwargs)

    def __init__(self, latents=noise.Normal(), average_decay=0.999, **kwargs):
        super().__init__(**kwargs)
        if not isinstance(average_decay, Schedule):
            checks.fraction(average_decay=average_decay)
        self.latents = latents or noise.Normal()
        self.average_decay = average_decay
        self.seed = 0
        self.phase = self.phases[0]
        self.optimizers = {}
        self.averages = {}
        self.step = self._counter("step", [], tf.int64, tf.VariableAggregation.ONLY_FIRST_REPLICA)
        self._sums = self._counter("sums", [MOST_RECORDS], tf.float32, tf.VariableAggregation.MEAN)
        self._steps_summed = self._counter("steps_summed", [], tf.float32, tf.VariableAggregation.ONLY_FIRST_REPLICA)
        self.record_names = []
        self._round = Round()
        self.built = True  # the networks come built

    @staticmethod
    def _counter(name, shape, dtype, aggregation):
        return tf.Variable(tf.zeros(shape, dtype), trainable=False, name=name, aggregation=aggregation)

    # What a family is made of.

    @property
    def networks(self):
        """Every network by name: what a checkpoint holds."""
        return {"generator": self.generator, "discriminator": self.discriminator}

    @property
    def players(self):
        """The networks that each player's optimizer moves, by the player's name."""
        return {name: (network,) for name, network in self.networks.items()}

    @property
    def averaged_networks(self):
        """The networks that samples and services use, by name: each has a moving average."""
        return {"generator": self.generator}

    @property
    def average(self):
        """The moving average of the generator."""
        return self.averages["generator"]

    @property
    def batches_per_step(self):
        """How many fresh real batches one `train_step` takes from the data."""
        return 1

    @property
    def one_round_at_a_time(self):
        """Whether Keras must not run several `train_step`s in one go: something happens between two, or one takes very long."""
        return False

    def rounds_of_data(self, step):
        """How many rounds' batches the data has given before generator step `step`: where a resumed run goes on."""
        return step // self.generator_steps

    @property
    def makes_samples(self):
        """Whether the generator has begun to learn, so that there is something to show."""
        return True

    @property
    def latent_shape(self):
        """The shape of one latent."""
        return tuple(self.generator.inputs[0].shape[1:])

    @property
    def data_shape(self):
        """The shape of the examples that the networks are made for; None where a family sees to it itself."""
        return tuple(self.generator.outputs[0].shape[1:])

    @property
    def equilibrium(self):
        """Each player's loss when neither can gain, by the player's name; None where that is not known."""
        return {}

    # Compiling and state.

    def compile(self, optimizers, seed=0, **kwargs):
        """Gives each player its optimizer.

        Args:
            optimizers: a dict from player to keras.Optimizer. Learning rates that differ make the two time-scale update
                rule, TTUR (Heusel et al. 2017, arXiv:1706.08500): the discriminator's is then mostly the higher.
            seed: the run's seed.
            **kwargs: `steps_per_execution`, `jit_compile` and `run_eagerly`, as Keras has them. XLA drops assertions: with
                `jit_compile=True` a step whose gradients are not finite is not stopped.

        Raises:
            ValueError: a player has no optimizer, or an optimizer no player.
        """
        if set(optimizers) != set(self.players):
            raise ValueError(f"one optimizer a player: players {sorted(self.players)}, optimizers {sorted(optimizers)}")
        # Without optimizer=None Keras would track and save an RMSprop that nothing uses.
        super().compile(optimizer=None, **{"jit_compile": False, **kwargs})
        self.seed = seed
        self.optimizers = {player: self._wrapped(optimizer) for player, optimizer in optimizers.items()}
        for player, optimizer in self.optimizers.items():
            optimizer.build(self.variables_of(player))
        if not self.averages:
            self._begin_averages()

    def _begin_averages(self):
        self.averages = {name: Average(network, self.average_decay) for name, network in self.averaged_networks.items()}

    def follow_weights(self):
        """Lets whatever is made of the networks' past weights, such as averages, begin at those that they have now."""
        for average in self.averages.values():
            average.restart()

    def _wrapped(self, optimizer):
        optimizer = fused(optimizer)
        # Keras wraps only `self.optimizer`, which a family does not have.
        if self.dtype_policy.name == "mixed_float16" and not isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
            return keras.optimizers.LossScaleOptimizer(optimizer)
        return optimizer

    def build(self, input_shape=None):
        """Nothing to build: the networks come built. Keras asks all the same."""

    def _maybe_symbolic_build(self, iterator=None, data_batch=None):
        """Nothing: Keras would call the model on a reduced batch, and cannot reduce a dict of several workers' parts."""

    def call(self, latents, training=False):
        """Latents [B, latent_dim] to samples, by the generator that trains."""
        return self.generator(latents, training=training)

    def begin(self, phase):
        """Enters a phase; `train_step` is traced anew, since what it does may depend on `self.phase`.

        Raises:
            UserError: the family has no such phase.
        """
        if phase not in self.phases:
            raise UserError(f"{type(self).__name__} has no phase {phase!r}; it has {', '.join(self.phases)}")
        if phase != self.phase:
            self.phase = phase
            self.train_function = None

    def check_data(self, data):
        """Refuses data that the family cannot train on; called before a run is written.

        Args:
            data: a source from `ganzoo.data`.

        Raises:
            UserError: it lacks what the family needs, such as labels.
        """

    def variables_of(self, player):
        """The variables that `player` moves."""
        return [variable for network in self.players[player] for variable in network.trainable_variables]

    def state(self):
        """Everything a resumed run needs, as a dict of lists of tf.Variable."""
        state = {name: [v.value for v in network.variables] for name, network in self.networks.items()}
        state |= {f"{player}_optimizer": [v.value for v in o.variables] for player, o in self.optimizers.items()}
        if self.averages:
            state["average"] = [v.value for average in self.averages.values() for v in average.network.variables]
        state["counters"] = [self.step, self._sums, self._steps_summed]
        return state

    # The verbs.

    def fresh_batches(self, batch):
        """Splits what the data gave for one step into `batches_per_step` real batches."""
        parts = {name: tf.split(value, self.batches_per_step) for name, value in batch.items()}
        return [dict(zip(parts, values, strict=True)) for values in zip(*parts.values(), strict=True)]

    def on_fresh_batches(self, batch, step):
        """Takes `step(real)` on each of the real batches that the data gave for one round.

        On one device the step is traced once for all: many in one graph take long to trace and to optimise.
        """
        batches = self.fresh_batches(batch)
        if len(batches) > 1 and tf.inside_function() and not tf.distribute.has_strategy():
            self._round.take(step, batches)
        else:
            for real in batches:
                step(real)

    def gradients(self, player, loss_fn):
        """The gradients of `loss_fn()` for `player`, which does not move yet; records its loss.

        Args:
            player: a name from `players`.
            loss_fn: returns the mean loss over this replica's batch, a scalar.

        Returns:
            A list of tensors, such that their sum over the replicas is the gradient of the global batch's mean loss.
        """
        optimizer, variables = self.optimizers[player], self.variables_of(player)
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch([variable.value for variable in variables])
            loss = loss_fn()
            replicas = tf.distribute.get_replica_context().num_replicas_in_sync
            scaled = optimizer.scale_loss(loss / replicas)
        gradients = tape.gradient(scaled, [variable.value for variable in variables])
        self.record(f"{player}_loss", loss)
        return gradients

    def move(self, player, gradients):
        """Lets `player`'s optimizer take one step along `gradients`; records their norm, stops where it is not finite.

        In float16 it stops at nothing: the optimizer skips such a step, and `{player}_skipped` records how often.
        """
        optimizer = self.optimizers[player]
        replicas = tf.distribute.get_replica_context().num_replicas_in_sync
        norm = tf.linalg.global_norm(gradients) * replicas
        if isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
            # These gradients are of the loss times a scale that begins so high that float16 overflows in the first steps;
            # each time the optimizer leaves the weights alone and halves it. Such a step has length 0, not NaN, which
            # would hide the norms of all other steps that a log entry averages.
            finite = tf.math.is_finite(norm)
            norm = tf.where(finite, norm / tf.convert_to_tensor(optimizer.dynamic_scale), 0.0)
            self.record(f"{player}_skipped", tf.logical_not(finite))
        else:
            # Before the weights change: what is not finite must not reach them.
            gradients = checked(gradients, tf.math.is_finite(norm), [NOT_FINITE.format(player=player), norm])
        self.record(f"{player}_gradient_norm", norm)
        optimizer.apply(gradients, self.variables_of(player))

    def minimize(self, player, loss_fn):
        """One step of `player` down `loss_fn()`, a scalar that is the mean over this replica's batch."""
        self.move(player, self.gradients(player, loss_fn))

    def minimize_together(self, loss_fns):
        """One step of several players from the same point: all gradients first, then all moves.

        Args:
            loss_fns: a dict from player to its loss function.
        """
        gradients = {player: self.gradients(player, loss_fn) for player, loss_fn in loss_fns.items()}
        for player, gradient in gradients.items():
            self.move(player, gradient)

    @property
    def moment(self):
        """The counter that tells the draws of one round from those of the next."""
        return self.step

    def draw(self, batch_size, shape, prior, purpose="latents"):
        """This replica's part of a fresh draw, [batch_size, *shape]: the n-th of a step is always the same."""
        return noise.replica_rows(prior, batch_size, shape, self._round.seed(self.seed, self.moment, purpose))

    def noise(self, batch_size):
        """Fresh latents [batch_size, latent_dim], different on each replica and in each call of a step."""
        return self.draw(batch_size, self.latent_shape, self.latents)

    def generate(self, latents, labels=None, training=True):
        """Samples by the generator that trains."""
        inputs = latents if labels is None else [latents, labels]
        return self.generator(inputs, training=training)

    def discriminate(self, images, labels=None, training=True):
        """Logits [B, 1] of the discriminator."""
        inputs = images if labels is None else [images, labels]
        return self.discriminator(inputs, training=training)

    def record(self, name, value):
        """Keeps a scalar for the logs; the last value of a name in a step counts."""
        self._round.records[name] = tf.cast(value, tf.float32)

    def logs(self):
        """Ends a step: the averages follow, the step is counted. Returns the step's records."""
        for average in self.averages.values():
            average.update(self.step)
        self.step.assign_add(self.generator_steps)
        records = self._round.end()
        self.record_names = list(records)
        if len(records) > MOST_RECORDS:
            raise ValueError(f"a step records {len(records)} values, more than {MOST_RECORDS}")
        values = tf.stack([tf.reshape(value, []) for value in records.values()])
        self._sums.assign_add(tf.pad(values, [[0, MOST_RECORDS - len(records)]]))
        self._steps_summed.assign_add(1.0)
        if isinstance(tf.distribute.get_strategy(), tf.distribute.MultiWorkerMirroredStrategy):
            # Keras averages over a leading axis there, and fails on scalars.
            return {name: tf.expand_dims(value, 0) for name, value in records.items()}
        return records

    def take_records(self):
        """The mean of each record since the last call, as a dict of floats; starts over."""
        steps = float(self._steps_summed.numpy())
        means = self._sums.numpy()[: len(self.record_names)] / max(steps, 1.0)
        self._sums.assign(tf.zeros_like(self._sums))
        self._steps_summed.assign(0.0)
        return dict(zip(self.record_names, means.tolist(), strict=True)) if steps else {}


NOT_FINITE = "the loss or gradient of the {player} is not finite"


def examples_of(batch):
    """The examples of a batch: its `image`, its `point` or its `text`."""
    return next(batch[feature] for feature in ("image", "point", "text") if feature in batch)
