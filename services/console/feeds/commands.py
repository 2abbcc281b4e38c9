# ruff: noqa: D301 - click wants the backspace character of an escaped b
"""The commands about feeds. Bodies are in the modules beside."""

from pathlib import Path

import click

from services.console.options import FILE, config_option
from services.ops.config import Settings

bus_option = click.option(
    "--bus", "address", default=None, metavar="BUS", help="sqlite:FILE | kafka:HOST:PORT"
)


@click.group(short_help="Follow, pause, move, list, show and try feeds.")
def feeds() -> None:
    """The feeds that are followed, what became of their entries, and what another would bring.

    \b
    Examples:
      newsfold feeds import feeds.opml
      newsfold feeds list
      newsfold feeds show https://paper.example/rss
      newsfold feeds add https://paper.example/rss
      newsfold feeds pause paper.example/rss
      newsfold feeds poll-now paper.example/rss
      newsfold feeds sync feeds.opml
      newsfold feeds test https://paper.example/rss
    """


@feeds.command("import")
@click.argument("file", type=FILE)
@bus_option
@config_option
def feeds_import(file: Path, address: str | None, settings: Settings) -> None:
    """Add the feeds of an OPML or TOML file; a feed that is known is updated.

    \b
    A TOML file lists feeds like this:
      [[feed]]
      url = "https://news.example/rss"
      source = "news.example"

    \b
    Examples:
      newsfold feeds import feeds.opml
      newsfold feeds import feeds.toml --bus sqlite:/srv/newsfold/log.db
    """
    from services.console.feeds.subscriptions import import_feeds

    import_feeds(file, address or settings.bus.url, settings)


@feeds.command("add")
@click.argument("url")
@click.option("--title", default="", help="What people call it.")
@click.option("--source", default="", help="Its publisher.  [default: the domain of its site]")
@click.option("--language", default="", metavar="CODE", help="Such as de.")
@click.option("--full-text", is_flag=True, help="It carries whole articles.")
@bus_option
@config_option
def feeds_add(
    url: str,
    title: str,
    source: str,
    language: str,
    address: str | None,
    *,
    full_text: bool,
    settings: Settings,
) -> None:
    """Follow a feed; one that is known is updated. A running installation takes it up at once.

    \b
    Examples:
      newsfold feeds add https://paper.example/rss
      newsfold feeds add https://paper.example/rss --source paper --language de
    """
    from services.console.feeds.changing import add
    from services.ingest.polling.feedlist import ListedFeed

    listed = ListedFeed(url=url, title=title, source=source, language=language, full_text=full_text)
    add(listed, address or settings.bus.url, settings)


def _one_feed(name: str, act: str, text: str) -> None:
    """A command that changes one feed."""

    def command(url: str, address: str | None, settings: Settings) -> None:
        from services.console.feeds import changing

        changing.change(url, changing.ACTS[act], address or settings.bus.url, settings)

    command.__doc__ = f"{text}\n\n\b\nExamples:\n  newsfold feeds {name} https://paper.example/rss\n"
    feeds.command(name)(click.argument("url")(bus_option(config_option(command))))


_one_feed("remove", "remove", "Follow a feed no longer. What is known of it is forgotten; its articles stay.")
_one_feed("pause", "pause", "Poll a feed no longer, and keep what is known of it.")
_one_feed("resume", "resume", "Poll a feed again that was paused.")
_one_feed("poll-now", "ask", "Poll a feed as soon as its host may be asked, whatever its rhythm says.")
_one_feed("revive", "ask", "Poll a feed again that answered 410 or failed for long.")


@feeds.command("move")
@click.argument("url")
@click.argument("new_url", metavar="NEW")
@bus_option
@config_option
def feeds_move(url: str, new_url: str, address: str | None, settings: Settings) -> None:
    """Give a feed another address. What it listed before stays known: nothing is told twice.

    \b
    Examples:
      newsfold feeds move http://paper.example/rss https://paper.example/feed.xml
    """
    from services.console.feeds.changing import move

    move(url, new_url, address or settings.bus.url, settings)


@feeds.command("export")
@click.argument("file", type=FILE)
@bus_option
@config_option
def feeds_export(file: Path, address: str | None, settings: Settings) -> None:
    """Write the feeds that are followed to FILE, .opml or .toml; `import` and `sync` read it.

    \b
    Examples:
      newsfold feeds export feeds.toml
    """
    from services.console.feeds.exporting import export_feeds

    export_feeds(file, address or settings.bus.url, settings)


@feeds.command("sync")
@click.argument("file", type=FILE)
@click.option("--yes", is_flag=True, help="Do it; without it the difference is only shown.")
@bus_option
@config_option
def feeds_sync(file: Path, address: str | None, *, yes: bool, settings: Settings) -> None:
    """Follow what FILE lists and nothing else. First shows the difference.

    \b
    Examples:
      newsfold feeds sync feeds.opml
      newsfold feeds sync feeds.opml --yes
    """
    from services.console.feeds.changing import sync

    sync(file, address or settings.bus.url, settings, act=yes)


@feeds.command("list")
@bus_option
@config_option
def feeds_list(address: str | None, settings: Settings) -> None:
    """List the feeds with their state and what became of their entries: a table in a terminal, JSON lines
    in a pipe.

    In a JSON line, the numbers of `fates` add up to `listed`.

    \b
    Examples:
      newsfold feeds list
      newsfold feeds list | jq -r 'select(.status == "broken") | .url'
      newsfold feeds list | jq -r '[.listed, .fates.article // 0, .url] | @tsv'
    """
    from services.console.feeds.listing import list_feeds

    list_feeds(address or settings.bus.url, settings)


@feeds.command("show")
@click.argument("url")
@bus_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object, with everything.")
@config_option
def feeds_show(url: str, address: str | None, *, as_json: bool, settings: Settings) -> None:
    """Show one feed: how it fares, its last polls, the pages that wait, the entries not used and why.

    URL is the feed's address, with or without its scheme, or its id.

    \b
    Examples:
      newsfold feeds show https://paper.example/rss
      newsfold feeds show paper.example/rss --json | jq .fates
    """
    from services.console.feeds.detail import show_feed

    show_feed(url, address or settings.bus.url, settings, as_json=as_json)


@feeds.command("test")
@click.argument("target", metavar="URL")
@click.option(
    "--pages", type=click.IntRange(0, 50), default=3, show_default=True, help="Pages to try; 0: none."
)
@click.option("--as", "url", metavar="URL", help="URL names a file: the address that is said to answer it.")
@click.option("--full-text", is_flag=True, help="As for a feed that carries whole articles.")
@click.option("--allow-net", multiple=True, metavar="CIDR", help="Private addresses the fetcher may reach.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object, with everything.")
@config_option
def feeds_test(
    target: str,
    pages: int,
    url: str | None,
    allow_net: tuple[str, ...],
    *,
    full_text: bool,
    as_json: bool,
    settings: Settings,
) -> None:
    """Fetch a feed and some of its pages once, and tell what Newsfold sees and would make of it.

    Nothing is published and no log is needed. The exit code is 0 where at least one article would come.

    \b
    Examples:
      newsfold feeds test https://paper.example/rss
      newsfold feeds test paper.example/rss --pages 0 --json | jq .entries
      newsfold feeds test ./saved.xml --as https://paper.example/rss --pages 0
    """
    from services.console.feeds.trial.command import TrialRequest, try_feed

    request = TrialRequest.of(
        target=target, url=url, pages=pages, allow_net=allow_net, full_text=full_text, settings=settings
    )
    try_feed(request, as_json=as_json)
