"""Stories to events, events to storylines, and that the state is all there is to know."""

from collections.abc import Callable, Iterator, Sequence

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.contracts.clusters import Cluster
from services.contracts.events import Event, EventReport, EventState, EventStory, Storyline
from services.enrich import kernels
from services.enrich.events import records
from services.enrich.events.desk import EventChanges, EventDesk, Kept
from services.enrich.events.grouping import Place
from tests.unit.enrich.events.happenings import BRIDGE_SHUT, BRIDGE_TRIAL, CHOIR, STORM, told
from tests.unit.enrich.members import at, cluster, member


def take(clusters: Sequence[Cluster], desk: EventDesk | None = None) -> list[EventChanges]:
    desk = desk or EventDesk()
    return [desk.take(one) for one in clusters]


def standing(changes: Sequence[EventChanges]) -> tuple[dict[str, Event], dict[str, Storyline]]:
    events: dict[str, Event] = {}
    lines: dict[str, Storyline] = {}
    for record, _ in (one for change in changes for one in change.told):
        if isinstance(record, Event):
            events[record.event_id] = record
            if record.merged_into:
                del events[record.event_id]
        else:
            lines[record.storyline_id] = record
            if not record.events:
                del lines[record.storyline_id]
    return events, lines


NEWS = [
    told(BRIDGE_SHUT[0], "a", 0),
    told(STORM[0], "b", 1),
    told(BRIDGE_SHUT[1], "c", 3),
    told(CHOIR[0], "d", 4),
    told(STORM[1], "e", 5),
    told(BRIDGE_TRIAL[0], "f", 300),
]


def test_two_wordings_of_one_happening_are_one_event_and_another_happening_is_not() -> None:
    events, _ = standing(take(NEWS))
    assert sorted(event.stories for event in events.values()) == [
        ("story-a", "story-c"),
        ("story-b", "story-e"),
        ("story-d",),
        ("story-f",),
    ]


