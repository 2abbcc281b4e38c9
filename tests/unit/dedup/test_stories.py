"""Articles here are sets of letters; two overlap where half of the smaller one's letters are shared."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import combinations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts import ids
from services.contracts.clusters import Cluster, Member
from services.contracts.relations import Relation, RelationKind
from services.dedup.stories.placing import Link, Stories, holds
from tests.unit.dedup.pieces import SETTINGS, START

DAY = 24


def relation(other: str, **fields: object) -> Relation:
    given_: dict[str, object] = {
        "other_article_id": other,
        "other_version_id": f"{other}.1",
        "other_url": f"https://x.example/{other}",
        "kind": "syndicated",
        "jaccard": 0.6,
        "containment": 0.7,
        "other_containment": 0.8,
        "fresh_containment": 0.8,
        "fresh_shared": 100,
        "reason": "",
        "bands": 1,
        "samples": 1,
    }
    return msgspec.convert(given_ | fields, Relation)


class Shard:
    """A shard as stories see it: the texts that are remembered, and every record that was given out."""

    def __init__(self) -> None:
        self.texts: dict[str, frozenset[str]] = {}
        self.first: dict[str, datetime] = {}
        self.versions: dict[str, int] = {}
        self.records: list[Cluster] = []
        self.stories = Stories(SETTINGS, self.texts.__contains__)

    def overlap(self, one: str, other: str) -> float:
        mine, theirs = self.texts.get(one), self.texts.get(other)
        if not mine or not theirs:
            return 0.0
        return len(mine & theirs) / min(len(mine), len(theirs))

    def overlaps(self, one: str, other: str) -> bool:
        return self.overlap(one, other) >= 0.5

    def show(
        self, article: str, text: str, *, hours: float, first: float | None = None, unlinked: bool = False
    ) -> list[Cluster]:
        """An article or its next version.

        `first`: a late one, seen before others that are decided. `unlinked`: no candidate was found.
        """
        at = START + timedelta(hours=hours if first is None else first)
        self.versions[article] = self.versions.get(article, 0) + 1
        self.texts[article] = frozenset(text)
        since = self.first.setdefault(article, at)
        links = [
            Link(
                other,
                relation(other, fresh_containment=round(self.overlap(article, other), 4)),
                forward=self.first[other] <= at,
            )
            for other in self.texts
            if other != article and self.overlaps(article, other) and not unlinked
        ]
        member = Member(
            article_id=article,
            version_id=f"{article}.{self.versions[article]}",
            url=f"https://x.example/{article}",
            source="x",
            feed="f",
            title="",
            language="de",
            first_seen_at=at,
            version_seen_at=max(at, since),
        )
        made = self.stories.place(member, links, self.overlaps)
        self.records += made
        return made

    def forget(self, articles: Iterable[str], *, hours: float) -> list[Cluster]:
        gone = [article for article in articles if self.texts.pop(article, None)]
        closed = self.stories.evict(gone, START + timedelta(hours=hours))
        self.records += closed
        return closed

    def rebuilt(self) -> dict[str, Cluster]:
        """What a reader of the changes holds."""
        held: dict[str, Cluster] = {}
        for record in self.records:
            held[record.story_id] = record
            if record.merged_into or record.change == "closed":
                del held[record.story_id]
        return held


def story(shard: Shard, article: str) -> Cluster:
    found = shard.stories.of(article)
    assert found is not None
    return found


def names(cluster: Cluster) -> str:
    return "".join(member.article_id for member in cluster.members)


# ---- by example


def test_an_article_alone_founds_a_story_named_by_its_version() -> None:
    (made,) = Shard().show("a", "abcd", hours=0)
    assert (made.story_id, made.revision, made.change, names(made)) == (
        ids.story_id("a.1"),
        1,
        "created",
        "a",
    )


def test_a_copy_joins_and_says_whose_copy_it_is() -> None:
    shard = Shard()
    shard.show("a", "abcd", hours=0)
    (grown,) = shard.show("b", "abcx", hours=1)
    assert (grown.story_id, grown.revision, grown.change) == (ids.story_id("a.1"), 2, "grew")
    founder, copy = grown.members
    assert (founder.kind, founder.of) == (None, "")
    assert (copy.kind, copy.of, copy.containment) == ("syndicated", "a", 0.7)


def test_a_story_does_not_chain() -> None:
    """b overlaps with a, c with b, but c not with a."""
    shard = Shard()
    shard.show("a", "abcd", hours=0)
    shard.show("b", "cdef", hours=1)
    shard.show("c", "efgh", hours=2)
    assert (names(story(shard, "a")), names(story(shard, "c"))) == ("ab", "c")


def test_a_story_reaches_no_further_than_three_days_from_its_first_article() -> None:
    shard = Shard()
    shard.show("a", "abcd", hours=0)
    shard.show("b", "abcd", hours=3 * DAY)
    shard.show("c", "abcd", hours=3 * DAY + 1)
    assert (names(story(shard, "a")), names(story(shard, "c"))) == ("ab", "c")


def test_an_article_that_links_two_stories_whose_members_overlap_merges_them() -> None:
    shard = Shard()
    shard.show("a", "wxyz", hours=0)
    shard.show("b", "abcdijkl", hours=1)
    shard.show("a", "abcdefgh", hours=1.5, unlinked=True)
    lost, grown = shard.show("c", "abcdmnop", hours=2)
    assert (lost.change, lost.merged_into, lost.revision) == ("merged", grown.story_id, 2)
    assert (grown.change, grown.merged_from, names(grown)) == ("merged", (lost.story_id,), "abc")
    assert grown.story_id == ids.story_id("a.1")


def test_an_article_between_two_stories_that_do_not_overlap_joins_the_nearer_one() -> None:
    shard = Shard()
    shard.show("a", "abcd", hours=0)
    shard.show("b", "efgh", hours=1)
    (grown,) = shard.show("c", "abcefgh", hours=2)
    assert names(grown) == "bc"
    assert names(story(shard, "a")) == "a"


def test_a_new_version_takes_the_place_of_the_old() -> None:
    shard = Shard()
    shard.show("a", "abcd", hours=0)
    shard.show("b", "abcx", hours=1)
    (updated,) = shard.show("b", "abcxy", hours=2)
    member = updated.members[1]
    assert (updated.change, names(updated), updated.revision) == ("updated", "ab", 3)
    assert (member.version_id, member.versions, member.kind, member.of) == ("b.2", 2, "syndicated", "a")
    assert member.first_seen_at == START + timedelta(hours=1)
    assert member.version_seen_at == START + timedelta(hours=2)


def test_a_new_version_of_a_story_of_one_stays_however_much_it_changed() -> None:
    shard = Shard()
    shard.show("a", "abcd", hours=0)
    (updated,) = shard.show("a", "wxyz", hours=9 * DAY)
    assert (updated.story_id, updated.change, updated.revision) == (ids.story_id("a.1"), "updated", 2)


def test_a_new_version_that_no_longer_overlaps_leaves_and_founds_its_own() -> None:
    shard = Shard()
    shard.show("a", "abcd", hours=0)
    shard.show("b", "abcx", hours=1)
    left, founded = shard.show("b", "wxyz", hours=2)
    assert (left.change, names(left), left.split_into) == ("split", "a", (founded.story_id,))
    assert (founded.change, founded.story_id, names(founded)) == ("created", ids.story_id("b.2"), "b")
    assert founded.split_from == left.story_id
    assert founded.members[0].kind is None


def test_the_id_of_a_story_that_was_lost_to_a_merge_is_given_to_no_other() -> None:
    """Its founding version is forgotten, comes again, and leaves the story that took its members."""
    shard = Shard()
    shard.show("a", "wxyz", hours=0)
    shard.show("b", "abcdijkl", hours=1)
    shard.show("a", "abcdefgh", hours=1.5, unlinked=True)
    lost, _ = shard.show("c", "abcdmnop", hours=2)
    shard.versions["b"] = 0
    left, founded = shard.show("b", "qrst", hours=40 * DAY)
    assert lost.story_id == ids.story_id("b.1")
    assert (names(founded), left.split_into) == ("b", (founded.story_id,))
    assert founded.story_id not in {lost.story_id, left.story_id}


def test_a_new_version_that_nothing_links_any_more_leaves_though_it_still_overlaps() -> None:
    """What it shares with the others is no longer evidence."""
    shard = Shard()
    shard.show("a", "abcd", hours=0)
    shard.show("b", "abcx", hours=1)
    left, founded = shard.show("b", "abcy", hours=2, unlinked=True)
    assert (names(left), names(founded)) == ("a", "b")


def test_when_the_founder_leaves_the_id_stays_with_the_rest() -> None:
    shard = Shard()
    shard.show("a", "abcd", hours=0)
    shard.show("b", "abcx", hours=1)
    left, founded = shard.show("a", "wxyz", hours=2)
    assert (left.story_id, names(left), left.members[0].of) == (ids.story_id("a.1"), "b", "")
    assert (founded.story_id, names(founded)) == (ids.story_id("a.2"), "a")


def test_a_late_article_comes_first_and_is_what_the_others_took_from() -> None:
    shard = Shard()
    shard.show("a", "abcd", hours=5)
    shard.show("b", "abcx", hours=6)
    (grown,) = shard.show("late", "abcdx", hours=7, first=1)
    first, second, third = grown.members
    assert (first.article_id, first.kind, first.of) == ("late", None, "")
    assert (second.article_id, second.kind, second.of) == ("a", "syndicated", "late")
    assert (third.article_id, third.of) == ("b", "a")
    assert grown.story_id == ids.story_id("a.1")


def test_a_story_closes_when_the_last_of_its_articles_is_forgotten() -> None:
    shard = Shard()
    shard.show("a", "abcd", hours=0)
    shard.show("b", "abcx", hours=40)
    assert shard.forget("a", hours=31 * DAY) == []
    (closed,) = shard.forget("b", hours=33 * DAY)
    assert (closed.change, names(closed), closed.revision) == ("closed", "ab", 3)
    assert len(shard.stories) == 0
    assert shard.stories.of("a") is shard.stories.of("b") is None


def test_a_story_whose_first_article_is_forgotten_closes_however_it_changed_since() -> None:
    shard = Shard()
    shard.show("a", "abcd", hours=0)
    shard.show("b", "abcx", hours=40)
    shard.forget("a", hours=31 * DAY)
    shard.show("b", "abcxy", hours=31 * DAY + 1)
    assert [names(closed) for closed in shard.forget("b", hours=62 * DAY)] == ["ab"]


def test_a_story_taken_up_again_with_its_first_article_forgotten_closes() -> None:
    shard, again = Shard(), Shard()
    shard.show("a", "abcd", hours=0)
    shard.show("b", "abcx", hours=40)
    shard.forget("a", hours=31 * DAY)
    again.texts["b"] = shard.texts["b"]
    for cluster in shard.rebuilt().values():
        again.stories.put(cluster)
    assert again.forget("b", hours=33 * DAY) == shard.forget("b", hours=33 * DAY) != []


def test_an_article_whose_companions_are_all_forgotten_stays_in_its_story() -> None:
    shard = Shard()
    shard.show("a", "abcd", hours=0)
    shard.show("b", "abcx", hours=40)
    shard.forget("a", hours=31 * DAY)
    (updated,) = shard.show("b", "abcxy", hours=31 * DAY + 1)
    assert (updated.change, names(updated)) == ("updated", "ab")


@pytest.mark.parametrize(
    ("kind", "jaccard", "fresh_shared", "fresh_containment", "expected"),
    [
        ("syndicated", 0.6, 100, 0.8, True),
        ("duplicate", 1.0, 100, 1.0, True),
        ("derivative", 0.1, 20, 0.2, True),
        ("update", 0.3, 15, 0.95, True),
        ("background", 0.6, 100, 0.8, False),
        ("derivative", 0.1, 19, 0.2, False),
        ("syndicated", 0.02, 100, 1.0, False),
    ],
)
def test_a_relation_holds_two_articles_together_by_enough_novel_text(
    kind: RelationKind, jaccard: float, fresh_shared: int, fresh_containment: float, *, expected: bool
) -> None:
    made = relation(
        "a", kind=kind, jaccard=jaccard, fresh_shared=fresh_shared, fresh_containment=fresh_containment
    )
    assert holds(made, SETTINGS) is expected


# ---- whatever happens

TEXT = st.text(alphabet="abcdefgh", min_size=2, max_size=5)
DEEDS = st.lists(
    st.tuples(st.sampled_from("uvwxyz"), st.one_of(TEXT, st.none()), st.integers(0, 30), st.booleans()),
    max_size=14,
)


def play(deeds: list[tuple[str, str | None, int, bool]]) -> Shard:
    """Each deed shows an article (late or in order) or, without a text, forgets it."""
    shard, hours = Shard(), 0
    for article, text, later, late in deeds:
        hours += later
        if text is None:
            shard.forget([article], hours=hours)
        elif article in shard.texts or not late:
            if article not in shard.texts:
                shard.first.pop(article, None)
            shard.show(article, text, hours=hours)
        elif article not in shard.first:
            shard.show(article, text, hours=hours, first=max(0, hours - 20))
    return shard


@given(DEEDS)
def test_every_two_members_overlap(deeds: list[tuple[str, str | None, int, bool]]) -> None:
    shard = play(deeds)
    for cluster in shard.rebuilt().values():
        remembered = [m.article_id for m in cluster.members if m.article_id in shard.texts]
        for one, other in combinations(remembered, 2):
            assert shard.overlaps(one, other)


@given(DEEDS)
def test_every_article_is_in_one_story_and_members_come_in_order(
    deeds: list[tuple[str, str | None, int, bool]],
) -> None:
    shard = play(deeds)
    held = shard.rebuilt()
    every = [m.article_id for cluster in held.values() for m in cluster.members]
    assert len(every) == len(set(every))
    assert set(shard.texts) <= set(every)
    for cluster in held.values():
        ranks = [(m.first_seen_at, m.article_id) for m in cluster.members]
        assert ranks == sorted(ranks)
        assert ranks[-1][0] - ranks[0][0] <= timedelta(days=SETTINGS.story_days)


@given(DEEDS)
def test_replaying_the_changes_rebuilds_the_stories(deeds: list[tuple[str, str | None, int, bool]]) -> None:
    shard = play(deeds)
    held = shard.rebuilt()
    assert len(held) == len(shard.stories)
    for article in shard.texts:
        cluster = story(shard, article)
        assert held[cluster.story_id] == cluster


@given(DEEDS)
def test_a_storys_revision_only_grows_and_skips_nothing(
    deeds: list[tuple[str, str | None, int, bool]],
) -> None:
    revisions: dict[str, int] = {}
    for record in play(deeds).records:
        assert record.revision == revisions.get(record.story_id, 0) + 1
        revisions[record.story_id] = record.revision


@given(DEEDS)
def test_who_left_and_who_came_is_written_on_both_sides(
    deeds: list[tuple[str, str | None, int, bool]],
) -> None:
    records = play(deeds).records
    for place, record in enumerate(records):
        if record.merged_into:
            winner = next(r for r in records[place:] if r.story_id == record.merged_into)
            assert record.story_id in winner.merged_from
        if record.change == "split":
            founded = records[place + 1]
            assert (founded.split_from, founded.story_id in record.split_into) == (record.story_id, True)


@given(DEEDS)
def test_when_all_is_forgotten_nothing_is_left(deeds: list[tuple[str, str | None, int, bool]]) -> None:
    shard = play(deeds)
    shard.forget(list(shard.texts), hours=10_000)
    assert len(shard.stories) == 0
    assert not any(value for value in vars(shard.stories).values() if isinstance(value, dict))
