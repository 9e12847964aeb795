import inspect
import json
import os
import random
import signal
import time
import types

import numpy as np
import processes
import pytest
import tensorflow as tf

from ganzoo import training
from ganzoo.callbacks.progress import TerminalProgress
from ganzoo.data.points import Points
from ganzoo.errors import UserError
from ganzoo.families.gan import GAN
from ganzoo.run import Run
from ganzoo.run_lock import only_writer
from ganzoo.serving.sampling import load
from ganzoo.training import train


def newest(run):
    """The newest checkpoint's variables by name."""
    path = tf.train.latest_checkpoint(str(run / "checkpoints"))
    names = [name for name, _ in tf.train.list_variables(path) if "save_counter" not in name and "OBJECT" not in name]
    return {name: tf.train.load_variable(path, name) for name in names}


def assert_same_bits(one, other):
    assert one.keys() == other.keys() and len(one) > 20
    for name in one:
        np.testing.assert_array_equal(one[name], other[name], err_msg=name)


def scalars(run, tag, line="."):
    """A curve that TensorBoard would show, as a dict from step to value."""
    curve = {}
    for file in (run / "logs" / line).glob("events*"):
        for event in tf.compat.v1.train.summary_iterator(str(file)):
            for value in event.summary.value:
                if value.tag == tag:
                    curve[event.step] = float(tf.make_ndarray(value.tensor))
    return curve


class Listener:
    """Keeps what it hears."""

    def __init__(self):
        self.heard = []

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *words: self.heard.append((name, words))


def test_a_run_leaves_checkpoints_curves_grids_and_facts(tmp_path, tiny_recipe):
    said, listener = [], Listener()
    facts = train(tiny_recipe, tmp_path / "run", log=said.append, listeners=[listener, object()])
    run = Run.open(tmp_path / "run")
    assert facts["steps"] == 20 and facts["images_per_second"] > 0 and np.isfinite(facts["generator_loss"])
    assert sorted(path.name for path in run.samples.iterdir()) == [f"step-{step:08d}.png" for step in (0, 10, 20)]
    assert set(scalars(run.path, "loss/generator")) == {10, 20}
    assert set(scalars(run.path, "optimizer/discriminator_gradient_norm")) == {10, 20}
    np.testing.assert_allclose(list(scalars(run.path, "loss/discriminator", "equilibrium").values()), 2 * np.log(2))
    assert {"score/real", "score/fake", "speed/images_per_second", "optimizer/generator_learning_rate"} <= set(tags(run.path))
    assert {"samples/fixed", "samples/fresh", "samples/real", "recipe", "settings", "custom_scalars__config__"} <= set(
        tags(run.path)
    )
    (name, (recipe, settings, step)), *between, (last, _) = listener.heard
    assert (name, step, last) == ("on_start", 0, "close") and recipe == tiny_recipe.read_text()
    assert settings["batch_size"] == 16 and settings["model.generator.width"] == 8 and settings["model"] == "GAN"
    assert [name for name, _ in between] == ["log_image"] * 3 + ["on_log", "log_image", "log_image"] * 2
    assert between[3][1][0] == 10 and np.isfinite(between[3][1][1]["generator_loss"])
    assert run.record()["steps"] == 20 and {"began", "family", "loss", "prior"} <= run.record().keys()


def tags(run):
    for file in (run / "logs").glob("events*"):
        for event in tf.compat.v1.train.summary_iterator(str(file)):
            yield from (value.tag for value in event.summary.value)


def test_steps_count_the_whole_run_also_after_a_resume(tmp_path, tiny_recipe):
    train(tiny_recipe, tmp_path / "run", steps=10, log=lambda line: None)
    facts = train(tiny_recipe, tmp_path / "run", steps=15, log=lambda line: None)
    assert facts["steps"] == 15
    said = []
    assert train(tiny_recipe, tmp_path / "run", steps=15, log=said.append)["steps"] == 15
    assert "has its 15 steps already" in said[0]


