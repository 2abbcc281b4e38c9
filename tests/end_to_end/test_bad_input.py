"""Input that cannot be used: each kind has one clear answer, and none of them stops the rest.

A recording and an archive hold every kind of it between good articles. What is said here of the accounts of
a replay is said of these two as well: `test_accounts.py`.
"""

import gzip
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from services.console.scan import is_a, scan
from services.contracts import wire
from services.contracts.feeds import FeedMark, FeedState
from services.ingest.polling.mark import with_mark
from services.ops.exits import Exit
from services.stream.sqlite import SqliteBus
from tests.end_to_end.archive import rows
from tests.end_to_end.command import Replay, newsfold
from tests.end_to_end.output import by_url, digests, lines
from tests.end_to_end.recorder import FEED_TYPE, Recorder, page, rss

HOST = "https://www.talbote.example"
FEED = f"{HOST}/feed.xml"
TEXT = "\n".join(
    f"Der {number}. Pfeiler der Brücke von Neuenhafen wird im März neu gegründet, sagte Baurätin Ilse Möhr."
    for number in range(9)
)
BOMB = gzip.compress(bytes(64 << 20))
"""64 KiB that become 64 MiB."""

BAD_PAGES: dict[str, tuple[dict[str, object], str]] = {
    "bomb": ({"body": BOMB, "headers": {"Content-Encoding": "gzip"}}, "bomb"),
    "stacked": ({"body": gzip.compress(BOMB), "headers": {"Content-Encoding": "gzip, gzip"}}, "bomb"),
    "unknown": ({"body": page("A", TEXT), "headers": {"Content-Encoding": "compress"}}, "encoding"),
    "huge": ({"body": b"<p>" + bytes(16 << 20)}, "too_large"),
    "deep": ({"body": b"<html><body>" + b"<div>" * 20_000 + TEXT.encode()}, "too_deep"),
    "empty": ({"body": b""}, "empty_body"),
    "blank": ({"body": b"  \n\t "}, "empty_body"),
    "no-article": ({"body": b"<html><body><nav><a href='/'>Start</a></nav></body></html>"}, "no_article"),
    "noise": ({"body": b"\x00\x01\x02 noise", "content_type": "text/html"}, "not_html"),
}
"""Name of a page, its answer, and how the dead letter begins to say what is wrong with it."""
BAD_FEEDS: dict[str, tuple[bytes, str]] = {
    "html": (b"<!doctype html><html><body><p>Wartung</p></body></html>", "not_a_feed: an HTML page"),
    "empty": (b"", "empty_body"),
    "blank": (b" \n", "empty_body"),
    "noise": (b"%PDF-1.7 \x00\x01", "not_a_feed"),
    "json": (b'{"version": "https://jsonfeed.org/version/1.1", "items": [', "incomplete"),
}


def link(name: str) -> str:
    return f"{HOST}/artikel/{name}"


def write_recording(path: Path) -> int:
    """Every kind of bad page and feed between good ones; how many answers."""
    with Recorder(path) as log:
        log.answer(FEED, rss("Talbote", [link(name) for name in ("first", *BAD_PAGES, "last")]), FEED_TYPE)
        log.answer(link("first"), page("Brücke", TEXT))
        for name, (answer, _) in BAD_PAGES.items():
            log.answer(link(name), **answer)  # type: ignore[arg-type]
        for name, (body, _) in BAD_FEEDS.items():
            log.answer(f"{HOST}/{name}.xml", rss(name, []), FEED_TYPE)
            log.answer(f"{HOST}/{name}.xml", body, "text/html")
        latin = page("Fähre", TEXT.replace("Brücke", "Fähre")).decode().encode("latin-1")
        log.answer(link("latin"), latin, "text/html; charset=utf-8")
        unpacked = page("Kai", TEXT.replace("Brücke", "Mauer"))
        log.answer(link("unpacked"), unpacked, headers={"Content-Encoding": "gzip"})
        log.answer(link("last"), page("Tunnel", TEXT.replace("Brücke", "Röhre")))
        return log.answers


def write_bad_archive(path: Path) -> None:
    """Good lines with every kind of bad line between them."""
    good = [json.dumps(row).encode() for row in rows(40)]
    lacking = [
        json.dumps({key: value for key, value in row.items() if key != missing}).encode()
        for row in rows(1)
        for missing in ("url", "source", "title", "text", "fetched_at")
    ]
    odd = [
        b"{not json",
        b'"a string"',
        b"[]",
        b"\xff\xfe\x00",
        good[0].replace(b"https://", b"gopher://"),
        good[0].replace(b'"fetched_at": "', b'"fetched_at": "noon of '),
        good[0].replace(b'"fetched_at": "2026', b'"fetched_at": "0001'),
        good[0].replace(b'"fetched_at": "2026', b'"fetched_at": "9999'),
        b"[" * 100_000,
    ]
    bad = [*lacking, *odd]
    path.write_bytes(b"\n".join([*good[:20], *bad, *good[20:]]) + b"\n")


