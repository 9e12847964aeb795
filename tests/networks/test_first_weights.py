"""How far the first weights spread where a paper or its authors' code says so; DCGAN's and BigGAN's are with their networks."""

import types

import keras
import numpy as np
import pytest

from ganzoo.data.vocabulary import Vocabulary
from ganzoo.layers.minibatch_discrimination import MinibatchDiscrimination
from ganzoo.networks.r3gan import r3gan_discriminator
from ganzoo.networks.text import cnn_discriminator, lstm_generator
from ganzoo.networks.text_recurrent import rnn_discriminator

TEXT = types.SimpleNamespace(vocabulary=Vocabulary([f"w{index}" for index in range(199)]), shape=(6,))


def minibatch_discrimination():
    layer = MinibatchDiscrimination()
    layer.build((None, 64))
    return layer


@pytest.mark.parametrize(
    "make, path, spread",
    [
        (minibatch_discrimination, "tensor", 0.05),  # Salimans et al., their code
        (lambda: r3gan_discriminator(8, 3), "basis/", 0.25),  # each filter sees 4 x 4 values
        (lambda: lstm_generator(TEXT, embedding=24, hidden=24, scale=0.2), "lstm_1", 0.2),
        (lambda: lstm_generator(TEXT, embedding=24, hidden=24, scale=0.2), "embed", 0.2),
        (lambda: lstm_generator(TEXT, embedding=24, hidden=24, scale=0.2), "readout", 0.2),
        (lambda: cnn_discriminator(TEXT, embedding=24), "table", 1 / np.sqrt(3)),  # uniform on [-1, 1]: SeqGAN's code
        (lambda: rnn_discriminator(TEXT, embedding=24, hidden=8), "table", 0.3 * 0.88),  # cut off at two deviations
    ],
    ids=["minibatch", "basis", "lstm", "embeddings", "readout", "uniform table", "truncated table"],
)
def test_the_first_weights_spread_as_published(make, path, spread):
    keras.utils.set_random_seed(0)
    found = np.concatenate([weight.numpy().ravel() for weight in make().weights if path in weight.path])
    assert len(found) > 500
    np.testing.assert_allclose([found.mean() / spread, found.std() / spread], [0.0, 1.0], atol=0.1)