def test_a_resumed_run_ends_with_the_bits_of_an_uninterrupted_one(isolated, tiny_recipe, tmp_path):
    isolated(f"""
        from ganzoo.training import train
        recipe = {str(tiny_recipe)!r}
        train(recipe, "whole", deterministic=True)
        train(recipe, "parts", steps=7, deterministic=True)
        train(recipe, "parts", steps=13, deterministic=True)
        train(recipe, "parts", deterministic=True)
    """)
    assert_same_bits(newest(tmp_path / "whole"), newest(tmp_path / "parts"))


def test_records_survive_a_resume_inside_a_window(tmp_path, tiny_recipe):
    train(tiny_recipe, tmp_path / "whole", log=lambda line: None)
    train(tiny_recipe, tmp_path / "parts", overrides=(), steps=13, log=lambda line: None)
    train(tiny_recipe, tmp_path / "parts", log=lambda line: None)
    whole, parts = (scalars(tmp_path / name, "loss/generator") for name in ("whole", "parts"))
    np.testing.assert_allclose(whole[10], parts[10], rtol=1e-5)
    assert set(parts) == {10, 13, 20}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
def test_a_signal_saves_and_stops_and_the_same_command_resumes(tmp_path, tiny_recipe, number):
    command = ["train", tiny_recipe, "--run", "run", "--steps", 1_000_000]
    process = processes.start(command, tmp_path, output=tmp_path / "log")
    wait_for(lambda: list((tmp_path / "run" / "checkpoints").glob("*.index")), process)
    process.send_signal(number)
    assert process.wait(timeout=60) == 128 + number, process.output.read_text()
    assert "the same command resumes" in process.output.read_text()
    stopped = Run.open(tmp_path / "run").record()["steps"]
    facts = train(tiny_recipe, tmp_path / "run", steps=stopped + 3, log=lambda line: None)
    assert facts["steps"] == stopped + 3


def wait_for(condition, process, seconds=120):
    end = time.monotonic() + seconds
    while not condition():
        assert process.poll() is None, process.output.read_text()
        assert time.monotonic() < end, "nothing happened"
        time.sleep(0.05)


def test_a_run_that_is_killed_again_and_again_ends_with_the_same_bits(tmp_path, tiny_recipe):
    kills = int(os.environ.get("GANZOO_TEST_KILLS", 2))
    command = ["train", tiny_recipe, "--deterministic", "--set", "checkpoint_every=10", "--steps", 300 * kills, "--run"]
    assert processes.run_command([*command, "whole"], tmp_path).returncode == 0
    rng = random.Random(0)
    for _ in range(kills):
        (tmp_path / "log").unlink(missing_ok=True)
        process = processes.start([*command, "killed"], tmp_path, output=tmp_path / "log")
        # At random moments of the training itself, checkpoints being written among them.
        wait_for(lambda: "step 0 to" in (text := process.output.read_text()) or "resuming" in text, process)
        time.sleep(rng.uniform(0.0, 2.0))
        process.kill()
        process.wait()
    assert processes.run_command([*command, "killed"], tmp_path).returncode == 0
    assert_same_bits(newest(tmp_path / "whole"), newest(tmp_path / "killed"))


def test_a_killed_run_knows_what_it_cost_until_its_newest_checkpoint(tmp_path, tiny_recipe):
    command = ["train", tiny_recipe, "--run", "run", "--steps", 1_000_000]
    process = processes.start(command, tmp_path, output=tmp_path / "log")
    wait_for(lambda: list((tmp_path / "run" / "checkpoints").glob("step-*20.index")), process)
    process.kill()
    process.wait()
    run = Run.open(tmp_path / "run")
    killed = run.record()
    assert killed["seconds"] > 0.0 and killed["cpu_seconds"] > 0.0 and "steps" not in killed
    checkpoint = max(int(path.stem.split("-")[1]) for path in run.checkpoints.glob("step-*.index"))
    facts = train(tiny_recipe, tmp_path / "run", steps=checkpoint + 3, log=lambda line: None)
    ended = run.record()
    for name in ("seconds", "cpu_seconds"):
        assert ended[name] == pytest.approx(killed[name] + facts[name], abs=0.5)


