"""`newsfold dlq`: look at input that could not be used, and send it again."""

import asyncio
import sys
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack
from functools import partial
from typing import NamedTuple, TypeVar

import click
from rich.console import Console

from services.console import addresses
from services.console.addresses import Address
from services.console.dlq import lines, resend
from services.console.dlq.letters import Letter
from services.console.dlq.resend import REFUSED, ReplayDecision, ReplayFate
from services.console.progress import shown
from services.ops.config import Settings
from services.ops.exits import Exit, Stop
from services.ops.outcomes import FLOW
from services.stream.bus import Bus, Partition, Record
from services.stream.dead_letters import topic_of
from services.stream.patience import Patience

T = TypeVar("T")
WORD: dict[ReplayFate, str] = {
    "sent": "replayed",
    "known": "known",
    "superseded": "refused",
    "homeless": "refused",
    "gone": "lost",
}


class LetterScope(NamedTuple):
    """The log, and whose dead letters; None: everybody's."""

    place: Address
    service: str | None
    settings: Settings

    @classmethod
    def of(cls, *, address: str | None, service: str | None, settings: Settings) -> "LetterScope":
        """Raises `Stop` (usage)."""
        place = addresses.shared(addresses.parse(address or settings.bus.url))
        return cls(place, service, settings)

    async def services(self, bus: Bus) -> Sequence[str]:
        """Those that have dead letters on this log: a role of a spread dedup only where one ran."""
        names = {topic.name for topic in await addresses.topics_on(bus)}
        meant = (self.service,) if self.service else FLOW
        return [service for service in meant if topic_of(service) in names]

    def required_service(self) -> str:
        """Raises `Stop` (usage): an offset alone names no letter."""
        if self.service is None:
            known = ", ".join(FLOW)
            raise Stop(Exit.USAGE, f"--service is missing: each of {known} counts its own dead letters")
        return self.service

    def run(self, work: Callable[[Bus], Awaitable[T]]) -> T:
        async def on_bus() -> T:
            bus = addresses.bus_at(self.place, self.settings)
            try:
                await bus.start()
                return await work(bus)
            finally:
                await bus.close()

        return asyncio.run(on_bus())


class ReplaySelection(NamedTuple):
    """Which dead letters to replay: those of these offsets, or all, or all with a reason."""

    offsets: frozenset[int]
    reason: str | None
    repeat: bool

    @classmethod
    def of(
        cls, offsets: Sequence[int], *, everything: bool, reason: str | None, repeat: bool
    ) -> "ReplaySelection":
        """Raises `Stop` (usage)."""
        if bool(offsets) == everything:
            raise Stop(Exit.USAGE, "name the OFFSETs of dead letters, or say --all; one of the two")
        if offsets and reason:
            raise Stop(Exit.USAGE, "--reason chooses among --all; it has no use beside OFFSETs")
        return cls(frozenset(offsets), reason, repeat)

    def takes(self, letter: Letter) -> bool:
        return letter.offset in self.offsets if self.offsets else self.reason in (None, letter.reason)


def list_letters(scope: LetterScope, reason: str | None) -> None:
    """One line a dead letter: for the eye in a terminal, JSON in a pipe."""

    async def find(bus: Bus) -> list[Letter]:
        def chosen(letter: Letter) -> bool:
            return reason in (None, letter.reason)

        return [
            one
            for service in await scope.services(bus)
            for one in await resend.select_letters(bus, service, chosen)
        ]

    found = scope.run(find)
    if not sys.stdout.isatty():
        for letter in found:
            click.echo(lines.json_line(letter))
        return
    console = Console(highlight=False, soft_wrap=True)
    for letter in found:
        console.print(lines.summary_line(letter))
    console.print(f"{len(found) or 'no'} dead letters in {scope.place}", style="dim")


def show_letter(scope: LetterScope, offset: int, *, raw: bool) -> None:
    """`raw`: the value as it came and nothing else, for a file or another program."""
    scope.required_service()
    record = scope.run(partial(_read_record, scope=scope, offset=offset))
    if raw:
        click.echo(record.value or b"", nl=False)
        return
    for line in lines.letter_lines(record):
        click.echo(line)


async def _read_record(bus: Bus, scope: LetterScope, offset: int) -> Record:
    for service in await scope.services(bus):
        for record in await bus.read(Partition(topic_of(service), 0), offset, max_records=1):
            if record.offset == offset:
                return record
    raise Stop(Exit.FAILED, _absence(scope.required_service(), [offset]))


def _absence(service: str, offsets: Sequence[int]) -> str:
    named = ", ".join(map(str, offsets))
    return f"{service} has no dead letter at {named}; see `newsfold dlq list --service {service}`"


class _ConsoleObserver:
    """Tells on stdout what became of each letter."""

    def __init__(
        self, service: str, selection: ReplaySelection, counts: Counter[ReplayFate], reading: ExitStack
    ) -> None:
        self._service = service
        self._selection = selection
        self._counts = counts
        self._reading = reading
        self.progress = reading.enter_context(shown(f"looking what of {service} was replayed before")).at

    def review(self, fates: Sequence[ReplayDecision]) -> None:
        """Raises `Stop`: of letters that were named all are sent or none."""
        # A bar that is drawn takes stdout for itself.
        self._reading.close()
        for one in fates:
            if one.fate != "sent":
                self.report(one)
        missing = self._selection.offsets - {one.letter.offset for one in fates}
        if missing:
            raise Stop(Exit.FAILED, f"{_absence(self._service, sorted(missing))}; nothing was replayed")
        refused = [one for one in fates if one.fate in REFUSED]
        if refused and self._selection.offsets:
            raise Stop(Exit.FAILED, f"{len(refused)} of {len(fates)} cannot be replayed, so none was")

    def report(self, one: ReplayDecision) -> None:
        self._counts[one.fate] += 1
        letter = one.letter
        click.echo(f"{WORD[one.fate]:<8} {letter.service} {letter.offset}: {lines.one_line(one.why)}")


def replay_letters(scope: LetterScope, selection: ReplaySelection) -> None:
    """Raises `Stop` (failed) where letters that were named are not there or cannot be sent."""
    if selection.offsets:
        scope.required_service()
    patience = Patience(total_s=scope.settings.bus.wait_s)
    counts: Counter[ReplayFate] = Counter()

    async def send(bus: Bus) -> None:
        services = await scope.services(bus)
        if selection.offsets and not services:
            raise Stop(Exit.FAILED, _absence(scope.required_service(), sorted(selection.offsets)))
        for service in services:
            with ExitStack() as reading:
                observer = _ConsoleObserver(service, selection, counts, reading)
                await resend.resend(
                    bus, service, selection.takes, observer, repeat=selection.repeat, patience=patience
                )

    scope.run(send)
    refused = sum(counts[fate] for fate in REFUSED)
    click.echo(f"{counts['sent']} replayed, {counts['known']} were before, {refused} cannot be", err=True)
