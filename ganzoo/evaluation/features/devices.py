"""All local devices at once: each takes the next piece of work as soon as it has done one."""

import collections
import queue
from concurrent.futures import ThreadPoolExecutor

AHEAD = 2  # pieces a device that are under way: what bounds the memory


def local_devices():
    """The names of the devices that work is spread over: every GPU or TPU of this machine, else every (logical) CPU."""
    import tensorflow as tf

    kinds = (tf.config.list_logical_devices(kind) for kind in ("GPU", "TPU", "CPU"))
    return [device.name for device in next(filter(None, kinds))]


def spread(function, pieces, devices):
    """Yields `function(piece)` for each piece, in their order, each computed on whichever device is free.

    Args:
        function: runs TensorFlow; several threads may call it at once.
        pieces: an iterable, taken no further ahead than `AHEAD` pieces a device.
        devices: names, as `local_devices` gives them; where there is one, nothing but it is used.
    """
    import tensorflow as tf

    if len(devices) == 1:
        yield from map(function, pieces)
        return
    free = queue.SimpleQueue()
    for device in devices:
        free.put(device)

    def run(piece):
        device = free.get()
        try:
            with tf.device(device):
                return function(piece)
        finally:
            free.put(device)

    under_way = collections.deque()
    with ThreadPoolExecutor(len(devices)) as workers:
        try:
            for piece in pieces:
                under_way.append(workers.submit(run, piece))
                if len(under_way) >= AHEAD * len(devices):
                    yield under_way.popleft().result()
            while under_way:
                yield under_way.popleft().result()
        finally:
            for left in under_way:
                left.cancel()
