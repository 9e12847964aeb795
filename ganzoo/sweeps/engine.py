"""Works a sweep off: takes points up, each in a process of its own, and takes over what other processes left behind.

Any number of such engines, on any number of machines, share one storage. What keeps them apart is Optuna's storage alone: a
trial is taken up by one of them, and of two trials of the same point the older one counts.
"""

import contextlib
import json
import math
import multiprocessing
import os
import signal
import socket
import threading
import time

from ganzoo.checked_json import read_json
from ganzoo.errors import UserError, one_line
from ganzoo.sweeps import point as points
from ganzoo.sweeps.storage import patiently
from ganzoo.sweeps.sweep import MOST_ATTEMPTS, key_of, key_of_trial, state_of, trials_of

# Seconds between two signs of life of a point that runs, and without one until it is taken for dead.
BEAT, PATIENCE = 20.0, 180.0
# Seconds after which a point that was taken up has a name to it, or its engine died between the two.
NAMED = 15.0
# Seconds between two looks at the processes here, and at the storage.
POLL, LOOK = 0.1, 2.0
# Seconds that a training has to save itself.
GRACE = 60.0


class Engine:
    """Takes points of a sweep up until there is none left.

    Args:
        sweep: an opened `Sweep`.
        jobs: points at once.
        threads: processor threads of each, or None.
        devices: as of `strategies.limit`.
        retry_failed: whether points that failed before are tried once more.
        log: called with lines for the user.
        finished: called after each point.
        beat, patience: seconds, see `BEAT`.
        imported: modules that a point's process is to have when it begins.
    """

    def __init__(
        self,
        sweep,
        jobs=1,
        threads=None,
        devices=None,
        retry_failed=False,
        log=print,
        finished=lambda: None,
        beat=BEAT,
        patience=PATIENCE,
        imported=points.IMPORTED,
    ):
        self.sweep, self.study, self.jobs = sweep, sweep.study, jobs
        self.threads, self.devices, self.log, self.finished = threads, devices, log, finished
        self.beat, self.patience = beat, patience
        self._foreseen = sweep.foreseen()
        self._distributions = sweep.distributions()
        self._running = {}
        self._seen = {}
        self._retry = self._failed() if retry_failed else set()
        self._draws = 0
        self._waits = False
        self._imported, self._context = imported, None
        for directory in ("points", "results", "logs"):
            (sweep.directory / directory).mkdir(parents=True, exist_ok=True)

    def work(self):
        """Works until no point is left, here or elsewhere.

        Raises:
            KeyboardInterrupt: on Ctrl-C and SIGTERM, after the points that ran here have saved and are free for others.
        """
        try:
            with terminable():
                beaten = time.monotonic()
                looked = -math.inf
                while True:
                    ended = [n for n, (process, _, _) in self._running.items() if process.exitcode is not None]
                    for number in ended:
                        self._end(number)
                    if ended or time.monotonic() - looked > LOOK:
                        self._take_over()
                        while len(self._running) < self.jobs and (trial := self._claim()):
                            self._start(trial)
                        if not self._running and self._is_finished():
                            return
                        self._say_that_it_waits()
                        looked = time.monotonic()
                    if time.monotonic() - beaten > self.beat:
                        self._beat()
                        beaten = time.monotonic()
                    time.sleep(POLL)
        except BaseException:
            self._stop()
            raise

    # ---------------------------------------------------------------------------------------------- taking points up

    def _claim(self):
        """A trial that is this engine's to run, or None."""
        while True:
            self._top_up()
            records = self._by_key()
            waiting = any(state == "waiting" for states in records.values() for state, _ in states)
            if not waiting and not self._may_draw(records):
                return None
            self.study.sampler = self._sampler()
            try:
                trial = patiently(self.study.ask, self._distributions)
            except _finished():
                continue  # it took so long that another engine freed the trial
            key = key_of(self.sweep.point(trial.params))
            if not self._counts(trial, key):
                self._note(trial, {"discarded": True})
                self._tell(trial.number, failed=True)
            elif self._note(trial, {"host": socket.gethostname(), "pid": os.getpid(), "born": born(os.getpid()), "beat": 0}):
                return trial

    def _top_up(self):
        """Puts the points that are foreseen, and those that are to be tried again, in the queue where they are missing."""
        records = self._by_key()
        for params in self._foreseen:
            if key_of(self.sweep.point(params)) not in records:
                patiently(self.study.enqueue_trial, params)
        for key, states in records.items():
            lost = sum(state == "lost" for state, _ in states)
            open_again = all(state in ("lost", "stopped") for state, _ in states) and lost < MOST_ATTEMPTS
            given_up = key in self._retry and all(state in ("lost", "stopped", "failed") for state, _ in states)
            if open_again or given_up:
                patiently(self.study.enqueue_trial, states[-1][1], user_attrs={"again": given_up})
                self._retry.discard(key)

    def _by_key(self):
        """(state, params) of every trial by its point, oldest first."""
        found = {}
        for trial in trials_of(self.study):
            if (key := key_of_trial(trial, self.sweep)) is not None:
                params = trial.system_attrs.get("fixed_params", trial.params)
                found.setdefault(key, []).append((state_of(trial)[0], dict(params)))
        return found

    def _may_draw(self, records):
        """Whether a search goes on beyond what was foreseen."""
        return self.sweep.search == "tpe" and len(records) < self.sweep.trials

    def _counts(self, trial, key):
        """Whether a trial that was just taken up is the one of its point, and within the number of trials."""
        first, mine, earlier = {}, None, []
        for other in trials_of(self.study):
            other_key = key_of_trial(other, self.sweep)
            if other.number == trial.number:
                mine, other_key = other, key
            if other_key is None:
                continue
            first.setdefault(other_key, other.number)
            if other_key == key and other.number < trial.number:
                earlier.append(state_of(other)[0])
        again = mine is not None and mine.user_attrs.get("again")
        if any(state in ("done", "running", "waiting") or (state == "failed" and not again) for state in earlier):
            return False
        foreseen = {key_of(self.sweep.point(params)) for params in self._foreseen}
        if self.sweep.search != "tpe":
            return key in foreseen or bool(earlier)
        order = sorted(first.values())
        return order.index(first[key]) < self.sweep.trials

    def _sampler(self):
        """A sampler that no two draws share the state of, whichever engine makes them."""
        from optuna.samplers import RandomSampler, TPESampler

        if self.sweep.search != "tpe":
            return RandomSampler(seed=self.sweep.seed)
        seed = self.sweep.seed + 1000 * len(trials_of(self.study)) + self._draws
        self._draws += 1
        return TPESampler(seed=seed % 2**32, n_startup_trials=len(self._foreseen), constant_liar=True)

    def _failed(self):
        found = {}
        for trial in trials_of(self.study):
            if (key := key_of_trial(trial, self.sweep)) is not None:
                found.setdefault(key, set()).add(state_of(trial)[0])
        return {key for key, states in found.items() if not states & {"done", "running", "waiting"}}

    # ----------------------------------------------------------------------------------------------- running points

    def _start(self, trial):
        point = self.sweep.point(trial.params)
        result = self.sweep.result_file(point)
        result.unlink(missing_ok=True)
        task = {
            "runner": self.sweep.runner,
            "recipe": self.sweep.recipe and str(self.sweep.recipe),
            "run": str(self.sweep.run_of(point)),
            "overrides": self.sweep.assignments(point),
            "steps": self.sweep.steps,
            "threads": self.threads,
            "devices": self.devices,
            "measure": self.sweep.measure,
            "options": self.sweep.options,
            "log": str(self.sweep.log_file(point)),
            "result": str(result),
            "point": point,
        }
        self._context = self._context or processes(self._imported)  # a sweep that is done already pays for no imports
        process = self._context.Process(target=points.main, args=(task,), daemon=True)
        process.start()
        self._running[trial.number] = (process, trial, point)
        self.log(f"{words(point)}: begins, in {self.sweep.run_of(point)}")

    def _end(self, number):
        """Enters what became of a point."""
        process, trial, point = self._running.pop(number)
        process.join()
        result, code = self.sweep.result_file(point), process.exitcode
        found = {}
        if result.is_file():
            with contextlib.suppress(UserError):
                found = read_json(result, {}, "a point's result")
        attrs = {name: found[name] for name in ("values", "seconds", "error", "protocol") if name in found}
        if code == 0 and isinstance(found.get("value"), (int, float)):
            if self._note(trial, attrs) and self._tell(trial.number, value=float(found["value"])):
                self.log(f"{words(point)}: {said(found['values'])}  ({self._progress()})")
        else:
            died = "error" not in found and (code < 0 or code > 128)
            error = found.get("error") or (f"killed by signal {abs(code) % 128}" if died else f"ended with exit code {code}")
            attrs |= {"error": one_line(error)} | ({"lost": True} if died else {})
            if self._note(trial, attrs):
                self._tell(trial.number, failed=True)
            self.log(
                f"{words(point)}: {'lost' if died else 'failed'}: {attrs['error']}; {self.sweep.log_file(point)} says more"
            )
        self.finished()

    def _tell(self, number, value=None, failed=False):
        """Ends a trial; False where another engine did so before, which took this one for dead."""
        from optuna.trial import TrialState

        try:
            patiently(self.study.tell, number, value, state=TrialState.FAIL if failed else None)
        except (ValueError, *_finished()):
            return False
        return True

    def _note(self, trial, attrs):
        """Writes down what belongs to a trial; False where another engine ended it meanwhile."""
        try:
            for name, value in attrs.items():
                patiently(trial.set_user_attr, name, value)
        except _finished():
            return False
        return True

    def _stop(self):
        """Lets the trainings that run here save, and gives their points back."""
        for process, _, _ in self._running.values():
            with contextlib.suppress(OSError, ValueError):
                process.terminate()
        end = time.monotonic() + GRACE
        for number, (process, trial, _) in list(self._running.items()):
            process.join(max(end - time.monotonic(), 0.1))
            if process.exitcode is None:
                process.kill()
                process.join()
            with contextlib.suppress(Exception):  # the storage may be why it ends
                trial.set_user_attr("stopped", True)
                self._tell(number, failed=True)
        self._running.clear()

    # -------------------------------------------------------------------------------------------------- other engines

    def _beat(self):
        """Shows others that the points that run here are alive; a storage that fails for a while ends nothing."""
        for _, trial, _ in self._running.values():
            try:
                trial.set_user_attr("beat", int(time.time()))
            except _finished():
                continue  # another engine took it for dead; what it finds here counts no more
            except Exception as error:
                self.log(f"the sweep's storage does not answer: {one_line(error)}")
                return

    def _take_over(self):
        """Frees the points whose engine is gone: on this machine at once, elsewhere when they have shown no life for long.

        How long is counted by this machine's clock from when the last sign of life was first seen: clocks may differ.
        """
        for trial in trials_of(self.study):
            if state_of(trial)[0] != "running" or trial.number in self._running or trial.user_attrs.get("discarded"):
                continue
            attrs, now = trial.user_attrs, time.monotonic()
            sign = (attrs.get("beat"), attrs.get("pid"))
            seen, since = self._seen.get(trial.number, (None, now))
            if seen != sign:
                self._seen[trial.number], since = (sign, now), now
            here = attrs.get("host") == socket.gethostname() and attrs.get("pid")
            gone = here and attrs.get("born") is not None and born(attrs["pid"]) != attrs["born"]
            if gone or now - since > (self.patience if attrs.get("pid") else min(NAMED, self.patience)):
                self._free(trial)

    def _free(self, trial):
        storage = self.study._storage
        with contextlib.suppress(Exception):  # another engine was faster, or its own lives after all and has ended it
            storage.set_trial_user_attr(trial._trial_id, "lost", True)
            storage.set_trial_user_attr(trial._trial_id, "error", f"its process on {trial.user_attrs.get('host')} died")
            if self._tell(trial.number, failed=True):
                params = self.sweep.point(trial.params) if len(trial.params) == len(self.sweep.over) else {}
                self.log(f"{words(params)}: its process on {trial.user_attrs.get('host')} died; another takes it over")

    def _is_finished(self):
        return not any(state in ("running", "waiting") for states in self._by_key().values() for state, _ in states)

    def _say_that_it_waits(self):
        if not self._running and not self._waits:
            self.log("the points that are left run elsewhere: waiting for their ends, or to take them over")
        self._waits = not self._running

    def _progress(self):
        records = self.sweep.records()
        done = sum(record["state"] in ("done", "failed") for record in records)
        total = max(len(records), self.sweep.trials if self.sweep.search == "tpe" else len(self._foreseen))
        return f"{done} of {total}"


