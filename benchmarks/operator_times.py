"""Where the time of a TensorFlow program goes, operator by operator, by TensorFlow's own profiler."""

import collections
import tempfile
from pathlib import Path

import tensorflow as tf


def of(run):
    """Runs `run()` under the profiler.

    Returns:
        Two dicts, by the operators' kinds and by their names in the graph, to (how many ran, ms in all). An operator that
        runs others, such as a loop, counts without them. On one thread the sum is what the operators took.
    """
    from tensorflow.tsl.profiler.protobuf import xplane_pb2

    by_kind, by_name = (collections.defaultdict(lambda: (0, 0.0)) for _ in range(2))
    with tempfile.TemporaryDirectory() as directory:
        options = tf.profiler.experimental.ProfilerOptions(host_tracer_level=2, python_tracer_level=0)
        tf.profiler.experimental.start(directory, options)
        run()
        tf.profiler.experimental.stop()
        for path in Path(directory).rglob("*.xplane.pb"):
            for plane in xplane_pb2.XSpace.FromString(path.read_bytes()).planes:
                for line in plane.lines:
                    names = ((event, plane.event_metadata[event.metadata_id]) for event in line.events)
                    # Only operators have a name for display; the rest is the executor's own, which waits for them.
                    operators = [(event, about.name) for event, about in names if about.display_name]
                    for label, ms in own_times(operators):
                        name, _, kind = label.rpartition(":")
                        for times, key in ((by_kind, kind.split()[0]), (by_name, f"{kind.split()[0]} {name}")):
                            times[key] = (times[key][0] + 1, times[key][1] + ms)
    return dict(by_kind), dict(by_name)


def own_times(events):
    """(name, ms without what lies within) of the events of one thread."""
    open_ones, found = [], []
    for event, name in sorted(events, key=lambda pair: (pair[0].offset_ps, -pair[0].duration_ps)):
        while open_ones and open_ones[-1][0] <= event.offset_ps:
            open_ones.pop()
        if open_ones:
            open_ones[-1][1][1] -= event.duration_ps / 1e9
        entry = [name, event.duration_ps / 1e9]
        found.append(entry)
        open_ones.append((event.offset_ps + event.duration_ps, entry))
    return found
