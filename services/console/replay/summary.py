"""What a replay says at its end: a table, and why it is not content where it is not."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from shlex import quote
from typing import NamedTuple

from rich.table import Table

from services.console.addresses import Address
from services.console.export.names import FILES
from services.console.export.tally import Tally
from services.console.feeds.account import badness, in_order
from services.console.replay import accounts
from services.console.replay.accounts import Account, Ingested


class Report(NamedTuple):
    tally: Tally
    ingested: Ingested
    held: Mapping[str, int]
    """Inputs that a service still holds."""
    unaccounted: Mapping[str, int]
    damage: tuple[str, ...]
    seconds: float

    def accounts(self) -> tuple[Account, Account, Account]:
        return accounts.inputs(self.ingested), accounts.versions(self.tally), accounts.pairs(self.tally)

    def reasons(self) -> list[str]:
        """Why not all input is accounted for, a line each, the gravest first; empty when all is well."""
        lines = list(self.damage)
        lines += [
            f"{name} lost track of {count:,} inputs" for name, count in self.unaccounted.items() if count
        ]
        lines += [f"{name} still holds {count:,} inputs" for name, count in self.held.items() if count]
        lines += [f"{one.missing:,} do not add up in {one}" for one in self.accounts() if one.missing]
        return lines


def table(report: Report) -> Table:
    """One row a figure, parts below their sum."""
    content = Table(title="Replay", title_justify="left", show_header=False)
    content.add_column()
    content.add_column(justify="right")
    for name, value in _rows(report):
        content.add_row(name, value)
    return content


def _rows(report: Report) -> Iterator[tuple[str, str]]:
    tally = report.tally
    for account in report.accounts():
        yield account.what, f"{account.total:,}"
        yield from _parts(account.parts)
    if tally.left_out:
        yield "pairs left out: stronger ones filled the bounds", f"{tally.left_out:,}"
    yield "articles", f"{tally.articles:,}"
    yield from _parts({"withdrawn": tally.withdrawn})
    yield from _parts({f"screened: {reason}": count for reason, count in sorted(tally.screened.items())})
    yield "relations", f"{tally.relations.total():,}"
    yield from _parts(dict(tally.relations.most_common()))
    if tally.counted:
        yield "relations told as a number, not listed", f"{tally.counted:,}"
    yield "stories", f"{tally.stories:,}"
    yield from _parts({"of more than one article": tally.shared})
    yield "dead letters", f"{sum(tally.dead_of(service) for service in tally.dead):,}"
    for service, reasons in tally.dead.items():
        yield from _parts({f"{service}: {reason}": count for reason, count in sorted(reasons.items())})
    if tally.feeds:
        yield "feeds", f"{tally.feeds.total():,}"
        yield from _parts(dict(sorted(tally.feeds.items(), key=lambda part: badness(part[0]))))
        yield "entries listed", f"{tally.entries.total():,}"
        yield from _parts(in_order(tally.entries))
    if report.ingested.unfetched:
        yield "pages listed but not recorded", f"{report.ingested.unfetched:,}"
    yield "seconds", f"{report.seconds:,.1f}"
    yield "articles/s", f"{report.ingested.outcomes.get('article', 0) / report.seconds:,.0f}"


def _parts(parts: Mapping[str, int]) -> Iterator[tuple[str, str]]:
    return ((f"  {name}", f"{count:,}") for name, count in parts.items() if count)


def complaints(tally: Tally, out: Path | None) -> Iterator[str]:
    """The feeds that failed or brought nothing, within bounds, and where the rest is."""
    if not tally.complained:
        return
    of = f"{tally.complained:,} of {tally.feeds.total():,}"
    yield f"Feeds that failed or brought nothing, the worst first: {of}"
    yield from (f"  {line}" for line in tally.complaints)
    rest = tally.complained - len(tally.complaints)
    more = f"… and {rest:,} more; all of them" if rest else "All of this"
    where = out / "feeds.jsonl" if out else "feeds.jsonl of --out DIR"
    yield f"  {more}, with each poll and each entry that was not used, in {where}"


def hints(out: Path | None, address: Address | None, *, stories: bool) -> Iterator[str]:
    """Where the output lies and what to try next."""
    if out is None:
        yield "Nothing was kept. Add --out DIR to write articles, relations, stories and more as JSON lines."
    else:
        yield f"Written to {out}: {', '.join(name.removesuffix('.jsonl') for name in FILES)} (.jsonl)."
        yield f"Look at it: newsfold desk --from {quote(str(out))}"
        yield f"Try next:  head -1 {quote(str(out / 'stories.jsonl'))} | python3 -m json.tool"
    if not stories:
        yield "           add --stories to see who had each story first, who copied and who rewrote"
    if address is not None and address.file() is not None:
        yield f"           newsfold tail story-changes --bus {quote(str(address))}"
