"""What two exports say of one pair of articles."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from services.console.compare.difference import Difference

Row = Mapping[str, Any]
_NO_EVIDENCE = frozenset({"url", "other_url", "kind", "correction", "story_id", "late", "first_seen_at"})
"""Fields of a relation that are told as something else, or follow from something else."""
_TELLING = ("reason", "direction", "other_version_id", "passages")
"""Fields that say most, the most first."""


class PairState(NamedTuple):
    """The lines of one export on a pair."""

    relation: Row | None
    refusal: Row | None

    @classmethod
    def of(cls, rows: Sequence[Row]) -> "PairState":
        """A pair has one relation; of several refusals the first by reason speaks."""
        relations = [row for row in rows if "kind" in row]
        refusals = sorted((row for row in rows if "kind" not in row), key=lambda row: str(row["reason"]))
        return cls(relations[0] if relations else None, refusals[0] if refusals else None)

    @property
    def words(self) -> str:
        """What it was, for the detail of a difference."""
        if self.relation:
            return str(self.relation["kind"])
        return f"refused as {self.refusal['reason']}: {self.refusal['detail']}" if self.refusal else ""


def pair_differences(before: Sequence[Row], after: Sequence[Row]) -> Iterator[Difference]:
    one, other = PairState.of(before), PairState.of(after)
    if one.relation and other.relation:
        yield from _of_relations(one.relation, other.relation)
    elif other.relation:
        was = f"was {one.words}" if one.refusal else ""
        yield _told(other.relation, "related", str(other.relation["kind"]), was)
    elif one.relation:
        now = f"is {other.words}" if other.refusal else ""
        yield _told(one.relation, "unrelated", str(one.relation["kind"]), now)
    yield from _of_refusals(one.refusal, other.refusal)


def _of_relations(one: Row, other: Row) -> Iterator[Difference]:
    if one["kind"] != other["kind"]:
        yield _told(other, "kind", f"{one['kind']} → {other['kind']}", str(other["reason"]))
    if one["url"] != other["url"]:
        yield _told(other, "direction", str(other["kind"]), str(other["reason"]))
    if one["correction"] != other["correction"]:
        what = "correction" if other["correction"] else "no correction"
        yield _told(other, "correction", what, str(other.get("note", "") or one.get("note", "")))
    if (one["kind"], one["url"], one["correction"]) != (other["kind"], other["url"], other["correction"]):
        return
    fields = sorted(field for field in one.keys() & other.keys() - _NO_EVIDENCE if one[field] != other[field])
    if fields:
        what = next((field for field in _TELLING if field in fields), "numbers")
        detail = "; ".join(f"{field}: {_in_words(one[field], other[field])}" for field in fields)
        yield _told(other, "evidence", what, detail)


def _in_words(one: object, other: object) -> str:
    """Of lists only their lengths: passages are many."""
    if isinstance(one, list) and isinstance(other, list):
        return f"{len(one)} → {len(other)}" if len(one) != len(other) else f"{len(one)} others"
    return f"{one} → {other}"


def _of_refusals(one: Row | None, other: Row | None) -> Iterator[Difference]:
    if one and other:
        if one["reason"] != other["reason"]:
            yield _told(other, "refusal", f"{one['reason']} → {other['reason']}", str(other["detail"]))
    elif other:
        yield _told(other, "refused", str(other["reason"]), str(other["detail"]))
    elif one:
        yield _told(one, "unrefused", str(one["reason"]), str(one["detail"]))


def _told(row: Row, kind: str, what: str, detail: str) -> Difference:
    return Difference(str(row["first_seen_at"]), (str(row["url"]), str(row["other_url"])), kind, what, detail)
