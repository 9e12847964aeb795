"""What every family inherits: batches, draws, records, state, phases."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from ganzoo.errors import UserError
from ganzoo.families.base import MOST_RECORDS, Family, examples_of


def network(name, outputs=2):
    inputs = keras.Input((3,), name="images")
    return keras.Model(inputs, keras.layers.Dense(outputs, use_bias=False)(inputs), name=name)


class Two(Family):
    """Two linear players; two generator steps a round."""

    generator_steps = 2
    phases = ("first", "second")

    def __init__(self, **options):
        super().__init__(**options)
        self.generator, self.discriminator = network("generator"), network("discriminator")

    @property
    def batches_per_step(self):
        return 3


def compiled(seed=5, **options):
    model = Two(**options)
    model.compile({name: keras.optimizers.SGD(0.5) for name in model.players}, seed=seed)
    return model


def test_a_steps_data_is_split_into_its_batches_in_order():
    batches = compiled().fresh_batches({"point": tf.range(6), "label": tf.range(6) * 10})
    assert [(b["point"].numpy().tolist(), b["label"].numpy().tolist()) for b in batches] == [
        ([0, 1], [0, 10]),
        ([2, 3], [20, 30]),
        ([4, 5], [40, 50]),
    ]


def test_examples_are_found_under_any_feature():
    assert [examples_of({"label": 0, name: 1}) for name in ("image", "point", "text")] == [1, 1, 1]
    with pytest.raises(StopIteration):
        examples_of({"label": 0})


@pytest.mark.parametrize("step, rounds", [(0, 0), (1, 0), (2, 1), (9, 4)])
def test_a_resumed_run_skips_the_rounds_that_were(step, rounds):
    assert compiled().rounds_of_data(step) == rounds


def test_gradients_are_of_one_player_and_move_it_by_its_rate():
    model = compiled()
    kernel = model.generator.layers[-1].kernel
    before, other = kernel.numpy(), model.discriminator.get_weights()
    gradients = model.gradients("generator", lambda: tf.reduce_sum(tf.square(kernel.value)))
    np.testing.assert_allclose(gradients[0], 2 * before, rtol=1e-6)
    np.testing.assert_array_equal(kernel, before)  # nothing moved yet
    model.move("generator", gradients)
    np.testing.assert_allclose(kernel, 0.0, atol=1e-6)
    for old, new in zip(other, model.discriminator.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)
    logs = model.logs()
    assert float(logs["generator_loss"]) == pytest.approx(np.square(before).sum(), rel=1e-5)
    assert float(logs["generator_gradient_norm"]) == pytest.approx(2 * np.linalg.norm(before), rel=1e-5)


def test_a_step_ends_with_averages_that_follow_and_steps_that_count():
    model = compiled(average_decay=0.0)
    model.generator.set_weights([weight + 1 for weight in model.generator.get_weights()])
    model.record("anything", 3)
    logs = model.logs()
    assert int(model.step) == 2 and logs["anything"].dtype == tf.float32
    np.testing.assert_allclose(model.average.network.get_weights()[0], model.generator.get_weights()[0], rtol=1e-6)
    assert model._round.records == {} and model._round.draws == 0


def test_records_are_means_since_the_last_report():
    model = compiled()
    for value in (1.0, 2.0, 6.0):
        model.record("a", 99.0)
        model.record("a", value)  # the last value of a step counts
        model.record("b", -value)
        model.logs()
    assert model.take_records() == {"a": 3.0, "b": -3.0}
    assert model.take_records() == {}
    model.record("b", 5.0)
    model.logs()
    assert model.take_records() == {"b": 5.0}


def test_a_step_records_no_more_than_fits():
    model = compiled()
    for index in range(MOST_RECORDS):
        model.record(f"r{index}", index)
    assert len(model.logs()) == MOST_RECORDS
    assert model.take_records()[f"r{MOST_RECORDS - 1}"] == MOST_RECORDS - 1
    for index in range(MOST_RECORDS + 1):
        model.record(f"r{index}", index)
    with pytest.raises(ValueError, match="records 65 values, more than 64"):
        model.logs()


def test_draws_hang_on_seed_step_purpose_and_their_place_in_the_step():
    def draws(model):
        model._round.end()
        return [model.noise(4).numpy() for _ in range(2)]

    first, second = draws(compiled())
    again = draws(compiled())
    np.testing.assert_array_equal(first, again[0])
    np.testing.assert_array_equal(second, again[1])
    assert first.shape == (4, 3) and (first != second).all()
    assert (draws(compiled(seed=6))[0] != first).all()
    model = compiled()
    model.step.assign(2)
    assert (draws(model)[0] != first).all()
    model.step.assign(0)
    model._round.end()
    assert (model.draw(4, (3,), model.latents, "blur").numpy() != first).all()


def test_the_state_is_all_that_a_resumed_run_needs():
    model = compiled()
    state = model.state()
    assert set(state) == {"generator", "discriminator", "generator_optimizer", "discriminator_optimizer", "average", "counters"}
    assert state["counters"][0] is model.step and len(state["counters"]) == 3
    assert len(state["average"]) == len(model.generator.variables)


def test_a_phase_is_entered_by_name_and_traced_anew():
    model = compiled()
    assert model.phase == "first"
    model.train_function = "traced"
    model.begin("first")
    assert model.train_function == "traced"
    model.begin("second")
    assert model.phase == "second" and model.train_function is None
    with pytest.raises(UserError, match="Two has no phase 'third'; it has first, second"):
        model.begin("third")


@pytest.mark.parametrize("names", [("generator",), ("generator", "discriminator", "critic"), ("generator", "critic")])
def test_each_player_has_one_optimizer(names):
    with pytest.raises(ValueError, match="one optimizer a player"):
        Two().compile({name: keras.optimizers.SGD() for name in names})


def test_nothing_is_saved_that_nobody_uses():
    model = compiled()
    assert model.optimizer is None and set(model.optimizers) == {"generator", "discriminator"}


@pytest.mark.parametrize("decay", [-0.1, 1.0])
def test_an_average_that_cannot_be_is_refused(decay):
    with pytest.raises(UserError, match="average_decay"):
        Two(average_decay=decay)


def test_services_judge_by_the_names_of_what_they_take():
    model = compiled()
    service, specs = model.services["discriminate"]
    assert {name: tuple(spec.shape) for name, spec in specs.items()} == {"points": (None, 3)}
    points = np.ones((4, 3), np.float32)
    np.testing.assert_allclose(service(points=points)["logits"], model.discriminator(points))
    assert model.outputs(tf.zeros((2, 2))).keys() == {"points"} and model.outputs(tf.zeros((2, 4, 4, 1))).keys() == {"images"}
