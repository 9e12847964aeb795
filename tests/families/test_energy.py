import keras
import numpy as np
import pytest
import tensorflow as tf

from ganzoo.checkpoints import Checkpoints
from ganzoo.data.mixtures import MIXTURES
from ganzoo.data.points import Points
from ganzoo.errors import UserError
from ganzoo.families.energy import EnergyModel
from ganzoo.metrics.mode_coverage import mode_coverage
from ganzoo.negative_sampling import GridSearch, Langevin
from ganzoo.networks.dcgan import dcgan_discriminator
from ganzoo.networks.mlp import mlp_discriminator
from ganzoo.serving.export import served


def images_model(**options):
    keras.utils.set_random_seed(0)
    network = dcgan_discriminator(size=8, channels=1, width=4, last_side=2, kernel_size=3, norm="none")
    model = EnergyModel(network, Langevin(steps=3), buffer=32, **options)
    model.compile({"discriminator": keras.optimizers.Adam(1e-2)}, seed=2)
    return model


def batch(rows=8):
    return {"image": tf.constant(np.random.default_rng(0).uniform(-1, 1, (rows, 8, 8, 1)), tf.float32)}


def test_the_loss_equals_a_numpy_reference():
    model = images_model(l2=0.1)
    # The first weights' logits are so small that their squares do not count.
    model.discriminator.set_weights([30 * weight for weight in model.discriminator.get_weights()])
    real, found = batch()["image"], batch(5)["image"] / 2
    a, b = model.discriminator(real).numpy(), model.discriminator(found).numpy()
    assert min((a**2).mean(), (b**2).mean()) > 0.1
    expected = np.log1p(np.exp(-a)).mean() + np.log1p(np.exp(b)).mean() + 0.1 * ((a**2).mean() + (b**2).mean())
    np.testing.assert_allclose(model.discriminator_loss(real, found), expected, rtol=1e-5)


def test_the_scores_in_the_log_are_mean_probabilities():
    model, real, found = images_model(), batch()["image"], -batch()["image"][:5]
    records = {}
    model.record = lambda name, value: records.update({name: float(value)})
    model.discriminator_loss(real, found)
    for name, images in (("real_score", real), ("fake_score", found)):
        expected = np.mean(1 / (1 + np.exp(-model.discriminate(images).numpy())))
        np.testing.assert_allclose(records[name], expected, rtol=1e-5)


def test_negatives_score_higher_than_where_their_search_began():
    model = images_model(restart=0.0)
    model.search = Langevin(steps=20, step_size=100.0, noise=0.0)
    starts = model._kept.numpy()
    found = model.find_negatives(16)
    assert float(tf.reduce_mean(model.discriminate(found))) > float(tf.reduce_mean(model.discriminate(starts)))


def test_the_buffer_keeps_what_was_found_and_lets_searches_go_on():
    model = images_model(restart=0.0)
    before = model._kept.numpy()
    found = model.find_negatives(4).numpy()
    changed = (model._kept.numpy() != before).reshape(32, -1).any(1)
    assert 1 <= changed.sum() <= 4
    kept = model._kept.numpy()[changed]
    assert all(any(np.array_equal(row, one) for one in found) for row in kept)
    fresh = images_model(restart=1.0)
    _, starts = fresh.remembered(6, tf.ones((6, 8, 8, 1)))
    assert (starts.numpy() == 1).all()


def test_a_resumed_run_ends_with_the_same_bits(tmp_path):
    whole, first, second = images_model(), images_model(), images_model()
    for _ in range(4):
        whole.train_step(batch())
    for _ in range(2):
        first.train_step(batch())
    Checkpoints(tmp_path, first.state()).save()
    assert Checkpoints(tmp_path, second.state()).restore() == 2
    for _ in range(2):
        second.train_step(batch())
    for a, b in zip(whole.discriminator.get_weights(), second.discriminator.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    np.testing.assert_array_equal(whole._kept, second._kept)


def test_exhaustive_argmax_finds_the_modes_of_ring8():
    keras.utils.set_random_seed(3)
    model = EnergyModel(mlp_discriminator(shape=(2,), width=64, depth=3), GridSearch(side=50), l2=0.02)
    model.compile({"discriminator": keras.optimizers.Adam(4e-3)}, seed=0, steps_per_execution=20)
    model.fit(Points("ring8", take=4096).batches(128, seed=0), steps_per_epoch=1000, epochs=1, verbose=0)
    samples = model.sample(**model.draw_inputs(1000, seed=1)).numpy()
    nearest = np.linalg.norm(samples[:, None] - MIXTURES["ring8"].means[None], axis=-1).min(1)
    assert mode_coverage(samples, MIXTURES["ring8"], radius=10.0)["captured"] == 8
    assert np.median(nearest) < 0.4  # of uniform points of the square: 1.0


def test_an_export_samples_by_search_and_tells_energies(tmp_path):
    model = images_model()
    model.train_step(batch())
    module, signatures = served(model)
    tf.saved_model.save(module, str(tmp_path), signatures=signatures)
    loaded = tf.saved_model.load(str(tmp_path)).signatures
    images = loaded["sample"](count=tf.constant(3), seed=tf.constant(1))["images"]
    np.testing.assert_allclose(images, model.sample(**model.draw_inputs(3, 1)), atol=1e-4)
    np.testing.assert_allclose(loaded["energy"](images=images)["energy"], -model.height(images)[:, 0], rtol=1e-4, atol=1e-5)


def test_replicas_keep_one_buffer(isolated):
    isolated("""
        import tensorflow as tf
        tf.config.set_logical_device_configuration(
            tf.config.list_physical_devices("CPU")[0], [tf.config.LogicalDeviceConfiguration()] * 2)
        import keras, numpy as np
        from ganzoo.data.points import Points
        from ganzoo.families.energy import EnergyModel
        from ganzoo.negative_sampling import Langevin
        from ganzoo.networks.mlp import mlp_discriminator
        strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
        with strategy.scope():
            model = EnergyModel(mlp_discriminator((2,), 8), Langevin(steps=2, low=-3.0, high=3.0), buffer=16)
            model.compile({"discriminator": keras.optimizers.Adam(0.1)})
        before = model._kept.values[0].numpy()
        model.fit(Points("ring8", take=64).batches(16, seed=0), steps_per_epoch=2, epochs=1, verbose=0)
        one, other = (copy.numpy() for copy in model._kept.values)
        np.testing.assert_array_equal(one, other)
        assert (one != before).any(1).sum() > 8
    """)


def test_what_makes_no_sense_is_refused():
    with pytest.raises(UserError, match="buffer=0"):
        EnergyModel(mlp_discriminator(shape=(2,)), GridSearch(), buffer=8)
    with pytest.raises(UserError, match="points of the plane"):
        EnergyModel(mlp_discriminator(shape=(8, 8, 1)), GridSearch())
