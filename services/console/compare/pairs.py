"""What two exports say of one pair of articles."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from services.console.compare.difference import Difference
from services.console.compare.fields import change, field_differences

Row = Mapping[str, Any]
_NO_EVIDENCE = frozenset({"url", "other_url", "kind", "correction", "story_id", "first_seen_at"})
"""Fields of a relation that are told as something else, or follow from something else."""
_TELLING = ("reason", "direction", "other_version_id", "passages", "others", "late")
"""Fields that say most, the most first."""
_GROUNDS = ("detail", "other_version_id", "others")
"""Fields of a refusal beside its reason."""
Ends = tuple[str, str]
"""The addresses of a related pair, the newer first."""


class PairState(NamedTuple):
    """The lines of one export on a pair."""

    relation: Row | None
    refusals: Sequence[Row]

    @classmethod
    def of(cls, rows: Sequence[Row]) -> "PairState":
        """A pair has one relation; of several refusals the first by reason speaks."""
        relations = [row for row in rows if "kind" in row]
        refusals = sorted((row for row in rows if "kind" not in row), key=lambda row: str(row["reason"]))
        return cls(relations[0] if relations else None, refusals)

    @property
    def refusal(self) -> Row | None:
        return self.refusals[0] if self.refusals else None

    @property
    def words(self) -> str:
        """What it was, for the detail of a difference."""
        if self.relation:
            return str(self.relation["kind"])
        return f"refused as {self.refusal['reason']}: {self.refusal['detail']}" if self.refusal else ""


def pair_differences(
    before: Sequence[Row],
    after: Sequence[Row],
    *,
    counted_before: Collection[Ends] = (),
    counted_after: Collection[Ends] = (),
) -> Iterator[Difference]:
    """`counted_…`: relations that only the other export lists, and this one counts."""
    one, other = PairState.of(before), PairState.of(after)
    if one.relation and other.relation:
        yield from _of_relations(one.relation, other.relation)
    elif other.relation:
        was = f"was {one.words}" if one.refusal else ""
        kind = "listed" if _ends(other.relation) in counted_before else "related"
        yield _told(other.relation, kind, str(other.relation["kind"]), was)
    elif one.relation:
        now = f"is {other.words}" if other.refusal else ""
        kind = "unlisted" if _ends(one.relation) in counted_after else "unrelated"
        yield _told(one.relation, kind, str(one.relation["kind"]), now)
    yield from _of_refusals(one, other)


def _ends(relation: Row) -> Ends:
    return str(relation["url"]), str(relation["other_url"])


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
        detail = "; ".join(f"{field}: {change(one[field], other[field])}" for field in fields)
        yield _told(other, "evidence", what, detail)


def _of_refusals(before: PairState, after: PairState) -> Iterator[Difference]:
    one, other = before.refusal, after.refusal
    if one and other:
        if one["reason"] != other["reason"]:
            yield _told(other, "refusal", f"{one['reason']} → {other['reason']}", str(other["detail"]))
        elif _grounds(before) != _grounds(after):
            detail = "; ".join(f"{name}: {how}" for name, how in field_differences(one, other, _GROUNDS))
            yield _told(other, "refusal-evidence", str(other["reason"]), detail)
    elif other:
        yield _told(other, "refused", str(other["reason"]), str(other["detail"]))
    elif one:
        yield _told(one, "unrefused", str(one["reason"]), str(one["detail"]))


def _grounds(state: PairState) -> list[tuple[object, ...]]:
    return [tuple(row.get(name) for name in ("url", "reason", *_GROUNDS)) for row in state.refusals]


def _told(row: Row, kind: str, what: str, detail: str) -> Difference:
    return Difference(str(row["first_seen_at"]), (str(row["url"]), str(row["other_url"])), kind, what, detail)