def test_a_recording_with_every_kind_of_bad_input_is_replayed_to_its_end(bad_day: Replay) -> None:
    assert sorted(by_url(bad_day.out, "articles")) == sorted(
        map(link, ("first", "latin", "unpacked", "last"))
    )


@pytest.mark.parametrize("name", BAD_PAGES)
def test_a_page_that_cannot_be_used_is_a_dead_letter_that_names_feed_page_and_place(
    bad_day: Replay, name: str
) -> None:
    (letter,) = [line for line in lines(bad_day.out, "dead-letters") if f"{link(name)} " in line["origin"]]
    assert letter["origin"].startswith(f"feed {FEED} page {link(name)} (day.warc.gz byte ")
    assert letter["detail"].startswith(f"page given up: {BAD_PAGES[name][1]}")
    assert letter["service"] == "ingest"


def test_there_are_no_other_dead_letters(bad_day: Replay) -> None:
    assert len(lines(bad_day.out, "dead-letters")) == len(BAD_PAGES)


async def test_a_feed_that_cannot_be_used_is_marked_with_the_reason(bad_day: Replay) -> None:
    bus = SqliteBus(bad_day.log)
    await bus.start()
    last: dict[str, FeedState] = {}
    async for record in scan(bus, "feed-state"):
        if is_a(record, FeedState):
            state = wire.decode(FeedState, record.value or b"")
            last[state.url] = state
        elif is_a(record, FeedMark):
            mark = wire.decode(FeedMark, record.value or b"")
            (state,) = (state for state in last.values() if state.feed_id == mark.feed_id)
            last[state.url] = with_mark(state, mark)
    await bus.close()
    for name, (_, reason) in BAD_FEEDS.items():
        state = last[f"{HOST}/{name}.xml"]
        assert (state.status, state.failures) == ("backing_off", 1)
        assert state.reason.startswith(reason)
    assert last[FEED].status == "fresh"


def test_the_summary_names_each_feed_that_cannot_be_used_and_counts_its_polls_by_reason(
    bad_day: Replay,
) -> None:
    told = bad_day.ran.out.splitlines()
    for name, (_, reason) in BAD_FEEDS.items():
        (line,) = (line for line in told if f"{HOST}/{name}.xml is backing_off" in line)
        assert reason in line
        assert any(f"polls failed: {reason.partition(':')[0]}" in line for line in told)


def test_each_entry_that_was_not_used_stands_with_its_reason_in_the_file_of_feeds(bad_day: Replay) -> None:
    feed = by_url(bad_day.out, "feeds")[FEED]
    unused = {one["about"]: one["reason"] for one in feed["unused"]}
    assert len(unused) == len(BAD_PAGES)
    assert Counter(unused.values()) == Counter(why.partition(":")[0] for _, why in BAD_PAGES.values())
    assert feed["fates"] == {"article": 2, **Counter(unused.values())}


def test_a_text_in_another_charset_than_it_says_is_read(bad_day: Replay) -> None:
    assert "Fähre von Neuenhafen" in by_url(bad_day.out, "articles")[link("latin")]["text"]


def test_bad_lines_of_an_archive_are_dead_letters_and_change_nothing_else(tmp_path: Path) -> None:
    write_bad_archive(tmp_path / "mixed.jsonl")
    good = tmp_path / "good.jsonl"
    good.write_text("".join(json.dumps(row) + "\n" for row in rows(40)), encoding="utf-8")
    ran = newsfold("replay", tmp_path / "mixed.jsonl", "--out", tmp_path / "mixed")
    assert (ran.code, ran.err) == (Exit.OK, "")
    assert newsfold("replay", good, "--out", tmp_path / "good").code == Exit.OK
    dead = lines(tmp_path / "mixed", "dead-letters")
    assert [letter["origin"] for letter in dead] == [f"mixed.jsonl line {n}" for n in range(21, 35)]
    for letter, missing in zip(dead, ("url", "source", "title", "text", "fetched_at"), strict=False):
        assert missing in letter["detail"]
    assert all(letter["detail"] for letter in dead)
    without = {"dead-letters.jsonl": ""}
    assert digests(tmp_path / "mixed") | without == digests(tmp_path / "good") | without


