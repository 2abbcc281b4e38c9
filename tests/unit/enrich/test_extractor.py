import logging
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts import wire
from services.contracts.clusters import Cluster, Replaced
from services.contracts.facts import ArticleFacts, Facts, Figure, Name, Quote
from services.contracts.stories import Story, StoryChange
from services.enrich.embedder import NamedEmbed
from services.enrich.extensions import Extensions
from services.enrich.extractor import LONGEST, Extract, Extractor, NamedExtract, checked_facts
from services.enrich.facts.extract import facts
from services.enrich.memory import Memory
from services.enrich.service import EnrichTask
from services.stream.bus import Partition, Record
from tests.unit.enrich.members import START, cluster, member

TEXT = "Rund 40 Boote sanken vor Marsum."
NAME = "desk.example:read"


def extractor(extract: Any) -> Extractor:
    return Extractor(NamedExtract(NAME, extract))


def extensions(extract: Any) -> Extensions:
    return Extensions(NamedExtract(NAME, extract))


def raising(error: Exception) -> Extract:
    def extract(_title: str, _text: str, _language: str) -> Facts:
        raise error

    return extract


def record(one: Cluster) -> Record:
    return Record(Partition("clusters", 0), 0, one.story_id.encode(), wire.encode(one), (), 0)


def test_what_another_extractor_says_is_told_and_remembered_under_its_name() -> None:
    said = Facts(names=(Name(name="Marsum", kind="place"),))
    assert extractor(lambda *_: said).read("", TEXT, "de") == (said, NAME)
    memory = Memory(extractor(lambda *_: said))
    memory.take([cluster(member("a"), text=TEXT, article_id="a")])
    kept = memory.articles["a"]
    assert (kept.facts, kept.extractor) == (said, NAME)


@pytest.mark.parametrize(
    "given_instead",
    [
        None,
        {"names": "Marsum"},
        Facts(names=("Marsum",)),  # type: ignore[arg-type]
        Facts(lead="\ud800"),
        Facts(figures=(Figure(value=float("nan"), text="x"),)),
        Facts(names=(Name(name="x", kind="ship"),)),  # type: ignore[arg-type]
    ],
)
def test_where_it_gives_no_facts_the_rules_read_the_text_and_it_is_counted(given_instead: object) -> None:
    found = extractor(lambda *_: given_instead)
    assert found.read("", TEXT, "de") == (facts("", TEXT, "de"), "")
    assert found.failures.take() == 1
    assert not found.failures.take()


def test_an_exception_is_counted_and_told_once(caplog: pytest.LogCaptureFixture) -> None:
    fails = raising(TimeoutError("slow"))
    embed = NamedEmbed(NAME, lambda text: fails(text, "", ""))  # type: ignore[arg-type, return-value]
    task = EnrichTask(0, extensions=Extensions(NamedExtract(NAME, fails), embed))
    plain = EnrichTask(0)
    clusters = [record(cluster(member(name), text=TEXT, article_id=name, story_id=name)) for name in "ab"]
    with caplog.at_level(logging.WARNING):
        step = task.step(clusters)
    assert step.noted[("extension_failures_total", "extractor")] == 2
    assert step.outputs == plain.step(clusters).outputs
    assert step.noted[("extension_failures_total", "embedder")] == 2
    assert [line[: line.index(";")] for line in caplog.messages] == [
        f"enrich.extractor {NAME} failed (TimeoutError)",
        f"enrich.embedder {NAME} failed (TimeoutError)",
    ]


def test_it_says_no_more_than_the_rules_may() -> None:
    names = (Name(name=" "), *(Name(name=f"N{n}", code="xyz", count=9**30 // 9**12) for n in range(99)))
    said = checked_facts(
        Facts(lead="x" * 999, names=names, quotes=(Quote(text="y"),) * 99, keywords=("k",) * 99)
    )
    assert [len(part) for part in (said.lead, said.names, said.quotes, said.keywords)] == [LONGEST, 23, 12, 8]
    assert not any(name.code for name in said.names)


def test_versions_are_told_apart_by_one_extractor() -> None:
    """Facts remembered from the rules are no measure of what another extractor finds in the next version."""
    said = Facts(names=(Name(name="Anna Beispiel", kind="person"),))
    memory = Memory(extractor(lambda *_: said))
    old = ArticleFacts(article_id="a", version_id="a.0", seen_at=START, facts=Facts())
    memory.restore(old)
    new = member("a", version_id="a.1", version_seen_at=START + timedelta(hours=1))
    replaced = Replaced(version_id="a.0", title="Title of a", text=TEXT)
    (learned,) = memory.take([cluster(new, text=TEXT, article_id="a", replaced=replaced, change="updated")])
    assert learned.update is not None
    assert not learned.update.names_added


NAMES = st.builds(
    Name,
    name=st.text(max_size=9) | st.sampled_from(["Kim Jong-un", "김정은", "·", "Paris"]),
    kind=st.sampled_from(["person", "organisation", "place", "country", ""]),
    code=st.text(max_size=3),
    variants=st.lists(st.text(max_size=5), max_size=2).map(tuple),
    count=st.integers(),
)
FIGURES = st.builds(
    Figure,
    value=st.floats() | st.integers(-(10**40), 10**40),
    what=st.text(max_size=3),
    text=st.text(max_size=3),
)
FACTS = st.builds(
    Facts,
    names=st.lists(NAMES, max_size=4).map(tuple),
    figures=st.lists(FIGURES, max_size=3).map(tuple),
    dateline=st.text(max_size=4),
    sources=st.lists(st.text(max_size=4), max_size=2).map(tuple),
)


@given(FACTS)
def test_whatever_it_gives_a_story_is_told_that_can_be_read(said: Facts) -> None:
    one = cluster(member("a"), text=TEXT, article_id="a")
    outputs = EnrichTask(0, extensions=extensions(lambda *_: said)).step([record(one)]).outputs
    told = {output.partition.topic: output.value or b"" for output in outputs}
    assert wire.decode(Story, told["stories"]).story_id == one.story_id
    assert wire.decode(StoryChange, told["story-changes"])
    restored = EnrichTask(0)
    for output in outputs:
        if output.partition.topic == "enrich-state":
            restored.restore(Record(output.partition, 0, output.key, output.value, (), 0))
    restored.restored()
