"""Says in plain words when a training goes wrong: the discriminator has won, the generator has, samples are all alike,
labels are ignored.
"""

import numpy as np

# Shares of a loss's equilibrium: below the one it is near zero, above the other far from it (the minimax generator's
# equilibrium is -ln 2 and its loss ends at 0), both over some reports in a row.
NEAR_ZERO = 0.1
FAR_ABOVE = 0.9
REPORTS = 3
# A label margin below this is none: a discriminator that uses its labels has tenths and more. It takes a while to learn
# them, so more reports than of other ills.
NO_MARGIN = 0.05
MARGIN_REPORTS = 10
# Samples that differ from each other less than this share of what real examples do are nearly alike.
ALIKE = 0.1

DISCRIMINATOR_WON = (
    "the discriminator has won: its loss is near 0 while the generator's rises. "
    "Try a smaller discriminator step, instance noise, a penalty, or a smaller discriminator."
)
GENERATOR_WON = (
    "the generator has won: the discriminator takes its samples for data. "
    "Try more discriminator steps, a larger discriminator, or a smaller generator step."
)
LABELS_IGNORED = (
    "the discriminator ignores its labels: it rates real examples with wrong labels as high as with their own, so nothing "
    "makes samples match theirs. Try a projection discriminator, mismatched pairs (mismatch_weight), or AC-GAN."
)
ALL_ALIKE = (
    "the samples of one batch are nearly alike ({share:.0%} of the spread of real examples): the generator has collapsed. "
    "Try another seed, minibatch discrimination, a relativistic loss, or go back to an earlier checkpoint."
)


class Monitor:
    """Watches the reports and the samples.

    Args:
        equilibrium: each player's loss at equilibrium, by the player's name; players without one are not judged.
        log: called with (step, line) when something new is to be said, once until it has passed.
    """

    def __init__(self, equilibrium, log):
        self.equilibrium = equilibrium
        self.log = log
        self._generator_losses = []
        self._in_a_row = {}
        self._said = set()

    @property
    def standing(self):
        """What was said and has not passed since, a set of `DISCRIMINATOR_WON` and the like."""
        return frozenset(self._said)

    def on_log(self, step, records):
        margin = records.get("label_margin")
        if margin is not None:
            self._judge(step, LABELS_IGNORED, margin < NO_MARGIN, reports=MARGIN_REPORTS)
        discriminator, generator = (self.equilibrium.get(name) for name in ("discriminator", "generator"))
        if not discriminator or not generator:
            return
        d_loss, g_loss = records.get("discriminator_loss"), records.get("generator_loss")
        if d_loss is None or g_loss is None:
            return
        self._generator_losses = [*self._generator_losses[-9:], g_loss]
        far = g_loss > generator + FAR_ABOVE * abs(generator)
        # Once it has won, a loss of the generator that falls a little is no recovery.
        rising = g_loss >= np.mean(self._generator_losses) or DISCRIMINATOR_WON in self._said
        self._judge(step, DISCRIMINATOR_WON, d_loss < NEAR_ZERO * discriminator and far and rising)
        fooled = records.get("fake_score", 0.0) > records.get("real_score", 1.0)
        self._judge(step, GENERATOR_WON, d_loss > (1.0 + FAR_ABOVE) * discriminator and fooled)

    def on_samples(self, step, samples, real):
        """Judges one batch of samples beside real examples, both float [N, ...] or tokens [N, T]."""
        share = spread(samples) / max(spread(real), 1e-12)
        self._judge(step, ALL_ALIKE.format(share=share), share < ALIKE, key=ALL_ALIKE, reports=2)

    def _judge(self, step, line, bad, key=None, reports=REPORTS):
        key = key or line
        self._in_a_row[key] = self._in_a_row.get(key, 0) + 1 if bad else 0
        if not bad:
            self._said.discard(key)
        elif self._in_a_row[key] >= reports and key not in self._said:
            self._said.add(key)
            self.log(step, line)


def spread(batch):
    """The root mean square distance of the examples of a batch, float [N, ...], from their mean.

    Of tokens, int [N, T], the share of positions at which two texts differ.
    """
    if np.issubdtype(np.asarray(batch).dtype, np.integer):
        columns = np.asarray(batch).T
        equal = [np.square(np.unique(column, return_counts=True)[1] / len(column)).sum() for column in columns]
        return float(1.0 - np.mean(equal))
    rows = np.asarray(batch, np.float64).reshape(len(batch), -1)
    return float(np.sqrt(((rows - rows.mean(0)) ** 2).sum(1).mean()))
