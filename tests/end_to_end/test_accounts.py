"""Nothing lost, nothing silent: what goes in is counted here, independently, and so is where it ended."""

import asyncio
import re
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest
from warcio.archiveiterator import ArchiveIterator

from services.console.scan import is_a, scan
from services.contracts import wire
from services.contracts.articles import Article
from services.contracts.relations import Verdict
from services.stream.sqlite import SqliteBus
from tests.end_to_end.archive import write_archive
from tests.end_to_end.command import Replay, replayed
from tests.end_to_end.output import lines
from tests.end_to_end.test_bad_input import write_bad_archive

_ROW = re.compile(r"^│ (?P<part>  )?(?P<name>[a-z][\w :/-]*?) +│ +(?P<number>[\d,.]+) │$", re.MULTILINE)

Table = dict[str, dict[str, int]]


class Books(NamedTuple):
    inputs: int
    table: Table
    """What the command told: each figure with its parts; the figure itself under the empty name."""
    out: Path
    versions: Counter[str]
    """Article records on the log by version id."""
    verdicts: Counter[str]
    """Verdicts by version id."""


def answers_in(path: Path) -> int:
    with path.open("rb") as file:
        return sum(record.rec_type in {"response", "revisit"} for record in ArchiveIterator(file))


def lines_in(path: Path) -> int:
    return sum(bool(line.strip()) for line in path.read_bytes().split(b"\n"))


@pytest.fixture(scope="module", params=["demo", "bad_day", "week", "bad_week"])
def books(request: pytest.FixtureRequest) -> Books:
    done: Replay = request.getfixturevalue(request.param)
    count = answers_in if done.source.name.endswith(".warc.gz") else lines_in
    versions, verdicts = asyncio.run(_on_the_log(done.log))
    return Books(count(done.source), table_of(done.ran.out), done.out, versions, verdicts)


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> Replay:
    place = tmp_path_factory.mktemp("week")
    return replayed(write_archive(place / "week.jsonl", 200), place)


@pytest.fixture(scope="module")
def bad_week(tmp_path_factory: pytest.TempPathFactory) -> Replay:
    place = tmp_path_factory.mktemp("bad-week")
    write_bad_archive(place / "mixed.jsonl")
    return replayed(place / "mixed.jsonl", place)


def table_of(told: str) -> Table:
    found: Table = {}
    name = ""
    for row in _ROW.finditer(told):
        if "." in row["number"]:
            continue  # seconds
        if not row["part"]:
            name = row["name"]
        found.setdefault(name, {})[row["name"] if row["part"] else ""] = int(row["number"].replace(",", ""))
    return found


async def _on_the_log(log: Path) -> tuple[Counter[str], Counter[str]]:
    bus = SqliteBus(log)
    await bus.start()
    try:
        versions = Counter(
            [
                wire.decode(Article, record.value or b"").version_id
                async for record in scan(bus, "articles")
                if is_a(record, Article)
            ]
        )
        verdicts = Counter(
            [
                wire.decode(Verdict, record.value or b"").version_id
                async for record in scan(bus, "relations")
                if is_a(record, Verdict)
            ]
        )
    finally:
        await bus.close()
    return versions, verdicts


def parts(figure: dict[str, int]) -> int:
    return sum(count for name, count in figure.items() if name)


def test_every_input_is_told_of_under_one_name(books: Books) -> None:
    figure = books.table["inputs"]
    assert figure[""] == parts(figure) == books.inputs


def test_what_is_told_of_ingest_lies_on_the_log(books: Books) -> None:
    figure = books.table["inputs"]
    assert figure.get("articles", 0) <= books.versions.total()
    assert figure.get("dead letters", 0) == len(lines(books.out, "dead-letters"))


def test_every_version_has_one_verdict(books: Books) -> None:
    assert books.verdicts == Counter(dict.fromkeys(books.versions, 1))
    figure = books.table["article versions"]
    assert figure[""] == parts(figure) == books.versions.total()


def test_every_article_stands_in_one_story_or_is_screened(books: Books) -> None:
    told = [url for story in lines(books.out, "stories") for url in story["articles"]]
    screened = [line["url"] for line in lines(books.out, "screened") if not line.get("other_url")]
    articles = [line["url"] for line in lines(books.out, "articles")]
    assert Counter(told + screened) == Counter(articles)
    assert books.table["articles"][""] == len(articles)


def test_figures_of_the_table_are_the_lines_of_the_files(books: Books) -> None:
    kinds = Counter(line["kind"] for line in lines(books.out, "relations"))
    relations = dict(books.table["relations"])
    assert relations.pop("") == kinds.total()
    assert relations == kinds
    stories = [len(story["articles"]) for story in lines(books.out, "stories")]
    assert books.table["stories"][""] == len(stories)
    assert books.table["stories"].get("of more than one article", 0) == sum(size > 1 for size in stories)
    dead = Counter(f"{line['service']}: {line['reason']}" for line in lines(books.out, "dead-letters"))
    letters = dict(books.table["dead letters"])
    assert letters.pop("") == dead.total()
    assert letters == dead


def test_every_entry_a_feed_listed_has_one_fate(books: Books) -> None:
    feeds = lines(books.out, "feeds")
    assert all(sum(feed["fates"].values()) == feed["listed"] for feed in feeds)
    told = {name: count for name, count in books.table.get("entries listed", {}).items() if name}
    fates: Counter[str] = Counter()
    for feed in feeds:
        fates.update(feed["fates"])
    assert told == fates
    assert books.table.get("feeds", {"": 0})[""] == len(feeds)


def test_every_story_change_is_of_a_story_and_counts_up(books: Books) -> None:
    revisions: dict[str, list[int]] = {}
    for change in lines(books.out, "story-changes"):
        revisions.setdefault(change["story_id"], []).append(change["revision"])
    assert all(found == list(range(1, len(found) + 1)) for found in revisions.values())
    for story in lines(books.out, "stories"):
        assert revisions[story["story_id"]][-1] == story["revision"]
