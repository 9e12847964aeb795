"""The limits of encoder-decoder GANs as a curve: a discriminator's advantage against m / p.

    python benchmarks/limits.py [--seeds 2] [--pools 4,16,...] [--widths 1,4,...] [--kept runs/limits.json] \\
        --out docs/images/limits.png

The construction of `recipes/digits_limits.py` on MNIST at 8x8, where there are images enough: a generator that knows m images
by heart and an encoder that reads noise, E(G(z)) = z exactly, against a fresh discriminator of p parameters for each m and p.
The advantage is that of the trained discriminator on what nobody trained on: the test split with fresh noise, and fresh
latents. No image of a pool is ever data. What is measured already, by the file `--kept`, is not measured again.

`--pair RUN` puts fresh discriminators of these widths before the generator and the encoder that a BiGAN learned, on its data.
"""

import argparse
import itertools
import json
import os
import statistics
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import charts
import keras

import ganzoo
from ganzoo import noise
from ganzoo.data.images import Images
from ganzoo.data.noised_images import NoisedImages
from ganzoo.explore.probe import advantage
from ganzoo.families.fixed_pair import FixedPair
from ganzoo.networks.bigan import mlp_joint_discriminator
from ganzoo.networks.limits import pixel_encoder, pool_generator

EVERY, MOST = 15, 16384
POOLS, WIDTHS = (4, 16, 64, 256, 1024, 4096, 16384), (1, 4, 16, 64, 256)
BATCH = 256


def trained(model, data, held, seed, steps):
    """Trains a pair's discriminator; its parameters, its advantage on held-out pairs, and the CPU seconds that took."""
    began = time.process_time()
    rate = keras.optimizers.schedules.PolynomialDecay(3e-3, steps, 0.0)
    model.compile({"discriminator": keras.optimizers.Adam(rate)}, seed=seed, steps_per_execution=100)
    model.fit(data.batches(BATCH, seed), steps_per_epoch=steps, verbose=0)
    real = next(iter(held.batches(held.num_examples, seed)))["image"]
    latents = noise.sample_rows(model.latents, held.num_examples, model.latent_shape, seed + 1, purpose="held out")
    logits = (model.discriminator.predict_on_batch(pair) for pair in model_pairs(model, real, latents))
    return {
        "parameters": model.discriminator.count_params(),
        "advantage": advantage(*logits),
        "cpu_seconds": time.process_time() - began,
    }


def model_pairs(model, real, latents):
    """The encoder's pairs of data and the generator's of latents, as discriminators take them."""
    return [real, model.encode(real)], [model.generate(latents), latents]


class Sweep:
    """Discriminators of several widths against pools of several sizes, all of one data set."""

    def __init__(self, name, size, steps):
        self.steps = steps
        self.pool = Images(name, split=f"train[:{MOST}]", size=size)
        self.data = NoisedImages(name, EVERY, split=f"train[{MOST}:]", size=size)
        self.held = NoisedImages(name, EVERY, split="test", size=size)

    def __call__(self, size, width, seed):
        shape = self.data.shape
        model = FixedPair(
            pool_generator(self.pool, size, EVERY, seed),
            pixel_encoder(shape, EVERY),
            mlp_joint_discriminator(shape, latent_dim=len(self.data.places), width=width, depth=1),
        )
        return trained(model, self.data, self.held, seed, self.steps)


def against(run, widths, seed, steps):
    """The same of discriminators against the averaged networks of a BiGAN's run."""
    sampler = ganzoo.load(run)
    source, family = sampler.recipe.data, sampler.model
    generator, encoder = (family.averages[name].network for name in ("generator", "encoder"))
    for width in widths:
        joint = mlp_joint_discriminator(source.shape, latent_dim=family.latent_shape[0], width=width, depth=1)
        model = FixedPair(generator, encoder, joint, gaussian=family.gaussian, latents=family.latents)
        yield width, trained(model, source.for_scoring(), source.for_scoring().split_as("test"), seed, steps)


