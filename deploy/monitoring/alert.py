"""What an alert is, and the two cases that prove it: one where it fires, one where it stays quiet."""

from collections.abc import Mapping
from typing import Literal

import msgspec

PREFIX = "Newsfold"
Severity = Literal["critical", "warning", "info"]
"""Somebody gets up; somebody looks during the day; nobody is told, but it is on the page."""

SERVICE, TOPIC, PARTITION, SHARD = (
    f"{{{{ $labels.{label} }}}}" for label in ("service", "topic", "partition", "shard")
)
COUNT = "{{ $value | humanize }}"
SHARE = "{{ $value | humanizePercentage }}"
SPAN = "{{ $value | humanizeDuration }}"


class Told(msgspec.Struct, frozen=True):
    """One firing as the person reads it."""

    text: str
    labels: Mapping[str, str] = {}
    """All labels but name and severity."""


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """Series given to promtool, one sample a minute, and when the alert is looked at."""

    series: Mapping[str, str]
    """In the notation of promtool: `0+60x10` starts at 0 and gains 60 ten times; `_` is a gap."""
    at: str


class Fires(Case, frozen=True, kw_only=True):
    told: tuple[Told, ...]


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """One alert; `name` is without the prefix."""

    name: str
    expr: str
    wait: str = "0s"
    """How long the expression must hold. `0s` only where it looks back over a span by itself."""
    severity: Severity
    summary: str
    """One sentence, the same for every firing."""
    description: str
    """What is wrong and where, with labels and value of the firing."""
    fires: Fires
    quiet: Case | None
    """Differs from `fires` in little: the nearest thing that must wake nobody. None: it always fires."""

    @property
    def title(self) -> str:
        return PREFIX + self.name

    @property
    def anchor(self) -> str:
        """Of its section in the runbook, as code hosts make anchors of headings."""
        return self.title.lower()


class Recording(msgspec.Struct, frozen=True):
    """One recorded series."""

    name: str
    expr: str


class Sample(Case, frozen=True, kw_only=True):
    """What an expression gives, asked of series; every one of its series is counted."""

    name: str
    expr: str
    value: float


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """One file of rules."""

    name: str
    records: tuple[Recording, ...] = ()
    alerts: tuple[Alert, ...]
    samples: tuple[Sample, ...] = ()
    """What the recorded series are to be."""
    step: str = "1m"
    """How often the cases are evaluated: days of minutes with windows of weeks take long."""
