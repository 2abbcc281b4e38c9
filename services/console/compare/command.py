"""`newsfold compare`: the shell around a comparison."""

import tempfile
from pathlib import Path

import click
import msgspec

from services.console.compare.comparison import compare
from services.console.compare.telling import as_object, in_words
from services.ops.exits import Exit, Stop


def show_comparison(one: Path, other: Path, *, examples: int, as_json: bool) -> None:
    """Raises `Stop`: without a word where the two differ, with one (usage) where one is no export."""
    with tempfile.TemporaryDirectory(prefix="newsfold-") as scratch:
        found = compare(one, other, Path(scratch), examples=examples)
    if as_json:
        click.echo(msgspec.json.encode(as_object(found)))
    else:
        for line in in_words(found):
            click.echo(line)
    if found.differences:
        raise Stop(Exit.FAILED, "")
