"""Which strategy a name gives, who writes the run, how a batch is divided; stand-ins where a real one needs its own process."""

import types

import pytest
import tensorflow as tf

from ganzoo import strategies
from ganzoo.errors import UserError


@pytest.fixture
def devices(monkeypatch):
    """Pretends that there are so many GPUs and CPUs; gives the devices that a mirrored strategy is made of."""

    def pretend(gpus, cpus=1):
        made = []
        names = {"GPU": [f"GPU:{i}" for i in range(gpus)], "CPU": [f"CPU:{i}" for i in range(cpus)]}
        logical = lambda kind: [types.SimpleNamespace(name=name) for name in names[kind]]  # noqa: E731
        monkeypatch.setattr(tf.config, "list_logical_devices", logical)
        monkeypatch.setattr(tf.distribute, "MirroredStrategy", lambda devices: made.append(devices) or "mirrored")
        return made

    return pretend


@pytest.mark.parametrize(
    "name, gpus, expected",
    [
        ("auto", 0, None),
        ("auto", 1, None),
        ("auto", 2, ["GPU:0", "GPU:1"]),
        ("one", 2, None),
        ("mirrored", 0, ["CPU:0", "CPU:1"]),
        ("mirrored", 1, ["GPU:0"]),
    ],
)
def test_a_name_gives_a_strategy_over_the_devices(devices, name, gpus, expected):
    made = devices(gpus, cpus=2)
    strategy = strategies.choose(name)
    assert made == ([] if expected is None else [expected])
    assert (strategy == "mirrored") == (expected is not None)
    if expected is None:
        assert strategy is tf.distribute.get_strategy()


def test_an_unknown_name_is_one_line_that_lists_the_known_ones():
    with pytest.raises(UserError, match="a strategy is one of auto, one, mirrored, multi-worker, not 'tpu'"):
        strategies.choose("tpu")


@pytest.mark.parametrize(
    "config, complaint",
    [
        (None, "reads the cluster from TF_CONFIG"),
        ("{", "reads the cluster from TF_CONFIG"),
        ("[]", "reads the cluster from TF_CONFIG"),
        ('{"cluster": {}}', "reads the cluster from TF_CONFIG"),
        ('{"cluster": {"worker": []}}', "names no worker"),
    ],
)
def test_workers_without_a_cluster_are_one_line(monkeypatch, config, complaint):
    monkeypatch.delenv("TF_CONFIG", raising=False)
    if config is not None:
        monkeypatch.setenv("TF_CONFIG", config)
    with pytest.raises(UserError, match=complaint):
        strategies.choose("multi-worker")


def test_workers_of_a_cluster_share_a_strategy(monkeypatch):
    monkeypatch.setenv("TF_CONFIG", '{"cluster": {"worker": ["a:1", "b:1"]}, "task": {"type": "worker", "index": 0}}')
    made = object()
    monkeypatch.setattr(tf.distribute, "MultiWorkerMirroredStrategy", lambda: made)
    assert strategies.choose("multi-worker") is made


@pytest.mark.parametrize("cluster, task, chief", [({}, 3, True), ({"worker": ["a"]}, 0, True), ({"worker": ["a"]}, 1, False)])
def test_the_first_worker_writes_the_run(cluster, task, chief):
    resolver = types.SimpleNamespace(cluster_spec=lambda: cluster, task_id=task)
    assert strategies.is_chief(types.SimpleNamespace(cluster_resolver=resolver)) is chief


def test_a_process_alone_writes_the_run():
    strategy = tf.distribute.get_strategy()
    assert strategies.is_chief(strategy) and not strategies.is_multi_worker(strategy)


def test_a_batch_is_divided_among_the_replicas_or_refused():
    three = types.SimpleNamespace(num_replicas_in_sync=3)
    assert strategies.distributed(three, lambda context: ("data", context), 12) == ("data", None)
    with pytest.raises(UserError, match="a batch of 16 cannot be divided among 3 replicas; --set batch_size"):
        strategies.distributed(three, lambda context: None, 16)


def test_each_worker_makes_its_part_of_the_data(monkeypatch):
    class Workers:
        num_replicas_in_sync = 2

        def distribute_datasets_from_function(self, make):
            return [make(worker) for worker in ("context 0", "context 1")]

    monkeypatch.setattr(strategies, "is_multi_worker", lambda strategy: isinstance(strategy, Workers))
    assert strategies.distributed(Workers(), lambda context: f"data of {context}", 4) == [
        "data of context 0",
        "data of context 1",
    ]
