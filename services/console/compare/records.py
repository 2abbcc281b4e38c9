"""Records that are matched by their id: events, and withdrawals."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from services.console.compare.difference import Difference
from services.console.compare.fields import field_differences

Row = Mapping[str, Any]


def event_differences(
    before: Sequence[Row], after: Sequence[Row], fields: frozenset[str]
) -> Iterator[Difference]:
    for row, what, detail in _of_records(before, after, fields):
        yield Difference(str(row["first_seen_at"]), tuple(map(str, row["articles"])), "event", what, detail)


def withdrawal_differences(
    before: Sequence[Row], after: Sequence[Row], fields: frozenset[str]
) -> Iterator[Difference]:
    for row, what, detail in _of_records(before, after, fields):
        yield Difference(str(row["at"]), (str(row["url"]),), "taken-back", what, detail)


def _of_records(
    before: Sequence[Row], after: Sequence[Row], fields: frozenset[str]
) -> Iterator[tuple[Row, str, str]]:
    """The row that speaks, what differs, and how."""
    if before and after:
        for field, detail in field_differences(before[0], after[0], fields):
            yield after[0], field, detail
    elif before:
        yield before[0], "only in the first", ""
    elif after:
        yield after[0], "only in the second", ""
