"""Every way an article can end, one record at a time."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import msgspec
import pytest

from services.console.doctor.ledger import LINGER_US, Account, Cut, Ledger, origins, short
from services.contracts import ids, wire
from services.contracts.articles import Article, Watermark, Withdrawal
from services.contracts.clusters import Cluster, Member
from services.contracts.relations import Verdict
from services.contracts.stories import Story, StoryChange
from services.enrich.story import story as story_of
from services.stream.bus import Partition, Record

AT = datetime(2026, 3, 2, 6, tzinfo=UTC)
AT_US = round(AT.timestamp() * 1_000_000)
NOTHING: Mapping[str, Sequence[Record]] = {}
CUT = Cut(number=1, decided=100, taken=200, told=50, horizon_us=0)


def article(name: str = "a", text: str = "text") -> Article:
    url = f"https://paper.example/{name}"
    article_id = ids.article_id(url)
    return Article(
        article_id=article_id,
        version_id=ids.version_id(article_id, name, text),
        url=url,
        source="paper.example",
        feed="f",
        title=name,
        text=text,
        language="en",
        first_seen_at=AT,
    )


def record(
    topic: str, offset: int, value: msgspec.Struct | None, key: str = "", at_us: int = AT_US
) -> Record:
    headers = wire.headers(value, id="1", source="test", time=AT) if value is not None else ()
    encoded = wire.encode(value) if value is not None else None
    return Record(Partition(topic, 1), offset, key.encode(), encoded, headers, at_us)


def verdict(of: Article, outcome: str = "story", reason: str | None = None, story: str = "s") -> Verdict:
    return Verdict(
        article_id=of.article_id,
        version_id=of.version_id,
        url=of.url,
        source=of.source,
        language="en",
        first_seen_at=AT,
        outcome=outcome,  # type: ignore[arg-type]
        reason=reason,  # type: ignore[arg-type]
        story_id=story if outcome == "story" else "",
    )


def cluster(*members: Article, story: str = "s", revision: int = 1, merged_into: str = "") -> Cluster:
    return Cluster(
        story_id=ids.story_id(story),
        revision=revision,
        change="created",
        at=AT,
        article_id=members[0].article_id,
        members=tuple(
            Member(
                article_id=one.article_id,
                version_id=one.version_id,
                url=one.url,
                source=one.source,
                feed=one.feed,
                title=one.title,
                language="en",
                first_seen_at=AT,
                version_seen_at=AT,
            )
            for one in members
        ),
        merged_into=merged_into,
    )


def change(told: Story) -> StoryChange:
    return StoryChange(
        story_id=told.story_id,
        revision=told.revision,
        change="created",
        at=AT,
        article_id="",
        article_url="",
        story=told,
    )


def account(
    articles: Sequence[Record],
    told: Mapping[str, Sequence[Record]] = NOTHING,
    *,
    cut: Cut = CUT,
    dead: Sequence[int] = (),
    untold: Sequence[int] = (),
) -> Account:
    ledger = Ledger(cut, dead=dead, untold=untold)
    takers = {
        "verdicts": ledger.verdict,
        "stories": ledger.story,
        "changes": ledger.change,
        "clusters": ledger.cluster,
    }
    for name, take in takers.items():
        for one in told.get(name, ()):
            take(one)
    for one in articles:
        ledger.article(one)
    return ledger.account()


def told_of(*members: Article, offset: int = 5) -> dict[str, list[Record]]:
    """What all topics hold of a story that came through."""
    group = cluster(*members)
    told = story_of(group)
    return {
        "verdicts": [record("relations", at, verdict(one)) for at, one in enumerate(members)],
        "clusters": [record("clusters", offset, group)],
        "stories": [record("stories", 0, told)],
        "changes": [record("story-changes", 0, change(told))],
    }


def ends(found: Account) -> dict[str, int]:
    return {name: count for name, count in found.endings.items() if count}


def test_a_member_of_a_standing_story_is_proved() -> None:
    one = article()
    found = account([record("articles", 3, one)], told_of(one))
    assert (ends(found), found.clean, found.articles, found.stories) == ({"story": 1}, True, 1, 1)


def test_a_screened_article_ends_with_its_reason() -> None:
    one = article()
    found = account(
        [record("articles", 3, one)],
        {"verdicts": [record("relations", 0, verdict(one, "screened", "ticker"))]},
    )
    assert (ends(found), found.screened) == ({"screened": 1}, {"ticker": 1})


def test_a_version_that_came_before_is_known_the_second_time() -> None:
    one = article()
    found = account([record("articles", 3, one), record("articles", 4, one)], told_of(one))
    assert ends(found) == {"story": 1, "known": 1}


def test_a_withdrawal_ends_as_one_where_dedup_is_past_it_and_waits_before() -> None:
    one = article()
    gone = Withdrawal(
        article_id=one.article_id, version_id=one.version_id, url=one.url, source="s", language="en", at=AT
    )
    taken = [record("articles", 3, one), record("articles", 4, gone)]
    assert ends(account(taken, told_of(one))) == {"story": 1, "withdrawal": 1}
    later = [record("articles", offset, gone) for offset in (100, 200)]
    assert ends(account(later)) == {"held": 1, "waiting": 1}
    assert ends(account([record("articles", 7, gone)], dead=[7])) == {"dead-letter": 1}


def test_an_older_text_of_an_article_that_is_screened_by_now_is_superseded() -> None:
    old = article()
    found = account(
        [record("articles", 3, old)], {"verdicts": [record("relations", 0, verdict(old, story=""))]}
    )
    assert ends(found) == {"superseded": 1}


def test_watermarks_are_no_articles() -> None:
    assert account([record("articles", 3, Watermark(origin=0, origins=1, at=AT))]).articles == 0


@pytest.mark.parametrize(("offset", "ending"), [(100, "held"), (199, "held"), (200, "waiting")])
def test_what_dedup_has_not_come_to_is_on_its_way(offset: int, ending: str) -> None:
    assert ends(account([record("articles", offset, article())])) == {ending: 1}


def test_what_dedup_has_passed_without_a_word_is_missing() -> None:
    one = article()
    found = account([record("articles", 99, one)])
    (fault,) = found.missing.named
    assert (fault.article_id, fault.offset, fault.partition) == (one.article_id, 99, 1)
    assert str(fault) == (
        f"article {one.article_id} (articles/1 offset 99): no verdict, though dedup has come to offset 100"
    )


def test_a_dead_letter_is_an_end() -> None:
    broken = Record(Partition("articles", 1), 3, None, b"{", (), AT_US)
    assert ends(account([broken], dead=[3])) == {"dead-letter": 1}
    (fault,) = account([broken]).missing.named
    assert fault.why == "unreadable, and not among the dead letters of dedup"


@pytest.mark.parametrize(
    ("topics", "offset", "why"),
    [
        ((), 5, "its verdict puts it into story s; no cluster and no story has it"),
        (("clusters",), 5, "which enrich has read; no story has it"),
    ],
)
def test_an_article_that_no_story_has_is_missing(topics: Sequence[str], offset: int, why: str) -> None:
    one = article()
    told = told_of(one, offset=offset)
    kept = {name: told[name] for name in ("verdicts", *topics)}
    found = account([record("articles", 3, one)], kept)
    assert found.missing.named[0].why.endswith(why)


def test_a_story_that_enrich_has_not_come_to_is_on_its_way() -> None:
    one = article()
    told = told_of(one, offset=50)
    found = account([record("articles", 3, one)], {name: told[name] for name in ("verdicts", "clusters")})
    assert (ends(found), found.clean) == ({"waiting": 1}, True)


def test_a_cluster_that_died_in_enrich_ends_its_articles_as_dead_letter() -> None:
    one = article()
    told = told_of(one)
    kept = {name: told[name] for name in ("verdicts", "clusters")}
    found = account([record("articles", 3, one)], kept, untold=[5])
    assert (ends(found), found.clean) == ({"dead-letter": 1}, True)


def test_between_the_two_records_of_a_merge_an_article_is_on_its_way() -> None:
    one, two = article("a"), article("b")
    lost = cluster(two, story="t", revision=2, merged_into=ids.story_id("s"))
    found = account(
        [record("articles", 3, two)],
        {
            "verdicts": [record("relations", 0, verdict(two))],
            "clusters": [record("clusters", 49, lost), record("clusters", 50, cluster(one, two))],
        },
    )
    assert (ends(found), found.clean) == ({"waiting": 1}, True)


def test_what_is_older_than_the_topics_keep_is_told_apart() -> None:
    one = article()
    cut = msgspec.structs.replace(CUT, horizon_us=AT_US + 1)
    later = [record("relations", 9, verdict(article("b"), "screened", "stub"), at_us=AT_US + 2)]
    assert ends(account([record("articles", 3, one)], {"verdicts": later}, cut=cut)) == {"forgotten": 1}
    emptied = msgspec.structs.replace(cut, emptied=frozenset({"relations"}))
    assert ends(account([record("articles", 3, one)], cut=emptied)) == {"forgotten": 1}


def test_age_is_no_excuse_where_nothing_was_forgotten() -> None:
    one = article()
    cut = msgspec.structs.replace(CUT, horizon_us=AT_US + 1)
    first = [record("relations", 0, verdict(article("b"), "screened", "stub"))]
    assert account([record("articles", 3, one)], {"verdicts": first}, cut=cut).missing.count == 1


def test_age_is_no_excuse_where_older_records_are_still_there() -> None:
    one = article()
    cut = msgspec.structs.replace(CUT, horizon_us=AT_US + LINGER_US + 1)
    later = [record("relations", 9, verdict(article("b"), "screened", "stub"))]
    assert account([record("articles", 3, one)], {"verdicts": later}, cut=cut).missing.count == 1


def test_a_story_behind_its_cluster_is_inconsistent() -> None:
    one = article()
    told = told_of(one)
    told["clusters"].append(record("clusters", 6, cluster(one, revision=2)))
    found = account([record("articles", 3, one)], told)
    assert found.missing.count == 0
    assert [fault.why for fault in found.inconsistent.named] == [
        "enrich has read revision 2, and stories has 1"
    ]


def test_a_merged_story_that_still_stands_is_inconsistent() -> None:
    one = article()
    told = told_of(one)
    told["clusters"].append(record("clusters", 6, cluster(one, revision=2, merged_into="x")))
    found = account([record("articles", 3, one)], told)
    assert [fault.why for fault in found.inconsistent.named] == [
        "it was merged into another, and still stands in stories"
    ]


def test_a_revision_left_out_of_the_changes_is_inconsistent() -> None:
    one = article()
    told = told_of(one)
    third = msgspec.structs.replace(wire.decode(Story, told["stories"][0].value or b""), revision=3)
    told["changes"].append(record("story-changes", 1, change(third)))
    found = account([record("articles", 3, one)], told)
    assert [fault.why for fault in found.inconsistent.named] == ["story-changes goes from revision 1 to 3"]


def test_changes_told_again_from_the_start_leave_nothing_out() -> None:
    one = article()
    told = told_of(one)
    first = wire.decode(Story, told["stories"][0].value or b"")
    second = msgspec.structs.replace(first, revision=2)
    told["stories"] = [record("stories", 1, second)]
    told["clusters"] = [record("clusters", 5, cluster(one, revision=2))]
    told["changes"] = [
        record("story-changes", at, change(first if at % 2 == 0 else second)) for at in range(4)
    ]
    assert account([record("articles", 3, one)], told).clean


def test_origins_are_read_from_the_last_death() -> None:
    twice = (("dl_origin", b"articles/1/7"), ("dl_origin", b"articles/2/19"))
    letters = [
        Record(Partition("dead-letters.dedup", 0), 0, None, b"", twice, 0),
        Record(Partition("dead-letters.ingest", 0), 0, None, b"", (("dl_origin", b"week.jsonl line 4"),), 0),
    ]
    assert list(origins(letters)) == [(Partition("articles", 2), 19)]


def test_an_id_is_kept_in_16_bytes() -> None:
    assert short("00" * 16) == bytes(16)
    assert len({len(short(one)) for one in ("", "x", "ab", "00" * 16, "ü")}) == 1


def test_a_member_that_split_off_is_found_where_it_went() -> None:
    one, two = article("a"), article("b")
    first, gone = cluster(one, revision=2), cluster(two, story="t")
    told = [story_of(first), story_of(gone)]
    found = account(
        [record("articles", 0, one), record("articles", 1, two)],
        {
            "verdicts": [record("relations", 0, verdict(one)), record("relations", 1, verdict(two))],
            "clusters": [record("clusters", 1, first), record("clusters", 2, gone)],
            "stories": [record("stories", at, each) for at, each in enumerate(told)],
            "changes": [record("story-changes", at, change(each)) for at, each in enumerate(told)],
        },
    )
    assert (ends(found), found.clean) == ({"story": 2}, True)
