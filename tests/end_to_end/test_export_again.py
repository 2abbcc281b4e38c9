"""What a replay wrote can be replayed: every version, every first sight, every withdrawal."""

import json
from pathlib import Path

import pytest

from tests.end_to_end.command import Replay, newsfold, replayed
from tests.end_to_end.output import by_url, digests, lines
from tests.end_to_end.recorder import FEED_TYPE, Recorder, page, rss

OF_THE_INPUT = frozenset({"feeds.jsonl", "dead-letters.jsonl"})
"""What was polled and what could not be read is told of the recording; an export holds neither."""
FERRY = (
    "Die Fähre nach Odde legt ab Montag wieder ab, nachdem die Werft in Sundhavn die Welle ersetzt hat.\n"
    "Elf Wochen lang hatten die Inselbewohner ein Fischerboot nehmen müssen, das nur bei ruhiger See fuhr.\n"
    "Die Reederei bezifferte den Schaden auf zweihunderttausend Euro und dankte den Fischern von Odde."
)
TOLL = FERRY + "\nEine Überfahrt kostet künftig vier Euro zwanzig, Kinder unter sechs Jahren fahren frei mit."


@pytest.fixture(scope="module")
def restless(tmp_path_factory: pytest.TempPathFactory) -> Replay:
    """One article changes and changes back, one is taken back, one is a copy at two feeds."""
    place = tmp_path_factory.mktemp("restless")
    first, gone, copy = (f"https://www.{name}.example/odde" for name in ("hafenblatt", "talbote", "lindfunk"))
    with Recorder(place / "day.warc.gz") as recorder:
        for number, url in enumerate((first, gone, copy)):
            recorder.answer(f"https://feeds{number}.example/rss", rss("Küste", [url]), FEED_TYPE)
        recorder.answer("https://feeds9.example/rss", rss("Alle", [copy]), FEED_TYPE)
        recorder.answer(first, page("Fähre nach Odde fährt wieder", FERRY))
        recorder.answer(gone, page("Odde ist wieder erreichbar", FERRY))
        recorder.answer(first, page("Fähre nach Odde fährt wieder", TOLL))
        recorder.answer(copy, page("Wieder Fähren nach Odde", TOLL))
        recorder.answer(gone, status="410 Gone")
        recorder.answer(first, page("Fähre nach Odde fährt wieder", FERRY))
        recorder.answer("https://www.stationseven.example/nothing", page("Nothing", ""))
    return replayed(place / "day.warc.gz", place)


def compare_with_its_replay(done: Replay, place: Path, named: Path) -> None:
    again = replayed(named, place)
    before, after = digests(done.out), digests(again.out)
    assert {name for name in before if before[name] != after[name]} <= OF_THE_INPUT
    assert newsfold("compare", done.out, again.out).code in {0, 1 if lines(done.out, "dead-letters") else 0}


@pytest.mark.parametrize("name", ["demo", "restless"])
def test_a_replay_of_an_export_gives_the_same_bytes(
    name: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    done: Replay = request.getfixturevalue(name)
    assert lines(done.out, "history")
    compare_with_its_replay(done, tmp_path, done.out)


def test_the_articles_of_an_export_stand_for_all_of_it(restless: Replay, tmp_path: Path) -> None:
    compare_with_its_replay(restless, tmp_path, restless.out / "articles.jsonl")


def test_there_is_a_history_to_lose(restless: Replay) -> None:
    history = lines(restless.out, "history")
    assert [line["url"].split(".")[1] for line in history] == ["hafenblatt", "talbote", "hafenblatt"]
    assert [("note" in line, "text" in line) for line in history] == [
        (False, True),
        (True, False),
        (False, True),
    ]
    (gone,) = lines(restless.out, "withdrawals")
    assert gone["url"].split(".")[1] == "talbote"


def test_without_its_history_an_export_is_what_was_shown_last(restless: Replay, tmp_path: Path) -> None:
    alone = tmp_path / "shown.jsonl"
    alone.write_bytes((restless.out / "articles.jsonl").read_bytes())
    again = replayed(alone, tmp_path)
    assert by_url(again.out, "articles") == by_url(restless.out, "articles")
    assert not lines(again.out, "history")


def test_an_edited_line_of_an_export_is_a_text_of_its_own(restless: Replay, tmp_path: Path) -> None:
    edited = lines(restless.out, "articles")
    for line in edited:
        line["text"] = line["text"].replace("Odde", "Ammerö")
    file = tmp_path / "edited.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in edited), encoding="utf-8")
    again = replayed(file, tmp_path)
    for url, line in by_url(again.out, "articles").items():
        assert "Ammerö" in line["text"]
        before = by_url(restless.out, "articles")[url]
        assert (line["article_id"], line["first_seen_at"]) == (before["article_id"], before["first_seen_at"])
        assert line["version_id"] != before["version_id"]


def test_a_directory_that_is_no_export_is_refused(tmp_path: Path) -> None:
    (tmp_path / "articles.jsonl").touch()
    ran = newsfold("replay", tmp_path)
    assert ran.code == 2
    assert "no export" in ran.err


def test_of_two_versions_of_one_moment_the_same_one_is_shown_again(tmp_path: Path) -> None:
    row = {
        "url": "https://www.hafenblatt.example/odde",
        "source": "hafenblatt",
        "title": "Fähre nach Odde",
        "fetched_at": "2026-03-02T06:00:00Z",
        "language": "de",
    }
    archive = tmp_path / "two.jsonl"
    archive.write_text("".join(json.dumps(row | {"text": text}) + "\n" for text in (TOLL, FERRY)), "utf-8")
    (tmp_path / "first").mkdir()
    done = replayed(archive, tmp_path / "first")
    assert [line["text"] for line in lines(done.out, "articles")] == [FERRY]
    compare_with_its_replay(done, tmp_path, done.out)
