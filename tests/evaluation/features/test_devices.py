"""Work on several devices at once: in order, each piece once, an error passed on, and features as of one device."""

import json
import subprocess
import sys
import threading

import pytest

from ganzoo.evaluation.features.devices import AHEAD, spread

TWO = ["/device:CPU:0", "/device:CPU:0"]


def test_results_come_in_order_and_no_piece_is_taken_far_ahead():
    taken, second = [], threading.Event()

    def pieces():
        for piece in range(20):
            taken.append(piece)
            yield piece

    def work(piece):
        if piece == 0:
            assert second.wait(10), "the first piece is done while another device works"
        second.set()
        return piece**2

    results = spread(work, pieces(), TWO)
    assert next(results) == 0 and len(taken) <= AHEAD * len(TWO)
    assert list(results) == [piece**2 for piece in range(1, 20)]


def test_an_error_is_passed_on():
    def work(piece):
        if piece == 3:
            raise ValueError("piece 3")
        return piece

    with pytest.raises(ValueError, match="piece 3"):
        list(spread(work, range(100), TWO))


# Three CPUs must be asked for before TensorFlow starts: a process of its own.
THREE = """
import json
import numpy as np
import tensorflow as tf

cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 3)
from ganzoo.evaluation.features import base
from ganzoo.evaluation.features.trained import CLASSIFIER, TrainedNetwork, make_network
from ganzoo.evaluation.features.untrained import RandomConvolutions

images = np.random.default_rng(0).integers(0, 256, (300, 8, 8, 1), np.uint8)
meta = {"kind": CLASSIFIER, "name": "n", "shape": (8, 8, 1), "classes": 4, "score": 1.0, "trained_on": "n", "examples": 1}
network = TrainedNetwork(meta, make_network(CLASSIFIER, (8, 8, 1), 4).get_weights())
record, where = {}, set()
for extractor in (network, RandomConvolutions(1)):
    extractor.batch, group = 32, extractor._group
    extractor._group = lambda images, group=group: (where.add(tf.constant(0.0).device), group(images))[1]
    found, shares = extractor.extract(images, (done := []).append), done
    extractor.on_devices = False
    alone = extractor.extract(images)
    record[extractor.name] = [np.array_equal(found.features, alone.features), len(np.unique(found.features, axis=0))]
    record[extractor.name] += [found.probabilities is None or np.array_equal(found.probabilities, alone.probabilities)]
    record[extractor.name] += [shares == sorted(shares) and len(shares) == 10]
print(json.dumps(record | {"devices": sorted(where)}))
"""


def test_features_of_three_devices_are_those_of_one():
    done = subprocess.run([sys.executable, "-c", THREE], capture_output=True, text=True, check=True)
    record = json.loads(done.stdout.splitlines()[-1])
    assert [device[-5:] for device in record.pop("devices")] == ["CPU:0", "CPU:1", "CPU:2"]
    assert record == {"n": [True, 300, True, True], "random-conv": [True, 300, True, True]}
