"""Distribution strategies: one device, several of this machine (MirroredStrategy), several machines (TF_CONFIG)."""

import json
import os

import tensorflow as tf

from ganzoo.choices import STRATEGIES
from ganzoo.errors import UserError


def choose(name):
    """A tf.distribute strategy; create it before anything else runs on TensorFlow.

    Args:
        name: "one", "mirrored", "multi-worker", or "auto": mirrored where there are several GPUs, else one.

    Raises:
        UserError: another name, or multi-worker without a TF_CONFIG that names a cluster.
    """
    if name not in STRATEGIES:
        raise UserError(f"a strategy is one of {', '.join(STRATEGIES)}, not {name!r}")
    if name == "multi-worker":  # before anything that starts TensorFlow, even a look at its devices
        try:
            workers = json.loads(os.environ["TF_CONFIG"])["cluster"]["worker"]
        except (KeyError, ValueError, TypeError):
            raise UserError(
                'multi-worker reads the cluster from TF_CONFIG, such as {"cluster": {"worker": ["host1:2222", '
                '"host2:2222"]}, "task": {"type": "worker", "index": 0}}; see docs/training.md'
            ) from None
        if not workers:
            raise UserError("TF_CONFIG names no worker")
        return tf.distribute.MultiWorkerMirroredStrategy()
    gpus = tf.config.list_logical_devices("GPU")
    if name == "mirrored" or (name == "auto" and len(gpus) > 1):
        devices = gpus or tf.config.list_logical_devices("CPU")
        return tf.distribute.MirroredStrategy([device.name for device in devices])
    return tf.distribute.get_strategy()


def is_chief(strategy):
    """Whether this process writes the run: the only one, or worker 0."""
    resolver = strategy.cluster_resolver
    return resolver is None or not resolver.cluster_spec() or resolver.task_id == 0


def is_multi_worker(strategy):
    return isinstance(strategy, tf.distribute.MultiWorkerMirroredStrategy)


def distributed(strategy, make_dataset, batch_size):
    """The data set in the form that `fit` needs under `strategy`.

    Args:
        make_dataset: a function of an input context (or None) that returns a tf.data.Dataset of parts of global batches.
        batch_size: the global batch size.

    Raises:
        UserError: the batch cannot be divided among the replicas.
    """
    replicas = strategy.num_replicas_in_sync
    if batch_size % replicas:
        raise UserError(f"a batch of {batch_size} cannot be divided among {replicas} replicas; --set batch_size=...")
    if is_multi_worker(strategy):
        return strategy.distribute_datasets_from_function(make_dataset)
    return make_dataset(None)
