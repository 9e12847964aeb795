"""The recipes that studies train, by data set, at sizes that let dozens of runs be made on a CPU."""

import dataclasses

from ganzoo.errors import UserError


@dataclasses.dataclass(frozen=True)
class Setting:
    """How a study trains on a data set.

    Attributes:
        recipe: the recipe's name.
        overrides: `--set` assignments.
        steps: generator steps.
        count: generated samples that a run is scored by.
    """

    recipe: str
    overrides: tuple
    steps: int
    count: int


SETTINGS = {
    "digits": Setting("digits_dcgan", ("model.generator.width=32", "model.discriminator.width=32", "batch_size=64"), 1500, 360),
    "mnist": Setting(
        "mnist_dcgan",
        (
            "optimizers.generator.learning_rate=2e-4",
            "optimizers.discriminator.learning_rate=2e-4",
            "model.generator.width=16",
            "model.discriminator.width=16",
            "batch_size=64",
        ),
        3000,
        2000,
    ),
}


def setting(options, smoke_steps=40):
    """The `Setting` of a study's options.

    Raises:
        UserError: the study is not prepared for that data.
    """
    name = "digits" if options.data is None else options.data
    if name not in SETTINGS:
        raise UserError(f"this study is made on {' or '.join(SETTINGS)}, not on {name!r}")
    found = SETTINGS[name]
    return dataclasses.replace(found, steps=smoke_steps, count=100) if options.smoke else found


def reports(steps, reports=50, checkpoints=1):
    """Assignments that make a run of so many steps report and save evenly."""
    every = max(steps // checkpoints, 1)
    return (f"log_every={max(steps // reports, 1)}", f"checkpoint_every={every}", f"sample_every={steps}",
            f"keep_checkpoints={checkpoints + 1}")  # fmt: skip
