"""The zoo's leaderboard in Markdown: the models of each data set under one protocol."""

import shlex
from datetime import date

from ganzoo.report.numbers import BETTER, plain


def leaderboard_page(boards, text="", metrics="default"):
    """The page of `evaluation.zoo.leaderboard`'s boards.

    Args:
        boards: the list.
        text, metrics: what the models were chosen and scored by, for the command.
    """
    options = [text] * bool(text) + ["--metrics", metrics] * (metrics != "default")
    words = "".join(f" {shlex.quote(word)}" for word in options)
    lines = [
        "# Leaderboard",
        "",
        "The zoo's models, those of one data set under one protocol, which stands above each table; scores under different "
        "protocols do not share one. Bold is the best of each column, and what its interval does not tell from it; the last "
        f"row is held-out real data scored in the same way. A page of `ganzoo zoo{words} --leaderboard FILE`, {date.today()}.",
    ]
    for board in boards:
        rows = board["rows"]
        lines += ["", f"## {board['data']}", "", board["protocol_line"], ""]
        lines.append(f"| model | {' | '.join(row['name'] for row in rows)} |")
        lines.append(f"|---|{'---|' * len(rows)}")
        for index, model in enumerate(board["models"]):
            cells = [plain(row["values"][index]["value"]) for row in rows]
            marked = [f"**{cell}**" if model in row["best"] else cell for cell, row in zip(cells, rows, strict=True)]
            lines.append(f"| {model} | {' | '.join(marked)} |")
        lines.append(f"| *held-out* | {' | '.join(plain(row['real']) for row in rows)} |")
        lines.append(f"| | {' | '.join(BETTER.get(row['direction'], '') for row in rows)} |")
    return "\n".join(lines) + "\n"