def curves(found):
    """A dict from parameters to a list of (m, mean advantage, lowest, highest), from the file of what was measured."""
    by_width = {}
    for one in found.values():
        by_width.setdefault(one["parameters"], {}).setdefault(one["pool"], []).append(one["advantage"])
    return {
        parameters: [(m, statistics.mean(a), min(a), max(a)) for m, a in sorted(pools.items())]
        for parameters, pools in sorted(by_width.items())
    }


def crossing(points, level=0.1):
    """The m at which a curve last falls through a level, by straight lines over log m; None where it does not."""
    found = None
    for (m, above, *_), (more, below, *_) in itertools.pairwise(points):
        if above >= level > below:
            found = m * (more / m) ** ((above - level) / (above - below))
    return found


def table(lines):
    pools = sorted({m for points in lines.values() for m, *_ in points})
    yield f"| p | {' | '.join(f'm = {m:,}' for m in pools)} | m where .1 is left |"
    yield "|---|" + "---|" * (len(pools) + 1)
    for parameters, points in lines.items():
        falls = crossing(points)
        means = {m: f"{mean:.2f}" for m, mean, *_ in points}
        cells = [*(means.get(m, "-") for m in pools), f"{falls:,.0f}" if falls else "-"]
        yield f"| {parameters:,} | {' | '.join(cells)} |"


def figure(lines):
    """The curves as a picture: advantage against m / p, a colour for each p, the seeds' range as a bar."""
    named = {f"p = {p:,}": [(m / p, *values) for m, *values in points] for p, points in lines.items()}
    across = "m / p: images in the generator over the discriminator's parameters"
    return charts.chart(named, across, "advantage on held-out pairs", 0.0, 1.0, 0.2, logarithmic=True, marks=[1.0])


def numbers(text):
    return [int(part) for part in text.split(",")]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", default="mnist", help="a data set of 28x28 or more")
    parser.add_argument("--size", type=int, default=8, help="pixels of a side")
    parser.add_argument("--pools", type=numbers, default=POOLS, help="m: images in the generator")
    parser.add_argument("--widths", type=numbers, default=WIDTHS, help="hidden units of the discriminators")
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--steps", type=int, default=4000, help="of each training")
    parser.add_argument("--kept", type=Path, default=Path("runs/limits.json"), help="the file of what was measured")
    parser.add_argument("--pair", help="a BiGAN's run, instead of the construction")
    parser.add_argument("--out", type=Path, help="the figure, a .png")
    options = parser.parse_args()
    if max(options.pools) > MOST:
        parser.error(f"a pool has at most {MOST:,} images")
    if options.pair:
        for width, one in against(options.pair, options.widths, 0, options.steps):
            print(f"width {width}, p {one['parameters']:,}: advantage {one['advantage']:.3f}, {one['cpu_seconds']:.0f} CPU s")
        return
    found = json.loads(options.kept.read_text()) if options.kept.is_file() else {}
    sweep = None
    for seed in range(options.seeds):
        for width in options.widths:
            for pool in options.pools:
                key = f"{options.data} {options.size} pool {pool} width {width} seed {seed} steps {options.steps}"
                if key not in found:
                    sweep = sweep or Sweep(options.data, options.size, options.steps)
                    keras.utils.clear_session()
                    keras.utils.set_random_seed(seed)
                    found[key] = {"pool": pool, "width": width, "seed": seed, **sweep(pool, width, seed)}
                    options.kept.parent.mkdir(parents=True, exist_ok=True)
                    options.kept.write_text(json.dumps(found, indent=1) + "\n")
                    print(key, {name: round(value, 3) for name, value in found[key].items()}, flush=True)
    whose = f"{options.data} {options.size} ", f" steps {options.steps}"
    found = {key: one for key, one in found.items() if key.startswith(whose[0]) and key.endswith(whose[1])}
    lines = curves(found)
    print("\n".join(table(lines)))
    print(f"{sum(one['cpu_seconds'] for one in found.values()):.0f} CPU s")
    if options.out:
        figure(lines).quantize(64).save(options.out, optimize=True)


if __name__ == "__main__":
    main()
