import numpy as np

from ganzoo.networks.text_recurrent import TokenFeatures, position_waves


def test_waves_of_the_position_go_from_two_tokens_to_the_whole_text():
    # Half periods of 2 and 8 tokens, shifted by nothing and by one whole period.
    tokens = np.arange(8)
    expected = np.stack([np.cos(np.pi * tokens / 2), np.cos(np.pi * (tokens / 8 + 2))], axis=1)
    np.testing.assert_allclose(position_waves(8, 2), expected, atol=1e-6)


def test_a_text_of_one_token_has_waves_too():
    np.testing.assert_allclose(position_waves(1, 2), [[1.0, 1.0]], atol=1e-6)


def test_pretrained_vectors_are_zero_until_they_are_assigned():
    features = TokenFeatures(7, 4, vectors_size=3)
    features.build((None, 5))
    assert features.vectors.shape == (7, 3) and not features.vectors.numpy().any() and features.table.numpy().any()
