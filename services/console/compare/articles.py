"""What two exports say of one article: whether it is there, was screened, and its part in a story."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from services.console.compare.difference import Difference

Row = Mapping[str, Any]


def presence_differences(before: Sequence[Row], after: Sequence[Row]) -> Iterator[Difference]:
    one, other = _first(before), _first(after)
    if one and other:
        if one["version_id"] != other["version_id"]:
            yield _told(other, "other-text", "version", "")
    elif one:
        yield _told(one, "only-before", "article", "")
    elif other:
        yield _told(other, "only-after", "article", "")


def screen_differences(before: Sequence[Row], after: Sequence[Row]) -> Iterator[Difference]:
    one, other = _first(before), _first(after)
    if one and other:
        if one["reason"] != other["reason"]:
            yield _told(other, "screen", f"{one['reason']} → {other['reason']}", str(other["detail"]))
    elif other:
        yield _told(other, "screened", str(other["reason"]), str(other["detail"]))
    elif one:
        yield _told(one, "unscreened", str(one["reason"]), str(one["detail"]))


def role_differences(before: Sequence[Row], after: Sequence[Row]) -> Iterator[Difference]:
    """Rows are members of stories. Who is in none on one side is told by the stories."""
    one, other = _first(before), _first(after)
    if not (one and other):
        return
    if one["role"] != other["role"]:
        yield _told(other, "role", f"{one['role']} → {other['role']}", "")
    elif one.get("of", "") != other.get("of", ""):
        detail = f"{one.get('of') or 'nobody'} → {other.get('of') or 'nobody'}"
        yield _told(other, "taken-from", str(other["role"]), detail)
    gone, gone_now = one.get("withdrawn_at"), other.get("withdrawn_at")
    if bool(gone) != bool(gone_now):
        what = "withdrawn" if gone_now else "not withdrawn"
        yield _told(other, "withdrawal", what, str(other.get("withdrawn_note", "")))


def _first(rows: Sequence[Row]) -> Row | None:
    return rows[0] if rows else None


def _told(row: Row, kind: str, what: str, detail: str) -> Difference:
    return Difference(str(row["first_seen_at"]), (str(row["url"]),), kind, what, detail)
