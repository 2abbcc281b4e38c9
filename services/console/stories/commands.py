# ruff: noqa: D301 - click wants the backspace character of an escaped b
"""The commands about stories. Bodies are in the modules beside."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from services.console.options import FILE, config_option
from services.ops.config import Settings

Command = Callable[..., Any]
_PLACES = (
    click.option("--out", type=FILE, metavar="DIR", help="The --out directory of a finished replay."),
    click.option(
        "--bus", "address", default=None, metavar="BUS", help="A log: sqlite:FILE | kafka:HOST:PORT"
    ),
)
_FILTERS = (
    click.option("--language", default="", metavar="CODE", help="Only with articles in it, such as de."),
    click.option("--agency", default="", metavar="SLUG", help="Only what credits it, such as dpa."),
    click.option("--outlet", default="", metavar="NAME", help="Only what an outlet of that name has."),
    click.option("--name", default="", metavar="NAME", help="Only what names it, in any spelling met."),
)
_json = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")


def _with(*options: Command) -> Callable[[Command], Command]:
    def add(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return add


_order = click.option(
    "--by", type=click.Choice(["spread", "velocity", "new"]), default="spread", show_default=True,
    help="Outlets, outlets an hour, or first sight.",
)  # fmt: skip


_most = click.option(
    "--most", type=click.IntRange(1, 1_000_000), default=20, show_default=True, metavar="N",
    help="So many at the most.",
)  # fmt: skip
_form = click.option(
    "--form", type=click.Choice(["ninjs", "jsonld", "compact"]),
    help="As IPTC ninjs 3.0, as schema.org JSON-LD, or short lines.",
)  # fmt: skip


@click.command(short_help="Top stories now: by spread, velocity or first sight.")
@_with(*_PLACES, _order, _most, *_FILTERS, _json, _form, config_option)
def stories(
    out: Path | None,
    address: str | None,
    settings: Settings,
    *,
    as_json: bool,
    form: str | None,
    **query: Any,
) -> None:
    """List the top stories of a replay or of a log.

    --form writes them as records that travel, one JSON document a line.

    \b
    Examples:
      newsfold stories --out out/demo
      newsfold stories --by velocity --language de
      newsfold stories --agency dpa --json
      newsfold stories --bus sqlite:/srv/newsfold/log.db --name Lindqvast --by new
      newsfold stories --form ninjs --most 1000000 --out out/demo > stories.ninjs.jsonl
    """
    from services.console.stories.command import list_stories, write_stories
    from services.console.stories.selection import StoryQuery

    if form:
        write_stories(form, StoryQuery(**query), out, address, settings)
        return
    list_stories(StoryQuery(**query), out, address, settings, as_json=as_json)


@click.command(short_help="One story whole: who took from whom, what changed, what the numbers say.")
@click.argument("wanted", metavar="ID")
@_with(*_PLACES, _json, config_option)
def story(wanted: str, out: Path | None, address: str | None, settings: Settings, *, as_json: bool) -> None:
    """Show a story: origin, tree, timeline, changes, figures, names.

    ID is its id, the beginning of it, or a part of the address of one of its articles.

    \b
    Examples:
      newsfold story 02c2ffb8 --out out/demo
      newsfold story klappbruecke-gesperrt --bus sqlite:var/newsfold.db --json
    """
    from services.console.stories.command import show_story

    show_story(wanted, out, address, settings, as_json=as_json)


@click.command(short_help="What happens to stories, as it happens.")
@_with(_PLACES[1], *_FILTERS, _json, config_option)
def watch(address: str | None, settings: Settings, *, as_json: bool, **query: Any) -> None:
    """Follow the changes of stories until it is interrupted.

    \b
    Examples:
      newsfold watch
      newsfold watch --agency reuters --bus kafka:127.0.0.1:9092
      newsfold watch --language de --json
    """
    from services.console.stories.command import watch_stories
    from services.console.stories.selection import StoryQuery

    watch_stories(StoryQuery(**query), address, settings, as_json=as_json)