def test_a_damaged_checkpoint_is_passed_over_for_the_one_before(tmp_path, tiny_recipe):
    train(tiny_recipe, tmp_path / "run", log=lambda line: None)
    (damaged,) = (tmp_path / "run" / "checkpoints").glob("step-20.data*")
    damaged.write_bytes(damaged.read_bytes()[:100])
    facts = train(tiny_recipe, tmp_path / "run", steps=21, log=lambda line: None)
    assert facts["steps"] == 21


def test_a_loss_that_is_not_finite_names_step_player_and_last_good_checkpoint(tmp_path, tiny_recipe):
    train(tiny_recipe, tmp_path / "run", steps=10, log=lambda line: None)
    before = newest(tmp_path / "run")
    wild = tiny_recipe.with_name("wild.py")
    wild.write_text(tiny_recipe.read_text())
    overrides = ["optimizers.discriminator.learning_rate=1e38", "optimizers.generator.learning_rate=1e38"]
    with pytest.raises(UserError, match=r"step \d+: the loss or gradient of the \w+ is not finite; there is no checkpoint yet"):
        train(wild, tmp_path / "wild", overrides=overrides, log=lambda line: None)
    assert_same_bits(before, newest(tmp_path / "run"))
    assert not list((tmp_path / "wild" / "checkpoints").glob("*.index"))


def test_a_full_disk_is_one_line(tmp_path, tiny_recipe, monkeypatch):
    def full(self, *args, **kwargs):
        raise tf.errors.ResourceExhaustedError(None, None, "No space left on device")

    monkeypatch.setattr(tf.train.Checkpoint, "write", full)
    with pytest.raises(UserError, match="the checkpoint of step 10 cannot be written .*No space left"):
        train(tiny_recipe, tmp_path / "run", log=lambda line: None)


def test_a_smoke_run_is_marked_and_cannot_be_exported_or_resumed_as_real(tmp_path, tiny_recipe):
    from ganzoo.serving.export import export

    train(tiny_recipe, tmp_path / "run", smoke=True, log=lambda line: None)
    assert Run.open(tmp_path / "run").smoke
    with pytest.raises(UserError, match="smoke run"):
        export(tmp_path / "run", tmp_path / "export")
    with pytest.raises(UserError, match="smoke run"):
        train(tiny_recipe, tmp_path / "run", log=lambda line: None)


def test_smoke_fabricates_absent_data_and_says_so(tmp_path, monkeypatch):
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path / "empty"))
    said = []
    train(
        "mnist_dcgan",
        tmp_path / "run",
        ["model.generator.width=4", "model.discriminator.width=4"],
        smoke=True,
        log=said.append,
    )
    assert "FABRICATED" in said[0] and "mnist" in said[0]


def test_absent_data_is_one_line_and_leaves_no_run(tmp_path, monkeypatch):
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path / "empty"))
    with pytest.raises(UserError, match="ganzoo data prepare mnist") as error:
        train("mnist_dcgan", tmp_path / "run", log=lambda line: None)
    assert "\n" not in str(error.value)
    assert not (tmp_path / "run").exists()


FALLING = "keras.optimizers.schedules.PolynomialDecay(-1.0, 10, 0.0)"


@pytest.mark.parametrize("smoke", [False, True])
@pytest.mark.parametrize(
    "override, reason",
    [
        ("batch_size=0", "positive whole number"),
        ("steps=0", "positive whole number"),
        ("log_every=-1", "positive whole number"),
        ("optimizers.generator.learning_rate=-1", "optimizers.generator: a learning rate is 0 or more, not -1"),
        (f"optimizers.discriminator.learning_rate={FALLING}", "a learning rate is 0 or more, not -1"),
        ("optimizers.generator.learning_rate=1e400", "not inf"),
    ],
)
def test_impossible_numbers_are_refused(tmp_path, tiny_recipe, override, reason, smoke):
    with pytest.raises(UserError, match=reason):
        train(tiny_recipe, tmp_path / "run", overrides=[override], smoke=smoke, log=lambda line: None)
    assert not (tmp_path / "run").exists()


def test_several_rounds_of_one_player_count_generator_steps(tmp_path, tiny_recipe):
    overrides = ["model.generator_steps=2", "model.discriminator_steps=3"]
    facts = train(tiny_recipe, tmp_path / "run", overrides=overrides, log=lambda line: None)
    assert facts["steps"] == 20
    assert int(load(tmp_path / "run").model.optimizers["discriminator"].iterations) == 30


