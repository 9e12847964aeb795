"""A tournament as lines for a terminal."""

from ganzoo.report.terminal import columns


def table(record):
    """The table of a tournament, best generator first, then its battles."""
    models = sorted(record["models"], key=lambda model: -model["generator_skill"]["rating"])
    scored = "nrds" in models[0]
    header = ["model", "G wins", "95 %", "G skill", "D wins", "D skill", "D on reals", "D on own", *["NRDS"] * scored]
    rows = []
    for model in models:
        row = [
            model["name"],
            f"{model['generator_wins']:.3f}",
            f"{model['low']:.3f} .. {model['high']:.3f}",
            _skill(model["generator_skill"]),
            f"{model['discriminator_wins']:.3f}",
            _skill(model["discriminator_skill"]),
            f"{model['accuracy_real']:.3f}",
            f"{model['accuracy_own']:.3f}",
        ]
        rows.append([*row, *[f"{model.get('nrds', 0):.3f} +- {model.get('nrds_sd', 0):.3f}"] * scored])
    lines = columns(rows, header)
    lines += ["", *columns([_battle(battle) for battle in record["battles"]], ["battle (GAM)", "r_test", "r_sample", "winner"])]
    lines.append("")
    reals = f"{record['real_count']:,} held-out reals of {record['data']}"
    lines.append(f"{record['count']:,} samples of each, {reals}, seed {record['seed']}")
    lines.append("skills are relative: those of two tournaments do not compare")
    return lines


def _skill(skill):
    return f"{skill['rating']:.0f} +- {2 * skill['deviation']:.0f}"


def _battle(battle):
    ratios = ["inf" if battle[name] is None else f"{battle[name]:.3f}" for name in ("r_test", "r_sample")]
    if battle["winner"] is None:
        close = battle["r_test"] is not None and abs(battle["r_test"] - 1) <= 0.1
        winner = "none: alike" if close else "none: the discriminators differ on reals"
    else:
        winner = battle["winner"]
    return [f"{battle['first']} : {battle['second']}", *ratios, winner]
