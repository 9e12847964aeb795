"""Does the upper generator of a Stacked GAN make the encoder's features, class by class?

    python benchmarks/upper_stack.py runs/cifar_stacked/default

Of each class: the Fréchet distance of generated features from real ones and of two halves of the real ones, and how large a
part of the real features' variance the generated ones have. The means over all classes are printed.
"""

import argparse
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np

from ganzoo.errors import UserError

COUNT = 2000


def of_one_class(real, fake):
    """(distance of fake from real, distance of two halves of real, share of the variance) of features [N, d] of one class."""
    from ganzoo.metrics.frechet import frechet_distance

    half = len(real) // 2
    variance = np.var(fake, 0, ddof=1).sum() / np.var(real, 0, ddof=1).sum()
    return frechet_distance(real[:half], fake), frechet_distance(real[:half], real[half:]), variance


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run")
    parser.add_argument("--count", type=int, default=COUNT, help="features of each class")
    options = parser.parse_args()
    try:
        from ganzoo.data.scaling import to_unit
        from ganzoo.families import StackedGAN
        from ganzoo.serving.sampling import load

        sampler = load(options.run)
        if not isinstance(getattr(sampler, "model", None), StackedGAN):
            raise UserError(f"{options.run} is no run of a Stacked GAN")
        model, arrays = sampler.model, sampler.recipe.data.for_scoring().arrays()
        upper = model.average.network.get_layer(model.generator_1.name)
        rows = []
        for label in range(model.num_classes):
            some = np.flatnonzero(arrays["label"] == label)[: 2 * options.count]
            images = to_unit(arrays["image"][some])
            real = np.concatenate([model.encode(images[i : i + 500])["features"] for i in range(0, len(images), 500)])
            z1, _ = model.parted(model.draw_inputs(options.count, seed=label)["latents"])
            rows.append(of_one_class(real, upper([z1.numpy(), np.full(options.count, label)], training=False).numpy()))
    except UserError as error:
        parser.exit(2, f"{parser.prog}: {error}\n")
    distance, halves, share = np.mean(rows, 0)
    print(
        f"distance of generated features {distance:.3g}, of halves of real ones {halves:.3g}, share of the variance {share:.1%}"
    )


if __name__ == "__main__":
    main()
