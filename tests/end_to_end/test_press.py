"""Recordings of a real week of German press and of real pages, where they are here to be replayed."""

import csv
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.end_to_end.command import newsfold
from tests.end_to_end.output import by_url, lines
from tests.end_to_end.test_accounts import answers_in, parts, table_of
from tests.press import press_data

pytestmark = pytest.mark.press

REUSE = {"duplicate", "syndicated", "derivative", "update"}
Pair = frozenset[str]


class Replayed(NamedTuple):
    source: Path
    told: str
    out: Path

    def reused(self) -> set[Pair]:
        found = lines(self.out, "relations")
        return {frozenset((one["url"], one["other_url"])) for one in found if one["kind"] in REUSE}

    def in_one_story(self) -> set[Pair]:
        return {
            frozenset((one, other))
            for story in lines(self.out, "stories")
            for one in story["articles"]
            for other in story["articles"]
            if one < other
        }


def recordings() -> Path:
    data = press_data()
    if data is None:
        pytest.skip("no press data here")
    return data / "recordings"


def replay(name: str, place: Path) -> Replayed:
    source = recordings() / f"{name}.warc.gz"
    ran = newsfold("replay", source, "--out", place / "out")
    assert (ran.code, ran.err) == (0, "")
    return Replayed(source, ran.out, place / "out")


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> Replayed:
    return replay("de-press-week", tmp_path_factory.mktemp("week"))


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Replayed:
    return replay("pages", tmp_path_factory.mktemp("pages"))


def pairs(name: str) -> list[dict[str, Any]]:
    with (recordings() / f"{name}.pairs.tsv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def of_class(rows: list[dict[str, Any]], *classes: str) -> set[Pair]:
    return {frozenset((row["url_a"], row["url_b"])) for row in rows if row["class"] in classes}


@pytest.mark.parametrize("name", ["week", "pages"])
def test_every_answer_of_the_recording_is_accounted_for(name: str, request: pytest.FixtureRequest) -> None:
    replayed: Replayed = request.getfixturevalue(name)
    table = table_of(replayed.told)
    figure = table["inputs"]
    assert figure[""] == parts(figure) == answers_in(replayed.source)
    told = [url for story in lines(replayed.out, "stories") for url in story["articles"]]
    screened = [line["url"] for line in lines(replayed.out, "screened") if not line.get("other_url")]
    assert sorted(told + screened) == sorted(by_url(replayed.out, "articles"))


def test_every_page_of_the_week_is_an_article(week: Replayed) -> None:
    with (recordings() / "de-press-week.tsv").open(encoding="utf-8", newline="") as file:
        announced = {row["page_url"] for row in csv.DictReader(file, delimiter="\t")}
    found = {line["fetched_url"] or url for url, line in by_url(week.out, "articles").items()}
    assert announced - found == set()


def test_every_known_reuse_of_the_week_is_found(week: Replayed) -> None:
    known = of_class(pairs("de-press-week"), "reuse")
    assert len(known) == 25
    assert known - week.reused() == set()


def test_stubs_and_templates_of_the_week_are_neither_related_nor_in_one_story(week: Replayed) -> None:
    repeated = of_class(pairs("de-press-week"), "repeat")
    assert repeated
    assert repeated & week.reused() == set()
    assert repeated & week.in_one_story() == set()


def test_all_real_pages_become_articles(pages: Replayed) -> None:
    assert len(lines(pages.out, "articles")) == 122


def test_no_two_real_pages_are_taken_for_one_text(pages: Replayed) -> None:
    assert pages.reused() | pages.in_one_story() == set()