class TwoPhases(GAN):
    """The discriminator alone, then both."""

    phases = ("warm_up", "play")

    def train_step(self, batch):
        if self.phase == "play":
            return super().train_step(batch)
        self.minimize("discriminator", lambda: self.discriminator_loss(batch))
        return self.logs()


PHASES = {"warm_up": 7, "play": 13}


@pytest.fixture
def phased_recipe(tiny_recipe):
    path = tiny_recipe.with_name("phased.py")
    text = tiny_recipe.read_text().replace("steps=20,", f"steps=20,\n        phases={PHASES},")
    classes = "\n\n\n" + inspect.getsource(TwoPhases) + "\n\n@auto_config"
    path.write_text(text.replace("model=GAN(", "model=TwoPhases(").replace("\n\n\n@auto_config", classes))
    return path


def test_phases_follow_each_other_and_are_resumed_anywhere(tmp_path, phased_recipe):
    said = []
    train(phased_recipe, tmp_path / "whole", deterministic=False, log=said.append)
    assert [line for line in said if line.startswith("phase ")] == ["phase warm_up: to step 7", "phase play: to step 20"]
    model = load(tmp_path / "whole").model
    assert int(model.optimizers["generator"].iterations) == PHASES["play"]
    assert int(model.optimizers["discriminator"].iterations) == 20
    for steps in (4, 7, 11, 20):
        train(phased_recipe, tmp_path / "parts", steps=steps, log=said.append)
    whole, parts = newest(tmp_path / "whole"), newest(tmp_path / "parts")
    for name in whole:
        np.testing.assert_allclose(whole[name], parts[name], rtol=1e-4, atol=1e-5, err_msg=name)


@pytest.mark.parametrize(
    "override, complaint", [("phases.play=0", "positive number"), ("phases={'rest': 20}", "no phase 'rest'")]
)
def test_phases_that_make_no_sense_are_refused(tmp_path, phased_recipe, override, complaint):
    with pytest.raises(UserError, match=complaint):
        train(phased_recipe, tmp_path / "run", overrides=[override], log=lambda line: None)


TWO_DEVICES = """
import tensorflow as tf
tf.config.set_logical_device_configuration(
    tf.config.list_physical_devices("CPU")[0], [tf.config.LogicalDeviceConfiguration()] * 2)
"""


def test_two_replicas_train_as_one_device_does(isolated, tiny_recipe, tmp_path):
    code = "from ganzoo.training import train\ntrain({recipe!r}, {run!r}, ['log_every=1'], strategy={strategy!r})"
    isolated(code.format(recipe=str(tiny_recipe), run="one", strategy="one"))
    isolated(TWO_DEVICES + code.format(recipe=str(tiny_recipe), run="two", strategy="mirrored"))
    for tag in ("loss/generator", "loss/discriminator"):
        one, two = (scalars(tmp_path / run, tag) for run in ("one", "two"))
        assert len(one) == 20
        np.testing.assert_allclose(list(one.values()), [two[step] for step in one], rtol=1e-4)


REPLICAS = """
import keras, numpy as np
from ganzoo.recipe import build, load_recipe
strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
with strategy.scope():
    recipe = build(load_recipe({recipe!r}))
    recipe.model.compile(recipe.optimizers, seed=1)
model = recipe.model
model.fit(recipe.data.batches(16, seed=0), steps_per_epoch=5, epochs=1, verbose=0)
for network in (model.generator, model.discriminator, model.average.network):
    for variable in network.variables:
        first, second = variable.value.values
        np.testing.assert_array_equal(first.numpy(), second.numpy())
draws = strategy.run(lambda: model.noise(4)).values
assert np.abs(draws[0].numpy() - draws[1].numpy()).max() > 0.01
"""


def test_replicas_stay_equal_and_draw_different_latents(isolated, tiny_recipe):
    isolated(TWO_DEVICES + REPLICAS.format(recipe=str(tiny_recipe)))


