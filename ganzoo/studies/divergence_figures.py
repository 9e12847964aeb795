"""The figures of the study of divergences."""

import numpy as np

from ganzoo.studies.densities import normal
from ganzoo.sweeps.results import pyplot, save


def draw(directory, optimal, fits, apart, data):
    """Draws all; `data` is the density that is fitted. Returns (file, caption) pairs by section."""
    return {"optimal": _optimal(directory, optimal), "fits": _fits(directory, fits, data), "apart": _apart(directory, apart)}


def _optimal(directory, optimal):
    curves = {name: each["curve"] for name, each in optimal.items() if "curve" in each}
    if not curves:
        return ()
    plt = pyplot()
    drawn, axes = plt.subplots(1, len(curves), figsize=(4.2 * len(curves), 3.2), squeeze=False)
    for axis, (name, curve) in zip(axes[0], curves.items(), strict=True):
        axis.fill_between(curve["x"], curve["p"], alpha=0.3, label="p, data")
        axis.fill_between(curve["x"], curve["q"], alpha=0.3, label="q, samples")
        axis.plot(curve["x"], curve["optimal"], "k-", lw=2.5, alpha=0.4, label="D*")
        axis.plot(curve["x"], curve["learned"], "r--", lw=1.2, label="D, trained")
        axis.set(title=name, xlabel="x", xlim=(-7, 7), ylim=(0, 1.05))
    axes[0][0].legend(fontsize=8)
    path = directory / "discriminators.png"
    save(drawn, path)
    return ((path, "Both densities, D* and the discriminator that was trained on their samples."),)


def _fits(directory, fits, data):
    if not fits:
        return ()
    plt, x = pyplot(), np.linspace(-5, 5, 500)
    drawn, axes = plt.subplots(1, len(fits), figsize=(3.2 * len(fits), 2.8), squeeze=False, sharey=True)
    for axis, (name, each) in zip(axes[0], fits.items(), strict=True):
        axis.fill_between(x, np.exp(data.log_density(x[:, None])), alpha=0.3, label="data")
        best = normal(each["best_mean"], each["best_deviation"])
        axis.plot(x, np.exp(best.log_density(x[:, None])), "k-", lw=2.5, alpha=0.4, label="least divergence")
        trained = normal(each["mean"], each["deviation"])
        axis.plot(x, np.exp(trained.log_density(x[:, None])), "r--", lw=1.2, label="trained")
        axis.set(title=name, xlabel="x")
    axes[0][0].legend(fontsize=8)
    path = directory / "fits.png"
    save(drawn, path)
    return ((path, "The Gaussian that each loss settles on, beside the one of the least divergence."),)


def _apart(directory, apart):
    plt, x = pyplot(), apart["curves"]["distance"]
    drawn, (left, right) = plt.subplots(1, 2, figsize=(10, 3.6))
    for name in ("KL", "JS", "Wasserstein"):
        left.plot(x, apart["curves"][name], label=name if name != "KL" else "KL and reverse KL")
    left.axhline(np.log(2), color="k", ls=":", lw=1, label="log 2")
    left.set(xlabel="distance of the means", ylabel="divergence", ylim=(0, 12), title="Divergence")
    left.set_yscale("symlog", linthresh=1)
    for name, slope in apart["slopes"].items():
        right.plot(x, np.maximum(slope, 1e-16), label=name.replace("_", "-"), ls="--" if "sat" in name else "-")
    right.set(xlabel="distance of the means", title="Gradient that the generator gets", yscale="log", ylim=(1e-9, 30))
    for axis in (left, right):
        axis.legend(fontsize=8)
        axis.grid(alpha=0.3)
    path = directory / "apart.png"
    save(drawn, path)
    return ((path, "Two unit Gaussians part. Dashed: the two losses of a generator against the best discriminator."),)
