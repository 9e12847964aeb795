"""Kills trainings again and again, and trains, resumes and evaluates one run for long: nothing lost, and nothing that grows.

    python tests/tools/endurance.py kills --out DIR [--recipes digits_mix_dcgan,digits_stacked] [--kills 3]
    python tests/tools/endurance.py soak --out DIR [--resumes 30] [--evaluations 20] [--cpu-minutes 20]

`kills` trains each recipe twice, a checkpoint a step: once in one go, once killed at random moments and resumed; the newest
checkpoints must hold the same bits. The name `mirrored` trains digits_dcgan by MirroredStrategy on two logical CPUs. `soak`
trains one run in many resumes and evaluates it in between; it prints what each resume takes: memory, open files, disk, seconds
of CPU time until the first step.
"""

import argparse
import json
import os
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

RECIPES = (
    "ring_vanilla,digits_mix_dcgan,digits_stacked,digits_wgan,digits_bigan,digits_began,digits_infogan,"
    "grammar_scratchgan,mirrored"
)
MIRRORED = """
import sys
import tensorflow as tf
from ganzoo.training import train
cpu, = tf.config.list_physical_devices("CPU")
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
options = ("checkpoint_every=1", "keep_checkpoints=2", "evaluations=()")
train("digits_dcgan", sys.argv[1], options, int(sys.argv[2]), "mirrored", deterministic=True)
"""


def training(recipe, run, steps):
    """The command that trains a recipe to a step, a checkpoint a step."""
    if recipe == "mirrored":
        return [sys.executable, "-c", MIRRORED, str(run), str(steps)]
    settings = ("checkpoint_every=1", "keep_checkpoints=2", "evaluations=()", "log_every=1", "sample_every=1000")
    if recipe == "digits_stacked":  # all phases within a few steps
        settings += ("phases={'encoder': 2, 'stack_0': 2, 'stack_1': 2, 'joint': 2}",)
    overrides = [part for setting in settings for part in ("--set", setting)]
    command = [sys.executable, "-m", "ganzoo.cli", "train", recipe, "--run", str(run), "--steps", str(steps), "--deterministic"]
    return command + overrides


def steps_of(run):
    """The steps of a run's checkpoints, oldest first."""
    return sorted(int(re.search(r"step-(\d+)\.index", file.name)[1]) for file in (run / "checkpoints").glob("step-*.index"))


def bits(run):
    """The newest checkpoint's tensors as bytes, by name."""
    import tensorflow as tf

    reader = tf.train.load_checkpoint(str(run / "checkpoints" / f"step-{steps_of(run)[-1]}"))
    return {name: reader.get_tensor(name).tobytes() for name in reader.get_variable_to_shape_map() if "GRAPH" not in name}


def kills(options):
    """One line a recipe: at which steps it was killed, and whether the bits are the same."""
    failed = False
    for recipe in options.recipes.split(","):
        whole, killed = (options.out / f"{recipe}-{name}" for name in ("whole", "killed"))
        for run in (whole, killed):
            shutil.rmtree(run, ignore_errors=True)
        with open(options.out / f"{recipe}.log", "w") as log:
            subprocess.run(training(recipe, whole, options.steps), stdout=log, stderr=log, check=True)
            chance, at = random.Random(options.seed), []
            for number in range(options.kills):
                process = subprocess.Popen(training(recipe, killed, options.steps), stdout=log, stderr=log)
                wanted = (number + 1) * options.steps // (options.kills + 1)
                while process.poll() is None and not [step for step in steps_of(killed) if step >= wanted]:
                    time.sleep(0.01)
                time.sleep(chance.uniform(0, 0.3))
                process.send_signal(signal.SIGKILL)
                process.wait()
                at.append(steps_of(killed)[-1])
            subprocess.run(training(recipe, killed, options.steps), stdout=log, stderr=log, check=True)
        one, other = bits(whole), bits(killed)
        same = one.keys() == other.keys() and all(one[name] == other[name] for name in one)
        failed |= not same
        print(
            f"{recipe}: killed at steps {at} of {options.steps}, {len(one)} tensors, {'the same' if same else 'OTHER'} bits",
            flush=True,
        )
    sys.exit(failed)