def workers(tmp_path, recipe, ports, steps, run="run"):
    both = []
    for index in range(2):
        cluster = {
            "cluster": {"worker": [f"127.0.0.1:{port}" for port in ports]},
            "task": {"type": "worker", "index": index},
        }
        command = ["train", recipe, "--strategy", "multi-worker", "--run", run, "--steps", steps]
        env = {"TF_CONFIG": json.dumps(cluster)}
        both.append(processes.start(command, tmp_path, env, tmp_path / f"worker{index}.log"))
    return both


def free_ports(count):
    import socket

    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def test_two_workers_train_as_one_process_and_resume_after_one_was_killed(tmp_path, tiny_recipe):
    train(tiny_recipe, tmp_path / "one", steps=40, log=lambda line: None)
    endless = workers(tmp_path, tiny_recipe, free_ports(2), 1_000_000)
    wait_for(lambda: len(list((tmp_path / "run" / "checkpoints").glob("*.index"))) > 1, endless[0])
    endless[1].kill()
    time.sleep(0.5)
    endless[0].kill()
    for process in endless:
        process.wait()
    reached = int(tf.train.latest_checkpoint(str(tmp_path / "run" / "checkpoints")).rsplit("-", 1)[1])
    again = workers(tmp_path, tiny_recipe, free_ports(2), reached + 10)
    for index, process in enumerate(again):
        assert process.wait(timeout=120) == 0, (tmp_path / f"worker{index}.log").read_text()[-3000:]
    assert "resuming at step" in (tmp_path / "worker0.log").read_text()
    one, run = (scalars(tmp_path / name, "loss/generator") for name in ("one", "run"))
    np.testing.assert_allclose([one[step] for step in (10, 20)], [run[step] for step in (10, 20)], rtol=1e-3)


def test_multi_worker_without_a_cluster_is_one_line(tmp_path, tiny_recipe, monkeypatch):
    monkeypatch.delenv("TF_CONFIG", raising=False)
    with pytest.raises(UserError, match="TF_CONFIG"):
        train(tiny_recipe, tmp_path / "run", strategy="multi-worker", log=lambda line: None)


@pytest.mark.parametrize("recipe, override", [("digits_dcgan", "data.size=16"), ("digits_bigan", "data.size=16")])
def test_data_of_another_shape_than_the_networks_is_refused_before_a_run_begins(tmp_path, recipe, override):
    with pytest.raises(UserError, match=r"the networks are made for \(8, 8, 1\), and digits holds \(16, 16, 1\)"):
        train(recipe, tmp_path / "run", [override])
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    "start, end, every, generator_steps, size",
    [
        (0, 1000, (100, 500, 500), 1, 20),
        (0, 1000, (100, 500, 30), 1, 10),
        (0, 1000, (100, 500, 7), 1, 1),
        (990, 1000, (100, 500, 500), 1, 10),  # a run that was taken up
        (0, 23, (100, 500, 500), 1, 1),
        (0, 1000, (40, 40, 40), 2, 20),  # twenty rounds of two steps
        (0, 1000, (30, 30, 30), 2, 5),
        (0, 3000, (22, 22, 44), 1, 2),
        (0, 3000, (22, 22, 22, 33), 1, 1),  # the last one an evaluation's
    ],
)
def test_rounds_in_one_go_meet_every_event(start, end, every, generator_steps, size):
    log, sample, checkpoint, *evaluations = every
    model = types.SimpleNamespace(generator_steps=generator_steps, one_round_at_a_time=False)
    built = types.SimpleNamespace(model=model, log_every=log, sample_every=sample, checkpoint_every=checkpoint)
    built.evaluations = [types.SimpleNamespace(every=number) for number in evaluations]
    one = types.SimpleNamespace(num_replicas_in_sync=1)
    assert training.MOST_STEPS_PER_EXECUTION == 20 and training.steps_per_execution(built, start, end, one) == size
    two = types.SimpleNamespace(num_replicas_in_sync=2)
    assert training.steps_per_execution(built, start, end, two) == 1
    model.one_round_at_a_time = True
    assert training.steps_per_execution(built, start, end, one) == 1