@pytest.mark.parametrize("left_off", [60, 300, 3_000])
def test_a_cut_off_recording_is_used_as_far_as_it_goes_and_named(tmp_path: Path, left_off: int) -> None:
    whole = tmp_path / "whole.warc.gz"
    with Recorder(whole) as log:
        for number in range(12):
            log.answer(link(str(number)), page(f"Pfeiler {number}", TEXT.replace("März", f"Monat {number}")))
    cut = tmp_path / "cut.warc.gz"
    cut.write_bytes(whole.read_bytes()[:-left_off])
    ran = newsfold("replay", cut, "--out", tmp_path / "out")
    assert ran.code == Exit.FAILED
    (line,) = ran.told
    assert line.startswith("newsfold: cut.warc.gz: damaged after ")
    assert "cut off" in line
    found = by_url(tmp_path / "out", "articles")
    assert list(found) == [link(str(number)) for number in range(int(line.split()[4]))]
    assert len(found) >= (11 if left_off < 500 else 5)
    assert {len(article["text"].splitlines()) for article in found.values()} == {9}, "none is cut"
    (letter,) = lines(tmp_path / "out", "dead-letters")
    assert (letter["reason"], letter["origin"]) == ("damaged-file", "cut.warc.gz")


@pytest.mark.parametrize(
    ("lie", "left"),
    [
        (lambda length: b"Content-Length: %d" % (length - 3), ["0", "2", "3"]),
        (lambda length: b"Content-Length: %d" % (length // 100), ["0"]),
        (lambda length: b"Content-Length: %d" % (length * 100), ["0"]),
        (lambda length: b"Content-Lingth: %d" % length, ["0"]),
    ],
)
def test_a_record_that_lies_about_its_length_is_left_out_and_named(
    tmp_path: Path, lie: Callable[[int], bytes], left: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "day.warc"
    with Recorder(path) as log:
        for number in range(4):
            log.answer(link(str(number)), page(f"Pfeiler {number}", TEXT.replace("März", f"Monat {number}")))
    content = path.read_bytes()
    at = content.index(b"Content-Length: ", content.index(link("1").encode()))
    end = content.index(b"\r\n", at)
    path.write_bytes(content[:at] + lie(int(content[at:end].split()[1])) + content[end:])
    ran = newsfold("replay", path, "--out", tmp_path / "out")
    assert ran.code == Exit.FAILED
    (line,) = ran.told
    assert line.startswith("newsfold: day.warc: damaged after 1 answers: the record at byte ")
    assert [url.rpartition("/")[2] for url in by_url(tmp_path / "out", "articles")] == left
    assert capfd.readouterr().err == "", "no library prints what strangers wrote"


def test_a_cut_off_archive_is_used_as_far_as_it_goes_and_named(tmp_path: Path) -> None:
    content = "".join(json.dumps(row) + "\n" for row in rows(60)).encode()
    cut = tmp_path / "cut.jsonl.gz"
    cut.write_bytes(gzip.compress(content)[:-2_000])
    ran = newsfold("replay", cut, "--out", tmp_path / "out")
    assert ran.code == Exit.FAILED
    (line,) = ran.told
    assert line.startswith("newsfold: cut.jsonl.gz: cut off or damaged after line ")
    assert 0 < len(lines(tmp_path / "out", "articles")) < 60


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"\x1f\x8b\x08 not gzip at all", "noise.jsonl.gz"),
        (b"\x1f\x8b\x08 not gzip at all", "noise.warc.gz"),
        (b"\n", "blank.warc.gz"),
    ],
)
def test_a_file_that_is_none_of_what_its_name_says_is_named(
    tmp_path: Path, content: bytes, name: str
) -> None:
    (tmp_path / name).write_bytes(content)
    good = tmp_path / "good.jsonl"
    good.write_text("".join(json.dumps(row) + "\n" for row in rows(5)), encoding="utf-8")
    ran = newsfold("replay", tmp_path / name, good, "--out", tmp_path / "out")
    assert ran.code == Exit.FAILED
    assert [line.startswith(f"newsfold: {name}: ") for line in ran.told] == [True]
    assert len(lines(tmp_path / "out", "articles")) == 5


def test_what_is_wrong_with_the_order_itself_is_one_line_before_anything_starts(tmp_path: Path) -> None:
    good = tmp_path / "good.jsonl"
    good.write_text("".join(json.dumps(row) + "\n" for row in rows(2)), encoding="utf-8")
    (tmp_path / "empty.warc.gz").touch()
    config = tmp_path / "newsfold.toml"
    config.write_text("[dedup]\nwindow_day = 3\n", encoding="utf-8")
    wrong: dict[str, list[str | Path]] = {
        "absent.warc": [tmp_path / "absent.warc"],
        "empty.warc.gz: is empty": [good, tmp_path / "empty.warc.gz"],
        "unknown key dedup.window_day": [good, "--config", config],
    }
    for part, arguments in wrong.items():
        ran = newsfold("replay", *arguments, "--bus", f"sqlite:{tmp_path / 'log.db'}")
        assert ran.code == Exit.USAGE
        assert len(ran.told) == 1
        assert part in ran.told[0]
    assert not (tmp_path / "log.db").exists()
