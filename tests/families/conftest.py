"""What tests of several families need."""

import numpy as np
import pytest

from ganzoo import load
from ganzoo.checkpoints import Checkpoints
from ganzoo.serving.export import export
from ganzoo.training import train

REPLICAS = """
    import keras, numpy as np, tensorflow as tf
    tf.config.set_logical_device_configuration(
        tf.config.list_physical_devices("CPU")[0], [tf.config.LogicalDeviceConfiguration()] * 2)
    from ganzoo.recipe import build, load_recipe

    def state(model):
        found = model.state()
        found.pop("counters")
        return {{(name, i): tf.distribute.get_strategy().experimental_local_results(value)
                for name, values in found.items() for i, value in enumerate(values)}}

    def trained(strategy):
        keras.utils.set_random_seed(3)
        loaded = load_recipe({recipe!r})
        players = [f"optimizers.{{player}}=keras.optimizers.SGD(0.05)" for player in loaded.config.optimizers]
        with strategy.scope():
            recipe = build(load_recipe({recipe!r}, players + {overrides!r}))
            recipe.model.compile(recipe.optimizers, seed=1)
            recipe.model.begin({phase!r} or recipe.model.phase)
            before = {{name: values[0].numpy() for name, values in state(recipe.model).items()}}
        recipe.model.fit(
            recipe.data.batches(16 * recipe.model.batches_per_step, seed=0), steps_per_epoch=3, epochs=1, verbose=0)
        with strategy.scope():
            return before, state(recipe.model)

    before, one = trained(tf.distribute.get_strategy())
    _, two = trained(tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"]))
    assert one.keys() == two.keys()
    assert any((one[name][0].numpy() != value).any() for name, value in before.items() if name[0] == {moved!r})
    for name, (first, second) in two.items():
        np.testing.assert_array_equal(first.numpy(), second.numpy(), err_msg=str(name))
        np.testing.assert_allclose(one[name][0].numpy(), first.numpy(), rtol=2e-4, atol=2e-5, err_msg=str(name))
"""


@pytest.fixture
def two_replicas_equal_one(isolated, tmp_path):
    """Asserts that a text GAN's recipe trains on two replicas as on one device, each replica with the same state.

    Takes the recipe file's text, overrides, the phase to begin with and which part of the state must have moved.
    """

    def check(recipe, overrides=(), phase=None, moved="generator"):
        path = tmp_path / "text.py"
        path.write_text(recipe)
        isolated(REPLICAS.format(recipe=str(path), overrides=list(overrides), phase=phase, moved=moved))

    return check


@pytest.fixture
def resumes_exactly(tmp_path):
    """Asserts that a model which takes up another's checkpoint after two steps ends, after four, in the same state."""

    def check(make, batch):
        whole, stopped, resumed = make(), make(), make()
        for network in resumed.networks.values():
            network.set_weights([weight + 1 for weight in network.get_weights()])
        for model, steps in ((whole, 4), (stopped, 2)):
            for _ in range(steps):
                model.train_step(batch)
        Checkpoints(tmp_path / "checkpoints", stopped.state()).save()
        assert Checkpoints(tmp_path / "checkpoints", resumed.state()).restore() == 2
        for _ in range(2):
            resumed.train_step(batch)
        wanted, found = whole.state(), resumed.state()
        assert wanted.keys() == found.keys()
        for name, values in wanted.items():
            for one, other in zip(values, found[name], strict=True):
                np.testing.assert_array_equal(one.numpy(), other.numpy(), err_msg=name)

    return check


@pytest.fixture
def texts_travel(tmp_path, replays_warm_up):
    """Asserts that a text GAN's run, stopped and taken up again, ends in the same bits, and that its export answers alike.

    Takes a recipe file's text, the steps at which the parted run stops (by default there is none) and what hears the whole
    run; gives that run's facts and its `Sampler`.
    """

    def check(recipe, stops=(), log=lambda line: None):
        path = tmp_path / "text.py"
        path.write_text(recipe)
        facts = train(str(path), tmp_path / "whole", log=log)
        for steps in stops:
            train(str(path), tmp_path / "parts", steps=steps, log=lambda line: None)
        whole = load(tmp_path / "whole")
        parts = load(tmp_path / "parts") if stops else whole
        for name, values in whole.model.state().items():
            for one, other in zip(values, parts.model.state()[name], strict=True):
                np.testing.assert_array_equal(one, other, err_msg=name)
        version = export(tmp_path / "whole", tmp_path / "exported")
        replays_warm_up(version)
        exported = load(version)
        tokens = whole.sample(70, seed=1)
        np.testing.assert_array_equal(exported.sample(70, seed=1), tokens)
        for service in ("score", "discriminate"):
            found = [model.serve(service, tokens=tokens) for model in (whole, exported)]
            for name, values in found[0].items():
                np.testing.assert_allclose(values, found[1][name], atol=1e-4, err_msg=name)
        return facts, whole

    return check


@pytest.fixture
def seen_noise():
    """The instance noise that a player's loss puts on each batch that reaches a network, as arrays.

    Takes a function from `instance_noise` to a compiled model, the player, a real batch and the names of the methods that
    look at examples; the same seed draws the same samples with and without noise.
    """

    def check(make, player, batch, methods=("discriminate",)):
        seen = []
        for strength in (0.0, 1.0):
            model, inputs = make(instance_noise=strength), []
            for name in methods:
                original = getattr(model, name)
                setattr(model, name, lambda x, *rest, look=original, **kw: inputs.append(np.asarray(x)) or look(x, *rest, **kw))
            getattr(model, f"{player}_loss")(batch)
            seen.append(inputs)
        return [noisy - clean for clean, noisy in zip(*seen, strict=True)]

    return check
