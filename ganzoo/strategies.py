"""Distribution strategies: one device, several of this machine (MirroredStrategy), several machines (TF_CONFIG)."""

import hashlib

import numpy as np
import tensorflow as tf

from ganzoo import cluster
from ganzoo.choices import STRATEGIES
from ganzoo.errors import UserError, one_line
from ganzoo.notes import counted


def choose(name, facts=(), log=print):
    """A tf.distribute strategy; create it before anything else runs on TensorFlow.

    Args:
        name: "one", "mirrored", "multi-worker", or "auto": mirrored where there are several GPUs, else one.
        facts: what must be equal on all workers, strings `name = value`.
        log: called with a line where this worker waits for others.

    Raises:
        UserError: another name; multi-worker without a TF_CONFIG that names a cluster, or whose facts differ.
    """
    if name not in STRATEGIES:
        raise UserError(f"a strategy is one of {', '.join(STRATEGIES)}, not {name!r}")
    if name == "multi-worker":  # before anything that starts TensorFlow, even a look at its devices
        members = cluster.read_cluster()
        cluster.meet(members, facts, log)
        try:
            return tf.distribute.MultiWorkerMirroredStrategy()
        except (tf.errors.OpError, ValueError) as error:
            raise UserError(f"{members.name} cannot start at {members.addresses[members.index]}: {one_line(error)}") from error
    gpus = tf.config.list_logical_devices("GPU")
    if name == "mirrored" or (name == "auto" and len(gpus) > 1):
        devices = gpus or tf.config.list_logical_devices("CPU")
        return tf.distribute.MirroredStrategy([device.name for device in devices])
    return tf.distribute.get_strategy()


def limit(devices=None, threads=None):
    """Says which devices and how many threads TensorFlow may use; before anything runs on it.

    Args:
        devices: "cpu", or numbers of GPUs separated by commas, such as "0,2"; None for all.
        threads: processor threads of one operator and of operators side by side; None for as many as there are processors.

    Raises:
        UserError: no such GPU.
    """
    if devices is not None:
        gpus = tf.config.list_physical_devices("GPU")
        try:
            chosen = [] if devices.strip().lower() == "cpu" else [int(number) for number in devices.split(",")]
        except ValueError:
            raise UserError(f"devices are cpu, or numbers of GPUs such as 0,2, not {devices!r}") from None
        for number in chosen:
            if not 0 <= number < len(gpus):
                there = f"TensorFlow sees {counted(len(gpus), 'GPU')}" + (f", 0 to {len(gpus) - 1}" if gpus else "")
                raise UserError(f"there is no GPU {number}: {there}")
        tf.config.set_visible_devices([gpus[number] for number in dict.fromkeys(chosen)], "GPU")
    if threads is not None:
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(threads)


def is_chief(strategy):
    """Whether this process writes the run: the only one, the chief, or worker 0 where there is none."""
    resolver = strategy.cluster_resolver
    if resolver is None or not resolver.cluster_spec():
        return True
    return resolver.task_id == 0 and (resolver.task_type == "chief" or "chief" not in resolver.cluster_spec().as_dict())


def refuse_differences(strategy, value, difference):
    """Waits for all workers, and refuses to go on where one of them has another value.

    Args:
        strategy: any; where there is one process nothing can differ.
        value: an integer below 2**63.
        difference: what a difference means, with the fields {worker} and {first}, "worker 1" and "worker 0".

    Raises:
        UserError: a worker's value is not that of the first one, said by every worker; or a worker has ended.
    """
    if not is_multi_worker(strategy):
        return
    names = cluster.read_cluster().names
    mine = tf.constant([value], tf.int64)
    try:
        gather = tf.function(lambda: tf.distribute.get_replica_context().all_gather(mine, axis=0))
        gathered = tf.function(lambda: strategy.run(gather))()
        values = strategy.experimental_local_results(gathered)[0].numpy().tolist()
    except tf.errors.OpError as error:
        raise UserError(f"another worker ended; it says why ({one_line(error)})") from error
    for name, other in zip(names, values[:: len(values) // len(names)], strict=True):
        if other != values[0]:
            raise UserError(difference.format(worker=name, first=names[0]))


def refuse_other_data(strategy, arrays):
    """Refuses to go on where a worker's data, a dict of arrays, is not that of the first one; see `refuse_differences`."""
    if is_multi_worker(strategy):
        refuse_differences(strategy, digested(arrays), "the data of {worker} is not that of {first}: all need the same")


def digested(arrays):
    """An integer below 2**63 that only a dict of the same arrays has."""
    hasher = hashlib.sha256()
    for name, values in sorted(arrays.items()):
        values = np.ascontiguousarray(values)
        hasher.update(f"{name} {values.dtype.str} {values.shape} ".encode())
        content = repr(values.tolist()).encode() if values.dtype == object else values.reshape(-1).view(np.uint8).data
        hasher.update(content)
    return int.from_bytes(hasher.digest()[:8]) >> 1


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
