from collections import Counter
from pathlib import Path

from services.console.export.tally import Tally
from services.console.replay import accounts, summary
from services.console.replay.accounts import Ingested
from services.console.replay.summary import Report
from services.ops.outcomes import OTHER, OUTCOMES


def report(
    tally: Tally, ingested: Ingested, *, held: int = 0, lost: int = 0, damage: tuple[str, ...] = ()
) -> Report:
    return Report(
        tally=tally,
        ingested=ingested,
        held={"ingest": 0, "dedup": held, "enrich": 0},
        unaccounted={"ingest": lost, "dedup": 0, "enrich": 0},
        damage=damage,
        seconds=2.0,
    )


def tally() -> Tally:
    dead = {
        "ingest": Counter({"bad-line": 1}),
        "dedup": Counter({"undecodable": 1}),
        "enrich": Counter[str](),
    }
    return Tally(
        records=9,
        unreadable=1,
        versions=8,
        articles=7,
        decided=Counter({"story": 6, "screened": 2}),
        dead=dead,
    )


def ingested(there: int = 20) -> Ingested:
    outcomes = {
        "article": 9,
        "unchanged": 1,
        "polled": 2,
        "not-modified": 1,
        "skipped-robots": 1,
        "page-failed": 1,
    }
    return Ingested(
        there=there, before=4, outcomes={**outcomes, "progress": 3, "tick": 2}, dead=1, unfetched=5
    )


def test_what_went_in_is_what_came_out() -> None:
    assert report(tally(), ingested()).reasons() == []


def test_every_pair_that_was_verified_is_related_or_refused_by_name() -> None:
    said = tally()
    said.verified, said.answers = 9, Counter({"template": 4, "syndicated": 3, OTHER: 1, "took-from": 1})
    account = accounts.pairs(said)
    assert dict(account.parts) == {
        "related: syndicated": 3,
        "refused: template": 4,
        "decided by Newsfold 0.1, which did not tell": 1,
        "refused: took-from": 1,
    }
    assert report(said, ingested()).reasons() == []
    said.verified = 10
    assert report(said, ingested()).reasons()[0].startswith("1 do not add up in pairs verified: 10 = ")


def test_an_input_without_an_end_is_a_reason_with_the_whole_account() -> None:
    (reason,) = report(tally(), ingested(there=22)).reasons()
    assert reason.startswith("2 do not add up in inputs: 22 = 4 done before + 9 articles + 3 polls")


def test_a_version_without_a_verdict_is_a_reason() -> None:
    short = tally()
    short.decided["story"] = 5
    (reason,) = report(short, ingested()).reasons()
    assert reason.startswith(
        "1 do not add up in article versions: 10 = 5 in stories + 2 screened + 1 repeated"
    )


def test_damage_comes_before_what_follows_from_it() -> None:
    reasons = report(tally(), ingested(), held=3, lost=2, damage=("a.warc: cut off",)).reasons()
    assert reasons == ["a.warc: cut off", "ingest lost track of 2 inputs", "dedup still holds 3 inputs"]


def test_every_way_ingest_can_end_an_input_has_a_place_in_the_account() -> None:
    every = Ingested(
        there=len(OUTCOMES["ingest"]) - len(accounts.BOOKKEEPING),
        before=0,
        outcomes=dict.fromkeys(OUTCOMES["ingest"], 1),
        dead=0,
        unfetched=0,
    )
    account = accounts.inputs(every)
    assert account.missing == 0
    ignored = {f"ignored: {name}" for name in ("robots", "media", "revisit", "not-http", OTHER)}
    assert ignored <= account.parts.keys()


def test_failed_polls_and_pages_are_parts_by_reason_and_still_add_up() -> None:
    outcomes = {"polled": 3, "poll-failed": 4, "page-failed": 2, "skipped-media": 1}
    failed = {"not_a_feed": 1, "http_5xx": 2}
    account = accounts.inputs(
        Ingested(10, 0, outcomes, dead=0, unfetched=0, failed_polls=failed, failed_pages={"http_404": 2})
    )
    assert account.missing == 0
    assert {name: count for name, count in account.parts.items() if count} == {
        "polls": 3,
        "polls failed: http_5xx": 2,
        "polls failed: not_a_feed": 1,
        "polls failed: no reason told": 1,
        "pages not read: http_404": 2,
        "ignored: media": 1,
    }


def test_the_feeds_that_failed_are_named_within_bounds_and_the_rest_is_where_it_can_be_seen() -> None:
    ill = Tally(feeds=Counter({"fresh": 30, "gone": 12}), complaints=["https://a.example/rss is gone"])
    ill.complained = 12
    told = list(summary.complaints(ill, Path("out")))
    assert told[0].endswith(": 12 of 42")
    assert told[1:] == [
        "  https://a.example/rss is gone",
        "  … and 11 more; all of them, with each poll and each entry that was not used, in out/feeds.jsonl",
    ]
    assert list(summary.complaints(Tally(feeds=Counter({"fresh": 30})), None)) == []
