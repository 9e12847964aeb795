"""The benchmark of sampling: both ways draw from the same distribution, so that their times may be compared."""

import argparse
import importlib.util
from pathlib import Path

import keras
import numpy as np

ROOT = Path(__file__).parents[2]
spec = importlib.util.spec_from_file_location("text_speed", ROOT / "benchmarks" / "text_speed.py")
speed = importlib.util.module_from_spec(spec)
spec.loader.exec_module(speed)


def test_both_ways_draw_from_the_same_distribution():
    keras.utils.set_random_seed(0)
    options = argparse.Namespace(vocabulary=4, length=2, hidden=4)
    text = speed.corpus(options)
    network = speed.lstm_generator(text, embedding=4, hidden=4, scale=1.5)
    model = speed.MLE(text, network)
    model.compile({"generator": keras.optimizers.SGD()})
    texts = np.array([(one, other) for one in (1, 2, 3) for other in (1, 2, 3)], np.int32)
    chances = np.exp(model.log_likelihood(texts))
    for sample in (speed.compiled_sampling(model, 4000), speed.plain_loop(network, 4000, 2)):
        drawn = sample()
        found = np.array([(drawn == text).all(1).mean() for text in texts])
        assert abs(found.sum() - 1.0) < 1e-9
        np.testing.assert_allclose(found, chances, atol=0.04)
