"""The command `ganzoo cache`: what is kept on disk for the next time, and clearing it."""

import datetime

import click

from ganzoo.cli.options import json_option, write_json
from ganzoo.errors import UserError


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
def cache(context, json_file):
    """Show what is kept on disk for the next time, how large it is, and how large it may grow.

    GANZOO_CACHE names another directory, GANZOO_CACHE_BYTES another bound; what was not used for longest goes first.
    """
    if context.invoked_subcommand:
        return
    from ganzoo import cache_directory

    root, bound = cache_directory.cache_root(), cache_directory.cache_bound()
    rows = []
    entries = cache_directory.entries(root)
    for kind, what in cache_directory.KINDS.items():
        mine = [entry for entry in entries if entry.kind == kind]
        if mine:
            used = datetime.date.fromtimestamp(mine[-1].used).isoformat()
            facts = {"kind": kind, "entries": len(mine), "bytes": sum(entry.size for entry in mine), "used": used}
            rows.append(facts | {"what": what})
    total = sum(row["bytes"] for row in rows)
    click.echo(f"{root}: {size(total)} of {size(bound)}")
    for row in rows:
        counts = f"{row['entries']:7,} entries, {size(row['bytes']):>9}, last used {row['used']}"
        click.echo(f"{row['kind']:11}{counts}  {row['what']}")
    write_json(json_file, {"directory": str(root), "bytes": total, "bound": bound, "kinds": rows})


@cache.command()
@click.argument("kinds", nargs=-1, metavar="[KIND]...")
@click.option("--yes", is_flag=True, help="Do not ask.")
def clear(kinds, yes):
    """Remove what is cached, of the KINDs that are named or of all; what a process uses now, and other files, stay."""
    from ganzoo import cache_directory

    entries = cache_directory.entries()
    unknown = [kind for kind in kinds if kind not in cache_directory.KINDS]
    if unknown:
        raise UserError(f"nothing of the kind {unknown[0]!r} is cached: the kinds are {', '.join(cache_directory.KINDS)}")
    chosen = [entry for entry in entries if not kinds or entry.kind in kinds]
    entries = "1 entry" if len(chosen) == 1 else f"{len(chosen):,} entries"
    what = f"{entries} of {size(sum(entry.size for entry in chosen))} in {cache_directory.cache_root()}"
    if not chosen:
        click.echo(f"nothing to clear in {cache_directory.cache_root()}")
        return
    if not yes:
        click.confirm(f"remove {what}?", abort=True)
    stay = [entry for entry in chosen if not cache_directory.remove(entry)]
    click.echo(f"removed {what}" + (f", but for {len(stay):,} that are in use or cannot be removed" if stay else ""))


def size(count):
    """Bytes in words."""
    for unit, scale in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if count >= scale:
            return f"{count / scale:.3g} {unit}"
    return f"{count} bytes"


COMMANDS = (cache,)