def test_real_examples_are_the_first_of_the_stream():
    source = Points("ring8", take=300)
    examples = training.real_examples(source, source.arrays(), seed=3)
    assert len(examples) == training.REAL_EXAMPLES < 300
    batch = next(source.batches(training.REAL_EXAMPLES, seed=3).as_numpy_iterator())
    np.testing.assert_array_equal(examples, batch["point"])
    few = Points("ring8", take=10)
    assert len(training.real_examples(few, few.arrays(), seed=0)) == 10


def test_what_shows_the_training_is_closed_at_its_end(tmp_path, tiny_recipe, monkeypatch):
    closed = []
    for shown in (training.Board, TerminalProgress):
        monkeypatch.setattr(shown, "close", lambda self, close=shown.close: closed.append(type(self)) or close(self))
    train(tiny_recipe, tmp_path / "run", steps=2, log=lambda line: None)
    assert set(closed) == {training.Board, TerminalProgress}


def test_a_fresh_start_that_fails_leaves_the_old_run_as_it_was(tmp_path, tiny_recipe):
    train(tiny_recipe, tmp_path / "run", steps=10, log=lambda line: None)
    before = {path: path.read_bytes() for path in (tmp_path / "run").rglob("*") if path.is_file()}
    wild = ["optimizers.discriminator.learning_rate=1e38", "optimizers.generator.learning_rate=1e38"]
    for overrides in (["optimizers={}"], ["batch_size=0"], ["data.name=nothing"], wild):
        with pytest.raises(UserError):
            train(tiny_recipe, tmp_path / "run", overrides=overrides, fresh=True, log=lambda line: None)
        assert {path: path.read_bytes() for path in (tmp_path / "run").rglob("*") if path.is_file()} == before
    facts = train(tiny_recipe, tmp_path / "run", ["model.generator.width=9"], fresh=True, log=lambda line: None)
    run = Run.open(tmp_path / "run")
    assert facts["steps"] == 20 and run.record()["overrides"] == ["model.generator.width=9"]
    assert sorted(path.name for path in run.path.iterdir()) == ["checkpoints", "logs", "recipe.py", "run.json", "samples"]
    assert set(scalars(run.path, "loss/generator")) == {10, 20} and len(list(run.samples.iterdir())) == 3
    assert load(run.path).step == 20


def test_a_first_start_that_fails_refuses_no_corrected_command(tmp_path, tiny_recipe):
    wild = ["optimizers.discriminator.learning_rate=1e38", "optimizers.generator.learning_rate=1e38"]
    for overrides in (["optimizers={}"], wild):
        with pytest.raises(UserError):
            train(tiny_recipe, tmp_path / "run", overrides=overrides, log=lambda line: None)
    assert train(tiny_recipe, tmp_path / "run", steps=10, log=lambda line: None)["steps"] == 10


def test_a_second_process_is_refused_while_one_trains(tmp_path, tiny_recipe):
    with only_writer(tmp_path / "run"):
        for fresh in (False, True):
            with pytest.raises(UserError, match=f"another process trains in .*run: process {os.getpid()} on"):
                train(tiny_recipe, tmp_path / "run", fresh=fresh, log=lambda line: None)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("seed", [-5, 123456789012, 2**64, -(2**70), 2**32 - 1])
def test_any_integer_is_a_seed(seed):
    folded = training.folded_seed(seed)
    assert 0 <= folded < 2**32 and (folded == seed) == (0 <= seed < 2**32)


@pytest.mark.parametrize("seed", [1.5, None, True, "1"])
def test_a_seed_that_is_no_integer_is_one_line(seed):
    with pytest.raises(UserError, match="seed must be a whole number"):
        training.folded_seed(seed)


def test_a_run_of_a_seed_beyond_numpys_is_trained_and_sampled_and_no_terminal_that_is_gone_stops_it(tmp_path, tiny_recipe):
    def broken(line):
        raise BrokenPipeError

    assert train(tiny_recipe, tmp_path / "run", ["seed=-123456789012"], steps=1, log=broken)["steps"] == 1
    assert load(tmp_path / "run").sample(1).shape == (1, 2)
    assert len({training.folded_seed(seed) for seed in (-5, 5, 2**32 + 5, -(2**32) - 5)}) == 4