def test_a_later_happening_of_an_affair_is_another_event_of_its_storyline(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    desk = EventDesk()
    before = take(NEWS[:1], desk)
    _, lines = standing(before)
    monkeypatch.setattr("services.enrich.events.desk.place", lambda *_: Place((), next(iter(lines))))
    _, lines = standing([*before, *take(NEWS[-1:], desk)])
    assert [[event.stories for event in line.events] for line in lines.values()] == [
        [("story-a",), ("story-f",)]
    ]


def test_an_event_says_when_and_what_in_one_line() -> None:
    events, _ = standing(take(NEWS))
    lines = {event.line for event in events.values()}
    assert "2025-03-10 · Choir of Ulvstad wins prize" in lines


def test_an_event_is_called_by_what_its_headlines_agree_on_and_not_by_one_that_strayed_in() -> None:
    state = EventState(
        event_id="e",
        revision=1,
        storyline_id="l",
        stories=tuple(
            EventStory(
                story_id=f"s{n}", title=title, articles=(f"u{n}",), first_seen_at=at(n), last_seen_at=at(n)
            )
            for n, title in enumerate((CHOIR[0].title, *(copy.title for copy in BRIDGE_SHUT), "In short"))
        ),
    )
    assert records.event(state).title == BRIDGE_SHUT[0].title
    assert records.event(msgspec.structs.replace(state, stories=state.stories[:1])).title == CHOIR[0].title


def test_an_event_has_the_articles_of_its_stories_and_keeps_its_id() -> None:
    copies = (member("a", title=BRIDGE_SHUT[0].title), member("x", 2, kind="syndicated", of="a"))
    grown = cluster(*copies, story_id="story-a")
    changes = take([*NEWS[:3], grown])
    events, _ = standing(changes)
    first = changes[0].told[0][0]
    assert isinstance(first, Event)
    assert events[first.event_id].articles == tuple(f"https://www.{name}.example/1" for name in "axc")
    assert events[first.event_id].revision == 3


def test_a_cluster_that_changes_nothing_an_event_shows_tells_nothing() -> None:
    desk = EventDesk()
    take(NEWS[:2], desk)
    assert desk.take(msgspec.structs.replace(NEWS[0], revision=2, change="updated")) == EventChanges()


def test_an_event_whose_last_story_went_to_another_one_names_it_and_leaves_its_storyline() -> None:
    gone = msgspec.structs.replace(NEWS[3], change="merged", merged_into="story-a", revision=2)
    changes = take([*NEWS[:4], gone])
    founded, ended = changes[0].told[0][0], changes[-1].told[0][0]
    assert isinstance(founded, Event)
    assert isinstance(ended, Event)
    assert ended.merged_into == founded.event_id
    events, lines = standing(changes)
    assert set(events) == {event.event_id for line in lines.values() for event in line.events}


def test_an_event_whose_stories_are_closed_takes_in_the_last_open_one_of_its_storyline(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    desk = EventDesk()
    changes = take(NEWS[:1], desk)
    events, lines = standing(changes)
    (bridge,), (line,) = events, lines
    monkeypatch.setattr("services.enrich.events.desk.place", lambda *_: Place((), line))
    closed = msgspec.structs.replace(NEWS[0], change="closed", revision=2)
    changes += take([NEWS[1], closed], desk)
    (storm,) = set(standing(changes)[0]) - {bridge}
    monkeypatch.setattr("services.enrich.events.desk.place", lambda *_: Place((storm, bridge), ""))
    monkeypatch.setattr("services.enrich.events.desk.are_one", lambda *_: True)
    monkeypatch.setattr("services.enrich.events.desk.strayed", lambda *_: [])
    changes += take(NEWS[2:3], desk)
    events, lines = standing(changes)
    assert {name: event.stories for name, event in events.items()} == {
        bridge: ("story-a", "story-b", "story-c")
    }
    assert [[event.event_id for event in one.events] for one in lines.values()] == [[bridge]]


def test_a_story_that_tells_of_two_happenings_does_not_make_them_one(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = EventDesk()
    changes = take(NEWS[:2], desk)
    bridge, storm = (one.event_id for one in standing(changes)[0].values())
    monkeypatch.setattr("services.enrich.events.desk.place", lambda *_: Place((storm, bridge), ""))
    both = "\n".join(copy.text for copy in (BRIDGE_SHUT[0], STORM[0]))
    changes += take([told(STORM[0]._replace(text=both), "both", 2)], desk)
    assert {name: event.stories for name, event in standing(changes)[0].items()} == {
        bridge: ("story-a",),
        storm: ("story-b", "story-both"),
    }


def test_a_story_that_leaves_an_event_leaves_the_rest_of_it() -> None:
    gone = msgspec.structs.replace(NEWS[2], change="merged", merged_into="story-b", revision=2)
    events, _ = standing(take([*NEWS[:3], gone]))
    assert ("story-a",) in {event.stories for event in events.values()}


def test_what_is_over_is_forgotten() -> None:
    closed = [msgspec.structs.replace(one, change="closed", revision=2, at=at(24 * 40)) for one in NEWS]
    late = told(CHOIR[0], "z", 24 * 40)
    state: dict[str, Kept | None] = {}
    for changes in take([*NEWS, *closed, late]):
        state |= changes.kept
    left = {key for key, kept in state.items() if kept is not None}
    assert {key.partition(":")[0] for key in left} == {"report", "event", "storyline"}
    assert len(left) == 3


def test_a_story_without_a_word_is_an_event_of_its_own() -> None:
    empty = [cluster(member(name, title=""), story_id=name) for name in "ab"]
    events, _ = standing(take(empty))
    assert len(events) == 2


def stray(*stories: str) -> Callable[..., list[EventReport]]:
    """That these stray from an event as soon as there are others in it."""
    return lambda reports, _: [
        report for report in reports if report.story_id in stories and len(reports) > len(stories)
    ]


def test_a_report_that_would_stray_founds_an_event_in_the_storyline_and_the_other_stands(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("services.enrich.events.desk.strayed", stray("story-c"))
    changes = take(NEWS[:3])
    events, lines = standing(changes)
    bridge, _, new = events.values()
    assert (bridge.stories, bridge.revision) == (("story-a",), 1)
    assert (new.stories, new.revision, new.split_from) == (("story-c",), 1, "")
    assert [len(line.events) for line in lines.values()] == [2, 1]
    assert not any(told == bridge for told, _ in changes[-1].told)


def test_stories_that_prove_to_tell_of_another_happening_are_an_event_that_names_where_they_were(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("services.enrich.events.desk.strayed", stray("story-a"))
    changes = take(NEWS[:3])
    events, lines = standing(changes)
    bridge, _, new = events.values()
    assert (bridge.stories, bridge.revision) == (("story-c",), 2)
    assert (new.stories, new.revision, new.split_from) == (("story-a",), 1, bridge.event_id)
    assert len({one.event_id for one, _ in changes[-1].told if isinstance(one, Event)}) == 2
    assert [len(line.events) for line in lines.values()] == [2, 1]


@pytest.fixture(params=["as it is", "whatever it joins"])
def _parting(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Events part as they do, or at every turn."""
    if request.param == "whatever it joins":
        monkeypatch.setattr(
            "services.enrich.events.desk.strayed", lambda reports, _: reports[: len(reports) // 2]
        )


@st.composite
def streams(draw: st.DrawFn) -> list[Cluster]:
    """Stories founded, grown, merged and closed, in any order that dedup may give."""
    copies = [*BRIDGE_SHUT, *BRIDGE_TRIAL, *STORM, *CHOIR]
    hours = 0.0
    open_: dict[str, Cluster] = {}
    stream: list[Cluster] = []
    for number in range(draw(st.integers(1, 14))):
        hours += draw(st.sampled_from([0.0, 1.0, 30.0, 200.0]))
        act = draw(st.sampled_from(["found", "found", "found", "grow", "merge", "close"]))
        if act == "found" or not open_:
            made = told(draw(st.sampled_from(copies)), f"n{number}", hours)
        else:
            name = draw(st.sampled_from(sorted(open_)))
            made = _next(open_.pop(name), act, hours, sorted(open_))
        if not made.merged_into and made.change != "closed":
            open_[made.story_id] = made
        stream.append(made)
    return stream


def _next(before: Cluster, act: str, hours: float, others: Sequence[str]) -> Cluster:
    change = {"grow": "grew", "merge": "merged", "close": "closed"}[act]
    members = before.members
    if act == "grow" or not others:
        members = (*members, member(f"{members[0].source}x{before.revision}", hours))
    return msgspec.structs.replace(
        before,
        revision=before.revision + 1,
        change="grew" if act == "merge" and not others else change,
        at=at(hours),
        members=members,
        merged_into=others[0] if act == "merge" and others else "",
    )


@pytest.mark.usefixtures("_parting")
@given(streams(), st.integers(0, 14))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_desk_that_was_restored_goes_on_as_if_nothing_had_been(stream: list[Cluster], cut: int) -> None:
    whole = take(stream)
    before = take(stream[:cut])
    state: dict[str, Kept | None] = {}
    for changes in before:
        state |= changes.kept
    desk = EventDesk()
    desk.restore(sorted((kept for kept in state.values() if kept is not None), key=repr))
    assert before + take(stream[cut:], desk) == whole


@pytest.fixture
def _definitions() -> Iterator[None]:
    kernels.use(now=False)
    yield
    kernels.use(now=False)


@pytest.mark.usefixtures("_definitions")
@given(stream=streams(), cut=st.integers(0, 14))
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_desk_tells_the_same_wherever_kernels_come_in(stream: list[Cluster], cut: int) -> None:
    whole, desk = take(stream), EventDesk()
    before = take(stream[:cut], desk)
    kernels.use(now=True)
    after = take(stream[cut:], desk)
    kernels.use(now=False)
    assert before + after == whole


@pytest.mark.usefixtures("_parting")
@given(streams())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_story_that_stands_is_in_one_event_and_every_event_in_one_storyline(
    stream: list[Cluster],
) -> None:
    events, lines = standing(take(stream))
    ended = {one.story_id for one in stream if one.merged_into}
    stories = [story for event in events.values() for story in event.stories]
    assert sorted(stories) == sorted({one.story_id for one in stream} - ended)
    assert sorted(e.event_id for line in lines.values() for e in line.events) == sorted(events)
    for line in lines.values():
        assert [event.articles for event in line.events] == [
            events[event.event_id].articles for event in line.events
        ]
