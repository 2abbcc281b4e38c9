"""Five articles of one storyline, two sets of them in two fields, through dedup and enrich."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache

import msgspec
import pytest

from services.contracts import wire
from services.contracts.articles import Article, Watermark
from services.contracts.events import Event, Storyline
from services.contracts.relations import Verdict
from services.contracts.stories import Story
from services.dedup.service import DedupTask
from services.dedup.settings import DedupSettings
from services.enrich.facts.extract import facts
from services.enrich.facts.folding import fold_names
from services.enrich.facts.timeline import lines
from services.enrich.service import EnrichTask
from services.stream.bus import Output, Partition, Record
from tests.integration.dedup.newsroom import demo, five

SETS = ("five", "recall")


def record(value: Article | Watermark, offset: int) -> Record:
    headers = wire.headers(value, id=str(offset), source="ingest", time=at(value))
    return Record(Partition("articles", 0), offset, b"", wire.encode(value), headers, 0)


def at(value: Article | Watermark) -> datetime:
    return value.at if isinstance(value, Watermark) else value.first_seen_at


@cache
def outputs(name: str) -> tuple[Output, ...]:
    return told_of(five(name))


def told_of(articles: Sequence[Article]) -> tuple[Output, ...]:
    """What dedup and enrich say of them, in the order of their first sight."""
    articles = sorted(articles, key=lambda one: (one.first_seen_at, one.article_id))
    over = Watermark(origin=0, origins=1, at=articles[-1].first_seen_at + timedelta(days=1))
    seen: list[Article | Watermark] = [*articles, over]
    decided = DedupTask(0, DedupSettings()).step([record(one, n) for n, one in enumerate(seen)])
    clusters = [output for output in decided.outputs if output.partition.topic == "clusters"]
    taken = [Record(one.partition, n, one.key, one.value, one.headers, 0) for n, one in enumerate(clusters)]
    return (*decided.outputs, *EnrichTask(0).step(taken).outputs)


def told(name: str) -> list[Story]:
    """In the order of `five`: rewrite, updated, follow-up, aggregator, follow-up."""
    found = [wire.decode(Story, o.value) for o in outputs(name) if o.partition.topic == "stories" and o.value]
    return sorted(found, key=lambda story: story.first_seen_at)


@pytest.mark.parametrize("name", SETS)
def test_each_is_a_story_of_its_own_and_the_agencys_background_is_background(name: str) -> None:
    verdicts = [
        wire.decode(Verdict, o.value) for o in outputs(name) if o.partition.topic == "relations" and o.value
    ]
    urls = {verdict.url for verdict in verdicts}
    related = [(v.url, r.other_url, r.kind) for v in verdicts for r in v.relations]
    first, second = told(name)[2].lead_url, told(name)[4].lead_url
    assert len(told(name)) == len(urls) == 5
    assert related in ([], [(second, first, "background")])


@pytest.mark.parametrize("name", SETS)
def test_two_reports_of_one_visit_are_one_event_and_what_came_before_and_after_is_none_of_it(
    name: str,
) -> None:
    found = [wire.decode(Event, o.value) for o in outputs(name) if o.partition.topic == "events" and o.value]
    standing = {event.event_id: event.stories for event in found if not event.merged_into}
    ids = [story.story_id for story in told(name)]
    assert sorted(standing.values(), key=lambda stories: ids.index(stories[0])) == [
        (ids[0],),
        (ids[1],),
        (ids[2], ids[3]),
        (ids[4],),
    ]


def storylines(outputs: Sequence[Output]) -> list[set[str]]:
    """URLs of each that stands."""
    found = [
        wire.decode(Storyline, o.value) for o in outputs if o.partition.topic == "storylines" and o.value
    ]
    standing = {line.storyline_id: set(line.articles) for line in found if line.events}
    ended = {line.storyline_id for line in found if not line.events}
    return [urls for name, urls in standing.items() if name not in ended]


@pytest.mark.parametrize("name", SETS)
def test_all_five_are_one_storyline(name: str) -> None:
    assert storylines(outputs(name)) == [{article.url for article in five(name)}]


def from_day_on(begin: datetime, articles: Sequence[Article]) -> list[Article]:
    late = begin - articles[0].first_seen_at
    return [msgspec.structs.replace(one, first_seen_at=one.first_seen_at + late) for one in articles]


def test_affairs_side_by_side_are_two_storylines_in_a_stream_with_others_as_without() -> None:
    bulletin = demo()
    begin = bulletin[0].first_seen_at - timedelta(days=2)
    sets = [from_day_on(begin, five(name)) for name in SETS]
    affairs = [{one.url for one in articles} for articles in sets]
    for others in ([], bulletin):
        lines = storylines(told_of([*sets[0], *sets[1], *others]))
        theirs = [line for line in lines if line & (affairs[0] | affairs[1])]
        assert theirs == affairs
        assert all(len(line) <= 6 for line in lines if line not in theirs), "others are told of in no chain"


@pytest.mark.parametrize(
    ("name", "place", "expected"),
    [
        ("five", 0, ["Tele Kelsk"]),
        ("five", 3, ["Lohener Anzeiger", "Tele Kelsk", "Abendpost am Delta", "Radio Fjord"]),
        ("recall", 0, ["Kanal Norda"]),
        ("recall", 3, ["Lohener Bote", "Kanal Norda", "Handelsspiegel am Fjord"]),
    ],
)
def test_a_rewrite_is_derived_from_whom_it_names_seen_or_not(
    name: str, place: int, expected: list[str]
) -> None:
    edges = told(name)[place].provenance
    assert [edge.of for edge in edges] == expected
    assert all(edge.evidence == ("cited",) for edge in edges)


def counts(name: str, word: str) -> list[float]:
    """How the count of one thing went over the whole storyline."""
    found = lines(point for story in told(name) for line in story.figures for point in line.points)
    return [point.figure.value for line in found if line.label.startswith(word) for point in line.points]


def test_figures_are_one_timeline_over_the_storyline() -> None:
    assert counts("recall", "Pumpen") == [1_200, 9_000, 14_500]
    assert counts("five", "Soldaten") == [11_500]


def test_two_reports_of_one_visit_name_the_same_people_though_they_share_no_sentence() -> None:
    visit, aggregator = told("recall")[2], told("recall")[3]
    people = [{one.name for one in s.names if one.kind == "person"} for s in (visit, aggregator)]
    assert {"Pavel Drost", "Ilse Varga"} <= people[0] & people[1]


def test_people_of_a_storyline_are_one_under_all_their_spellings() -> None:
    articles = five("recall")
    folded = fold_names(facts(one.title, one.text, one.language).names for one in articles)
    assert [name.name for name in folded if "Drost" in name.name] == ["Pavel Drost"]