CHILD = """
import json, os, resource, sys, time
from ganzoo.callbacks import reports
from ganzoo.training import train
first = []
began = reports.Reports.on_train_batch_end
def noted(self, *args, **kwargs):
    first or first.append(time.process_time())
    return began(self, *args, **kwargs)
reports.Reports.on_train_batch_end = noted
train(sys.argv[1], sys.argv[2], steps=int(sys.argv[3]), log=lambda line: None)
usage = resource.getrusage(resource.RUSAGE_SELF)
facts = {"first_step": first[0] if first else None, "cpu": usage.ru_utime + usage.ru_stime, "mb": usage.ru_maxrss / 1024}
print(json.dumps(facts | {"files": len(os.listdir("/proc/self/fd"))}))
"""


def disk(run):
    """Megabytes below a directory, and below its checkpoints."""
    return [
        sum(file.stat().st_size for file in path.rglob("*") if file.is_file()) / 2**20 for path in (run, run / "checkpoints")
    ]


def soak(options):
    """A row a resume, and what the first and the last thirds are on average."""
    run, rows = options.out / "soak", []
    shutil.rmtree(run, ignore_errors=True)
    spent, step = 0.0, 0
    for number in range(options.resumes):
        left = options.cpu_minutes * 60 - spent
        rate = rows[-1]["steps_per_cpu"] if rows else 20.0
        step += max(20, int(left / (options.resumes - number) * rate) // 20 * 20)
        result = subprocess.run(
            [sys.executable, "-c", CHILD, options.recipe, str(run), str(step)], capture_output=True, text=True
        )
        if result.returncode:
            sys.exit(result.stderr[-2000:])
        row = json.loads(result.stdout.splitlines()[-1]) | dict(zip(("disk", "checkpoints"), disk(run), strict=True))
        spent += row["cpu"]
        before = rows[-1]["step"] if rows else 0
        row |= {"step": step, "steps_per_cpu": (step - before) / max(row["cpu"] - row["first_step"], 1.0)}
        if number * options.evaluations // options.resumes != (number + 1) * options.evaluations // options.resumes:
            command = [sys.executable, "-m", "ganzoo.cli", "evaluate", str(run), "--count", "200"]
            usage = resource.getrusage(resource.RUSAGE_CHILDREN)
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            row["evaluation"] = after.ru_utime + after.ru_stime - usage.ru_utime - usage.ru_stime
        rows.append(row)
        print(" ".join(f"{name} {value:.1f}" for name, value in row.items()), flush=True)
    (options.out / "soak.json").write_text(json.dumps(rows, indent=1) + "\n")
    third = max(len(rows) // 3, 1)
    for name in ("first_step", "mb", "files", "checkpoints", "disk", "evaluation"):
        means = [
            sum(values) / max(len(values), 1)
            for part in (rows[:third], rows[-third:])
            for values in [[r[name] for r in part if name in r]]
        ]
        print(f"{name}: {means[0]:.2f} in the first third, {means[1]:.2f} in the last")
    print(f"{spent / 60:.1f} CPU minutes of training, {step} steps, {len(rows)} resumes")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("kills", "soak"))
    parser.add_argument("--out", type=Path, required=True, help="directory of the runs")
    parser.add_argument("--recipes", default=RECIPES)
    parser.add_argument("--kills", type=int, default=3, help="of each recipe")
    parser.add_argument("--steps", type=int, default=8, help="of each recipe that is killed")
    parser.add_argument("--seed", type=int, default=0, help="of the moments of the kills")
    parser.add_argument("--recipe", default="digits_dcgan", help="that soaks")
    parser.add_argument("--resumes", type=int, default=30)
    parser.add_argument("--evaluations", type=int, default=20)
    parser.add_argument("--cpu-minutes", type=float, default=20.0, help="of training, all resumes together")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    {"kills": kills, "soak": soak}[options.what](options)


if __name__ == "__main__":
    main()
