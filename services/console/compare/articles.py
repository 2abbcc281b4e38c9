"""What two exports say of one article: whether it is there, was screened, and its part in a story."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from services.console.compare.difference import Difference
from services.console.compare.fields import change, field_differences

Row = Mapping[str, Any]


_OF_VERSION = frozenset({"version_id", "title", "text", "first_seen_at"})
"""What differs where another version is shown."""
_OF_ROLE = frozenset({"kind", "jaccard", "containment"})
"""What differs where a member has another part, or took from another."""


def presence_differences(
    before: Sequence[Row], after: Sequence[Row], fields: frozenset[str] = frozenset()
) -> Iterator[Difference]:
    """`fields` are those that both exports have."""
    one, other = _first(before), _first(after)
    if one and other:
        changed = one["version_id"] != other["version_id"]
        if changed:
            yield _told(other, "other-text", "version", "")
        for field, detail in field_differences(one, other, fields - (_OF_VERSION if changed else set())):
            yield _told(other, "article-field", field, detail)
    elif one:
        yield _told(one, "only-before", "article", "")
    elif other:
        yield _told(other, "only-after", "article", "")


def screen_differences(
    before: Sequence[Row], after: Sequence[Row], fields: frozenset[str] = frozenset()
) -> Iterator[Difference]:
    one, other = _first(before), _first(after)
    if one and other:
        if one["reason"] != other["reason"]:
            yield _told(other, "screen", f"{one['reason']} → {other['reason']}", str(other["detail"]))
        elif "detail" in fields and one["detail"] != other["detail"]:
            yield _told(
                other, "screen-evidence", str(other["reason"]), change(one["detail"], other["detail"])
            )
    elif other:
        yield _told(other, "screened", str(other["reason"]), str(other["detail"]))
    elif one:
        yield _told(one, "unscreened", str(one["reason"]), str(one["detail"]))


def role_differences(
    before: Sequence[Row], after: Sequence[Row], fields: frozenset[str] = frozenset()
) -> Iterator[Difference]:
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
        fields -= {"withdrawn_at", "withdrawn_note"}
    if one.get("version_id") == other.get("version_id"):
        same_part = (one["role"], one.get("of", "")) == (other["role"], other.get("of", ""))
        rest = fields - {"role", "of"} - (frozenset() if same_part else _OF_ROLE)
        for field, detail in field_differences(one, other, rest):
            yield _told(other, "member-field", field, detail)


def _first(rows: Sequence[Row]) -> Row | None:
    return rows[0] if rows else None


def _told(row: Row, kind: str, what: str, detail: str) -> Difference:
    return Difference(str(row["first_seen_at"]), (str(row["url"]),), kind, what, detail)
