"""TF_CONFIG, checked; and workers that wait for each other and tell each other what they train."""

import json
import socket
import threading
import time

import processes
import pytest

from ganzoo.cluster import Cluster, meet, read_cluster
from ganzoo.errors import UserError


def config(workers=("a:1", "b:2"), kind="worker", index=0, **more):
    return json.dumps({"cluster": {"worker": list(workers)}, "task": {"type": kind, "index": index}, **more})


def test_a_cluster_and_who_this_is():
    assert read_cluster(config(index=1)) == Cluster(("worker 0", "worker 1"), ("a:1", "b:2"), 1)
    assert read_cluster(config(index="1")).name == "worker 1"
    assert read_cluster(config(["[::1]:2222"])).addresses == ("[::1]:2222",)
    chief = json.dumps({"cluster": {"worker": ["b:2"], "chief": ["a:1"]}, "task": {"type": "worker", "index": 0}})
    assert read_cluster(chief) == Cluster(("chief 0", "worker 0"), ("a:1", "b:2"), 1)


@pytest.mark.parametrize(
    "text, complaint",
    [
        ("", "reads the cluster from TF_CONFIG, such as"),
        ("{", "TF_CONFIG is no JSON"),
        ("[]", "TF_CONFIG is damaged: it must be an object"),
        ("7", "it must be an object"),
        ("{}", "cluster is missing"),
        ('{"cluster": {}}', "task is missing"),
        ('{"cluster": [], "task": {"type": "worker", "index": 0}}', "cluster must be an object"),
        ('{"cluster": {}, "task": {"type": "worker", "index": 0}}', "names no worker"),
        (config([]), "names no worker"),
        ('{"cluster": {"worker": 5}, "task": {"type": "worker", "index": 0}}', "cluster.worker must be a list, not 5"),
        ('{"cluster": {"worker": "a:1"}, "task": {"type": "worker", "index": 0}}', "cluster.worker must be a list"),
        ('{"cluster": {"worker": ["a:1"]}}', "task is missing"),
        ('{"cluster": {"worker": ["a:1"]}, "task": 3}', "task must be an object"),
        ('{"cluster": {"worker": ["a:1"]}, "task": {"type": "worker"}}', "task.index is missing"),
        ('{"cluster": {"worker": ["a:1"]}, "task": {"index": 0}}', "task.type is missing"),
        ('{"cluster": {"worker": ["a:1"], "ps": ["b:1"]}, "task": {"type": "worker", "index": 0}}', "names 'ps'"),
        ('{"cluster": {"chief": ["a:1", "b:1"]}, "task": {"type": "chief", "index": 0}}', "more than one chief"),
        (config(index=2), "says that this is worker 2, and its cluster has worker 0, worker 1"),
        (config(index=-1), "says that this is worker -1"),
        (config(index=True), "task.index must be a whole number"),
        (config(index="x"), "task.index must be a whole number"),
        (config(index=0.0), "task.index must be a whole number"),
        (config(kind="evaluator"), "says that this is evaluator 0"),
        (config(kind=None), "task.type must be a text"),
        (config(["a:1", "a:1"]), "names a:1 twice"),
        *(
            (config([address]), 'an address such as "host:2222"')
            for address in ("a", "a:", ":1", "a:x", "a:0", "a:70000", 7, None)
        ),
        (config(["a:99999999999999999999"]), "an address"),
        (config(["a\n:1"]), "an address"),
    ],
)
def test_what_is_no_cluster_is_one_line(text, complaint):
    with pytest.raises(UserError, match=complaint) as error:
        read_cluster(text)
    assert "\n" not in str(error.value)


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def meeting(facts, delays=None, patience=0.4):
    """What each worker logged, and what it was refused with or None, by number."""
    addresses = tuple(f"127.0.0.1:{port}" for port in free_ports(len(facts)))
    names = tuple(f"worker {index}" for index in range(len(facts)))
    lines, ends = [[] for _ in facts], {}

    def work(index):
        time.sleep((delays or [0.0] * len(facts))[index])
        try:
            ends[index] = meet(Cluster(names, addresses, index), facts[index], lines[index].append, patience)
        except UserError as error:
            ends[index] = str(error)

    threads = [threading.Thread(target=work, args=(index,), daemon=True) for index in range(len(facts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(ends) == len(facts), "a worker waits for ever"
    return lines, [ends[index] for index in range(len(facts))], addresses


def test_workers_that_train_the_same_meet_without_a_word():
    lines, ends, _ = meeting([["a = 1", "b = 2"], ["b = 2", "a = 1"], ["a = 1", "b = 2"]], patience=5.0)
    assert ends == [None, None, None] and lines == [[], [], []]


def test_every_worker_is_told_who_trains_something_else():
    _, ends, _ = meeting([["a = 1", "b = 2"], ["a = 1", "b = 2"], ["a = 1", "b = 3"]])
    assert set(ends) == {"the workers do not train the same: worker 0 has b = 2; worker 2 has b = 3"}
    _, ends, _ = meeting([["a = 1"], []])
    assert set(ends) == {"the workers do not train the same: worker 0 has a = 1; worker 1 has nothing like it"}


def test_a_worker_that_waits_says_for_whom():
    lines, ends, addresses = meeting([["a"], ["a"], ["a"]], delays=[0.0, 0.0, 1.5])
    assert ends == [None] * 3 and lines[2] == []
    expected = f"waits for worker 2 at {addresses[2]}: each worker is started by a command of its own"
    assert lines[0] == [f"worker 0 {expected}"] and lines[1] == [f"worker 1 {expected}"]


def test_a_worker_waits_for_the_first_one_too():
    lines, ends, addresses = meeting([["a"], ["a"]], delays=[1.5, 0.0])
    assert ends == [None, None] and lines[1] == [
        f"worker 1 waits for worker 0 at {addresses[0]}: each worker is started by a command of its own"
    ]


def test_strangers_at_the_port_are_passed_over():
    (port,) = free_ports(1)
    ends = []
    cluster = Cluster(("worker 0", "worker 1"), (f"127.0.0.1:{port}", "127.0.0.1:1"), 0)
    leader = threading.Thread(target=lambda: ends.append(meet(cluster, ["a"])), daemon=True)
    leader.start()
    for said in (b"GET / HTTP/1.0\r\n\r\n", b"\xff\n", b"[]\n", b'{"worker": "worker 7", "facts": []}\n', b""):
        for _ in range(100):
            try:
                with socket.create_connection(("127.0.0.1", port), 1) as stranger:
                    stranger.sendall(said)
                break
            except OSError:
                time.sleep(0.02)
    assert leader.is_alive()
    assert meet(Cluster(cluster.names, cluster.addresses, 1), ["a"]) is None
    leader.join(10)
    assert ends == [None]


def test_a_taken_port_and_an_unknown_host_are_one_line():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(UserError, match=f"worker 0 cannot listen at {address}: Address already in use"):
            meet(Cluster(("worker 0", "worker 1"), (address, "b:1"), 0), [])
    with pytest.raises(UserError, match="worker 0 cannot listen at no.such.host.invalid:7777"):
        meet(Cluster(("worker 0", "worker 1"), ("no.such.host.invalid:7777", "b:1"), 0), [])


def test_a_worker_alone_waits_for_nobody():
    assert meet(Cluster(("worker 0",), ("a:1",), 0), []) is None


def test_commands_of_two_recipes_end_in_one_line_each_and_leave_no_run(tiny_recipe, tmp_path):
    addresses = [f"127.0.0.1:{port}" for port in free_ports(2)]
    started = [
        processes.start(
            ["train", tiny_recipe, "--strategy", "multi-worker", "--run", "run", "--set", f"model.generator.width={8 + index}"],
            tmp_path,
            {"TF_CONFIG": config(addresses, index=index)},
        )
        for index in range(2)
    ]
    having = [f"worker {index} has model.generator.width = {8 + index}" for index in range(2)]
    line = f"ganzoo: the workers do not train the same: {'; '.join(having)}"
    for process in started:
        finished = process.finish(120)
        assert finished.returncode == 2 and finished.stderr.splitlines()[-1] == line, finished.stderr
    assert not (tmp_path / "run").exists()