def _finished():
    """What Optuna raises where a trial has ended already, a tuple of exceptions."""
    from optuna.exceptions import UpdateFinishedTrialError

    return (UpdateFinishedTrialError,)


def processes(imported):
    """A context whose processes begin with modules that are imported once, by a server without output."""
    if os.name != "posix":
        return multiprocessing.get_context("spawn")
    from multiprocessing import forkserver

    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(imported))
    stderr, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        forkserver.ensure_running()
    finally:
        os.dup2(stderr, 2)
        os.close(stderr)
        os.close(nowhere)
    return context


def words(point):
    """A point in a few words."""
    return ", ".join(f"{'.'.join(name.split('.')[-2:])} {value}" for name, value in point.items()) or "a point"


def said(values):
    shown = [f"{name} {value:.4g}" for name, value in values.items() if isinstance(value, (int, float))]
    return ", ".join(shown[:4]) or json.dumps(values)[:80]


def born(pid):
    """When a process of this machine began, by the kernel's clock; 0 for one that is not there, None where that is unknown."""
    if not os.path.isdir("/proc/self"):
        return None
    try:
        with open(f"/proc/{pid}/stat") as file:
            fields = file.read().rpartition(")")[2].split()
    except OSError:
        return 0
    return 0 if fields[0] == "Z" else int(fields[19])


@contextlib.contextmanager
def terminable():
    """Makes SIGTERM, as of a scheduler that wants the machine back, end this process as Ctrl-C does."""

    def interrupt(number, frame):
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
