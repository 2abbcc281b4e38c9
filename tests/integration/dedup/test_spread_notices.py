"""What a notice at another address withdraws, plan is told: whatever its title says, whoever is killed."""

from datetime import timedelta
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from services.contracts import wire
from services.contracts.articles import Article, Watermark
from services.contracts.sketches import Remembered
from services.contracts.spread import StageBlock
from services.dedup.roles import ROLES
from services.dedup.spread import blocks
from services.dedup.spread.fold import task as fold
from services.dedup.spread.plan import task as plan
from services.stream.bus import Partition
from tests.integration.dedup.crowd import Crowd
from tests.integration.dedup.shard import Shard, Value, promised, withdrawal
from tests.integration.dedup.test_notices_told import GONE
from tests.integration.dedup.test_same_bytes import churned
from tests.integration.dedup.test_spread import by_one
from tests.unit.dedup.pieces import START, article, prose

TITLES = ["Hafen gesperrt", "Brücke offen", "Hafen gesperrt"]
TEXTS = [prose(("piece", number), 200) for number in range(3)]
SOURCES = ["talbote", "talbote", "talbote", "lindfunk"]


def piece(number: int, hours: int) -> Article:
    """Three of one publisher, two of which have one title; and one of another publisher."""
    title, text = TITLES[number % 3], TEXTS[number % 3]
    return article(text, f"/{number}", source=SOURCES[number], title=title, hours=hours)


def notice(named: int | None, shown: int | None, hours: int, path: str = "/notiz") -> Article:
    """`named`: whose title it has; `shown`: above whose text it stands."""
    title = "Unbekanntes" if named is None else TITLES[named]
    text = GONE if shown is None else f"{GONE}\n\n{TEXTS[shown]}"
    return article(text, path, source="talbote", title=f"WITHDRAWN: {title}", hours=hours)


@st.composite
def noticed(draw: st.DrawFn) -> list[Value]:
    """Pieces, notices that may name one and show another, and what befalls the pieces behind them."""
    sightings: list[Value] = [piece(number, 0) for number in range(4)]
    hours = 1
    for turn in range(draw(st.integers(2, 12))):
        hours += draw(st.sampled_from([0, 0, 0, 1, 14, 24 * 29]))
        at = START + timedelta(hours=hours)
        deed = draw(st.sampled_from(["notice", "notice", "churn", "again", "gone", "late", "new"]))
        old = piece(draw(st.integers(0, 3)), 0)
        if deed == "notice":
            named, shown = (draw(st.sampled_from([None, 0, 1, 2])) for _ in range(2))
            sightings.append(notice(named, shown, hours, f"/notiz/{turn}"))
        elif deed == "new":
            sightings.append(article(TEXTS[draw(st.integers(0, 2))], f"/new/{turn}", hours=hours))
        elif deed == "late":
            sightings.append(churned(old, at - timedelta(hours=draw(st.integers(1, 3))), turn))
        elif deed == "gone":
            sightings.append(withdrawal(old, at))
        else:
            again = deed == "again"
            sightings.append(replace(old, first_seen_at=at) if again else churned(old, at, turn % 3))
    every = draw(st.sampled_from([1, 2, 5, 30]))
    log: list[Value] = []
    for number, sighting in enumerate(sightings, 1):
        log.append(sighting)
        at = sighting.first_seen_at if isinstance(sighting, Article) else sighting.at
        if number % every == 0:
            log.append(Watermark(origin=0, origins=1, at=at))
    return [*log, Watermark(origin=0, origins=1, at=START + timedelta(hours=hours + 1))]


@given(
    noticed(),
    st.integers(0, 1_000_000),
    st.sampled_from([0.0, 0.05]),
    st.booleans(),
    st.tuples(st.integers(1, 12), st.sampled_from([1, 2, 20_000])),
)
@settings(max_examples=12)
def test_notices_with_misleading_titles_change_no_byte(
    log: list[Value], seed: int, kill: float, imaged: bool, most: tuple[int, int]
) -> None:
    """`most`: records of a step, and articles that plan and fold hold until they are told."""
    batch, waiting = most
    with mock.patch.object(plan, "MOST_WAITING", waiting), mock.patch.object(fold, "MOST_WAITING", waiting):
        crowd = Crowd(seed=seed).write(log).settle(batch=batch, steps=40)
        crowd = crowd.image() if imaged else crowd
        crowd.settle(batch=batch, kill=kill)
    assert (crowd.published(), crowd.kept()) == by_one(log)


@given(noticed(), st.integers(0, 1_000_000), st.integers(1, 12))
@settings(max_examples=8)
def test_notices_that_one_process_decided_meanwhile_are_told_of(
    log: list[Value], seed: int, steps: int
) -> None:
    third = len(log) // 3
    crowd = Crowd(seed=seed).write(log[:third]).settle(batch=4, steps=3 * steps)
    crowd.run_roles(["dedup"]).write(log[third : 2 * third]).settle(batch=3, steps=steps)
    crowd.run_roles(ROLES).write(log[2 * third :]).settle(batch=4, kill=0.02)
    assert (crowd.published(), crowd.kept()) == by_one(log)


def told(crowd: Crowd, topic: str, kind: str) -> list[StageBlock]:
    found = [wire.decode(StageBlock, each.value or b"") for each in crowd.log[Partition(topic, 0)]]
    return [block for block in found if block.kind == kind]


@pytest.mark.parametrize(
    ("named", "shown", "withdrawn"), [(0, 1, 1), (None, 0, 0), (1, None, 1), (None, None, None)]
)
def test_in_the_midst_of_a_promise_plan_waits_until_it_is_told(
    named: int | None, shown: int | None, withdrawn: int | None
) -> None:
    """Notice and churn are seen at one moment, and due by one promise."""
    pieces = [piece(0, 0), piece(1, 0)]
    churn = [churned(old, START + timedelta(hours=1), 7) for old in pieces]
    notices = [notice(named, shown, 1, f"/notiz/{number}") for number in range(20)]
    first = min(notices, key=lambda each: each.article_id)
    log = promised([*pieces, first, *churn], every=30)
    crowd = Crowd(seed=3).write(log).settle(batch=30)
    assert (crowd.published(), crowd.kept()) == by_one(log)
    (answer,) = [blocks.body_of(block, blocks.NoticeAnswer) for block in told(crowd, "notices", "notice")]
    assert answer.article == ("" if withdrawn is None else pieces[withdrawn].article_id)
    steps = [blocks.body_of(block, blocks.PlanStep) for block in told(crowd, "answers", "planned")]
    assert any(step.before for step in steps)
    # The one that is withdrawn is shown again by its next version, which is read; the other one only churns.
    kept = Shard(log).run().kept()
    records = [wire.decode(Remembered, kept[f"version:{each.version_id}".encode()]) for each in churn]
    assert [record.sketch is not None for record in records] == [number == withdrawn for number in (0, 1)]
