"""Which strategy a name gives, who writes the run, how a batch is divided; stand-ins where a real one needs its own process."""

import types

import numpy as np
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
        ("{", "TF_CONFIG is no JSON"),
        ('{"cluster": {"worker": 5}}', "cluster.worker must be a list, not 5"),
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
    made, met = object(), []
    monkeypatch.setattr(tf.distribute, "MultiWorkerMirroredStrategy", lambda: made)
    monkeypatch.setattr(strategies.cluster, "meet", lambda members, facts, log: met.append((members.names, facts, log)))
    assert strategies.choose("multi-worker", ["a = 1"], print) is made
    assert met == [(("worker 0", "worker 1"), ["a = 1"], print)]


def test_a_server_that_does_not_start_is_one_line(monkeypatch):
    def fail():
        raise tf.errors.UnknownError(None, None, "{{node x}} Could not start gRPC server\nmore")

    monkeypatch.setenv("TF_CONFIG", '{"cluster": {"worker": ["a:1"]}, "task": {"type": "worker", "index": 0}}')
    monkeypatch.setattr(tf.distribute, "MultiWorkerMirroredStrategy", fail)
    with pytest.raises(UserError, match="^worker 0 cannot start at a:1: Could not start gRPC server$"):
        strategies.choose("multi-worker")


@pytest.mark.parametrize(
    "cluster, kind, task, chief",
    [
        ({}, None, 3, True),
        ({"worker": ["a"]}, "worker", 0, True),
        ({"worker": ["a", "b"]}, "worker", 1, False),
        ({"chief": ["a"], "worker": ["b"]}, "chief", 0, True),
        ({"chief": ["a"], "worker": ["b"]}, "worker", 0, False),
    ],
)
def test_the_first_worker_writes_the_run(cluster, kind, task, chief):
    spec = tf.train.ClusterSpec(cluster)
    resolver = types.SimpleNamespace(cluster_spec=lambda: spec, task_id=task, task_type=kind)
    assert strategies.is_chief(types.SimpleNamespace(cluster_resolver=resolver)) is chief


class Gathering:
    """A strategy of several workers whose gathered values are known."""

    def __init__(self, values):
        self.values = values

    def run(self, function):
        return tf.constant(0 if isinstance(self.values, Exception) else self.values, tf.int64)

    def experimental_local_results(self, gathered):
        if isinstance(self.values, Exception):
            raise self.values
        return (gathered,)


def test_workers_whose_values_differ_are_refused(monkeypatch):
    monkeypatch.setattr(strategies, "is_multi_worker", lambda strategy: isinstance(strategy, Gathering))
    monkeypatch.setenv("TF_CONFIG", '{"cluster": {"worker": ["a:1", "b:1"]}, "task": {"type": "worker", "index": 0}}')
    refuse = strategies.refuse_differences
    refuse(Gathering([5, 5]), 5, "")
    refuse(Gathering([5, 5, 5, 5]), 5, "")  # two replicas each
    refuse(tf.distribute.get_strategy(), 5, "")
    for values in ([5, 6], [5, 5, 6, 6]):
        with pytest.raises(UserError, match="^worker 1 is not worker 0$"):
            refuse(Gathering(values), 5, "{worker} is not {first}")
    with pytest.raises(UserError, match="another worker ended; it says why .gone."):
        refuse(Gathering(tf.errors.UnavailableError(None, None, "gone")), 5, "")


def test_data_is_told_apart_by_its_content(monkeypatch):
    data = {"image": np.arange(12, dtype=np.uint8).reshape(3, 2, 2), "label": np.arange(3)}
    number = strategies.digested(data)
    assert 0 <= number < 2**63 and number == strategies.digested({name: data[name].copy() for name in ("label", "image")})
    others = [
        {**data, "label": np.array([0, 1, 3])},
        {**data, "label": np.arange(3, dtype=np.int32)},
        {"image": data["image"].reshape(3, 4), "label": data["label"]},
        {"image": data["image"]},
        {"images": data["image"], "label": data["label"]},
    ]
    assert len({number, *map(strategies.digested, others)}) == 6
    texts = [strategies.digested({"caption": np.array(captions, object)}) for captions in (["a", "b"], ["a", "c"])]
    assert texts[0] != texts[1]
    monkeypatch.setattr(strategies, "is_multi_worker", lambda strategy: isinstance(strategy, Gathering))
    monkeypatch.setenv("TF_CONFIG", '{"cluster": {"worker": ["a:1", "b:1"]}, "task": {"type": "worker", "index": 0}}')
    with pytest.raises(UserError, match="^the data of worker 1 is not that of worker 0: all need the same$"):
        strategies.refuse_other_data(Gathering([1, 2]), data)
    strategies.refuse_other_data(Gathering([1, 1]), data)
    strategies.refuse_other_data(tf.distribute.get_strategy(), None)


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


@pytest.fixture
def limited(monkeypatch):
    """Pretends that there are three GPUs; gives what TensorFlow is told of devices and threads."""
    told = {}
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: [f"{kind}:{i}" for i in range(3)])
    monkeypatch.setattr(tf.config, "set_visible_devices", lambda devices, kind: told.update({kind: devices}))
    for kind in ("intra", "inter"):
        name = f"set_{kind}_op_parallelism_threads"
        monkeypatch.setattr(tf.config.threading, name, lambda count, kind=kind: told.update({kind: count}))
    return told


@pytest.mark.parametrize(
    "devices, threads, expected",
    [
        (None, None, {}),
        ("cpu", None, {"GPU": []}),
        ("0,2", None, {"GPU": ["GPU:0", "GPU:2"]}),
        ("1,1", 3, {"GPU": ["GPU:1"], "intra": 3, "inter": 3}),
    ],
)
def test_devices_and_threads_are_what_is_asked_for(limited, devices, threads, expected):
    strategies.limit(devices, threads)
    assert limited == expected


@pytest.mark.parametrize(
    "devices, words", [("3", "no GPU 3: TensorFlow sees 3 GPUs, 0 to 2"), ("gpu", "such as 0,2"), ("", "such as")]
)
def test_devices_that_are_not_there_are_one_line(limited, devices, words):
    with pytest.raises(UserError, match=words):
        strategies.limit(devices)
    assert not limited
