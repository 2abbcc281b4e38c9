"""Archives line by line, and what a file may promise of what is still to come."""

import asyncio
import gzip
import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from services.contracts import ids
from services.contracts.articles import Article, Withdrawal
from services.ingest.readings import ArchiveReading, BadReading, RecordReading
from services.ingest.recordings import archive_lines
from services.ingest.recordings.archive import Archive
from services.ingest.recordings.archive_lines import read_line
from services.ingest.recordings.source import Item, quiet_times
from tests.unit.ingest.readings import START, after

TIMES = st.lists(st.integers(0, 20).map(after), max_size=12)


@given(TIMES)
def test_nothing_is_promised_that_a_later_item_breaks(times: list[datetime]) -> None:
    quiet = quiet_times(times)
    for position in range(len(times)):
        assert all(at > quiet[position] for at in times[position:])


@given(TIMES)
def test_promises_only_grow_and_end_at_the_latest_time(times: list[datetime]) -> None:
    quiet = quiet_times(times)
    assert quiet == sorted(quiet)
    assert quiet[-1:] == ([max(times)] if times else [])


def row(slug: str = "a", **more: object) -> dict[str, object]:
    return {
        "url": f"https://www.hafenblatt.example/{slug}",
        "source": "hafenblatt",
        "title": f"Meldung {slug}",
        "text": "Der Rat hat beschlossen.",
        "fetched_at": "2026-03-02T06:00:00Z",
    } | more


def line(slug: str = "a", **more: object) -> bytes:
    return json.dumps(row(slug, **more)).encode() + b"\n"


def test_a_complete_line_is_an_article() -> None:
    found = read_line(
        line(language="de-AT", feed="stadt", published_at="2026-03-01T12:00:00+01:00"), "a.jsonl line 1"
    )
    assert isinstance(found, ArchiveReading)
    assert (found.language, found.feed, found.at) == ("de", "stadt", START)
    assert found.published_at == datetime.fromisoformat("2026-03-01T11:00:00+00:00")


def test_null_and_odd_evidence_is_no_reason_to_lose_an_article() -> None:
    found = read_line(line(language=None, feed=None, published_at="yesterday", text=""), "a.jsonl line 1")
    assert isinstance(found, ArchiveReading)
    assert (found.published_at, found.feed, found.text) == (None, "", "")


def test_the_address_stays_as_the_archive_has_it_and_the_identity_is_canonical() -> None:
    found = read_line(line(url="https://A.example/x?utm_source=a#part"), "a.jsonl line 1")
    assert isinstance(found, ArchiveReading)
    assert (found.url, found.canonical_url) == (
        "https://A.example/x?utm_source=a#part",
        "https://a.example/x",
    )


def test_what_no_record_may_hold_costs_the_character_and_not_the_line() -> None:
    written = "Cafe\u0301\u0000 \u0007zu\ud83d"
    found = read_line(
        line(title=written, text=f"{written}\n\ud83d\ude00", source="hafen\u0000blatt", feed="st\u0001adt"),
        "a",
    )
    assert isinstance(found, ArchiveReading)
    assert (found.title, found.text) == ("Caf\xe9 zu\ufffd", "Caf\xe9 zu\ufffd\n\U0001f600")
    assert (found.source, found.feed) == ("hafenblatt", "stadt")


def test_no_control_character_stands_in_an_address() -> None:
    found = read_line(line(url="https://a.example/x\u0000y\u0007"), "a.jsonl line 1")
    assert isinstance(found, ArchiveReading)
    assert (found.url, found.canonical_url) == ("https://a.example/xy", "https://a.example/xy")


def test_half_an_emoji_takes_no_place_from_the_times_of_other_lines(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(line("a", title="halb \ud83d", fetched_at="2026-03-02T07:00:00Z") + line("b"))
    _, found = items(path)
    assert [item.at.hour for item in found] == [7, 6]


@pytest.mark.parametrize(
    ("label", "text", "language"),
    [
        ("en", "Мост через реку закрыт для пешеходов.", "ru"),
        ("de", "다리가 갈매기 때문에 닫혔다고 시가 밝혔다.", "ko"),
        ("en", "駅前の時計台が修理のため止まる。", "ja"),
        ("uk", "Рада закрила міст.", "uk"),
        ("de", "The council of Neuenhafen has closed the bridge over the Ilse for the winter.", "de"),
    ],
)
def test_the_label_of_an_archive_is_believed_unless_the_letters_are_of_another_language(
    label: str, text: str, language: str
) -> None:
    found = read_line(line(language=label, title="", text=text), "a.jsonl line 1")
    assert isinstance(found, ArchiveReading)
    assert found.language == language


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        (b"not json", "JSON is malformed"),
        (b"[]", "Expected `object`"),
        (b'{"url": "https://a.example/"}', "missing required field `source`"),
        (line(title=3), "Expected `str`, got `int` - at `$.title`"),
        (line(fetched_at="soon"), "Invalid RFC3339"),
        (line(fetched_at="9999-12-31T23:59:59Z"), "years 1970 to 2999"),
        (line(url="mailto:a@b.example"), "`url` is not an http(s) URL"),
        (line(source=" "), "`source` is empty"),
        (b'{"url": "\xff"}', "utf-8"),
        (b'{"a":' * 100_000, "recursion"),
    ],
)
def test_a_bad_line_is_a_dead_letter_with_its_bytes_and_its_place(bad: bytes, says: str) -> None:
    found = read_line(bad, "a.jsonl line 7")
    assert isinstance(found, BadReading)
    assert (found.reason, found.origin, found.value) == ("bad-line", "a.jsonl line 7", bad)
    assert says.lower() in found.detail.lower()


def items(path: Path, start: int = 0) -> tuple[Archive, list[Item]]:
    async def read() -> tuple[Archive, list[Item]]:
        source = Archive(path)
        await source.open()
        return source, [item async for batch in source.batches(start) for item in batch]

    return asyncio.run(read())


def urls(found: Sequence[Item]) -> list[str]:
    return [
        getattr(item.reading, "url", getattr(item.reading, "reason", "")).rpartition("/")[2] for item in found
    ]


@pytest.mark.parametrize("suffix", [".jsonl", ".jsonl.gz"])
def test_an_archive_gives_its_lines_in_order_and_skips_blank_ones(tmp_path: Path, suffix: str) -> None:
    body = line(slug="a") + b"\n  \n" + line(slug="b") + b"oops\n" + line(slug="c").strip()
    path = tmp_path / f"archive{suffix}"
    path.write_bytes(gzip.compress(body) if suffix.endswith(".gz") else body)
    source, found = items(path)
    assert urls(found) == ["a", "b", "bad-line", "c"]
    assert source.total == 4
    assert urls(items(path, start=2)[1]) == ["bad-line", "c"]


def test_an_archive_out_of_order_keeps_its_order_and_promises_less(tmp_path: Path) -> None:
    path = tmp_path / "archive.jsonl"
    stamps = ["2026-03-02T06:05:00Z", "2026-03-02T06:01:00Z", "2026-03-02T06:09:00Z"]
    path.write_bytes(b"".join(line(slug=f"{n}", fetched_at=at) for n, at in enumerate(stamps)))
    source, found = items(path)
    assert urls(found) == ["0", "1", "2"]
    promised = [source.quiet_until(position) for position in range(4)]
    assert promised[1] is not None
    assert promised[1] < after(1)
    assert promised[3] == after(9)


def test_a_cut_off_archive_gives_what_can_be_read_and_says_where_it_ends(tmp_path: Path) -> None:
    path = tmp_path / "archive.jsonl.gz"
    body = b"".join(line(slug=f"{n}", text=f"Text {n} " * 200) for n in range(300))
    path.write_bytes(gzip.compress(body)[:-400])
    source, found = items(path)
    assert source.damage.startswith("archive.jsonl.gz: cut off or damaged after line ")
    assert len(found) == source.total
    assert isinstance(found[-1].reading, BadReading)
    assert found[-1].reading.reason == "damaged-file"
    assert urls(found)[:3] == ["0", "1", "2"]
    assert "\n" not in source.damage


def test_an_endless_line_is_one_dead_letter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive_lines, "MAX_LINE", 1_000)
    path = tmp_path / "archive.jsonl"
    path.write_bytes(line(slug="a") + b"x" * 9_000 + b"\n" + line(slug="b"))
    assert urls(items(path)[1]) == ["a", "bad-line", "b"]


def test_an_archive_keeps_its_id_under_another_name(tmp_path: Path) -> None:
    for name in ("one.jsonl", "two.jsonl"):
        (tmp_path / name).write_bytes(line())
    assert items(tmp_path / "one.jsonl")[0].id == items(tmp_path / "two.jsonl")[0].id


async def test_an_archive_may_be_opened_again(tmp_path: Path) -> None:
    (tmp_path / "archive.jsonl").write_bytes(line(slug="a") + line(slug="b"))
    source = Archive(tmp_path / "archive.jsonl")
    await source.open()
    await source.open()
    assert source.total == 2
    assert [len(batch) async for batch in source.batches(0)] == [2]


def exported(**more: object) -> Article:
    """As a line of an export has it, published under the id of an address it no longer has."""
    known = ids.article_id("https://www.hafenblatt.example/old")
    article = Article(
        article_id=known,
        version_id=ids.version_id(known, "Meldung", "Der Rat hat beschlossen."),
        url="https://www.hafenblatt.example/new",
        source="hafenblatt.example",
        feed="https://www.hafenblatt.example/rss",
        title="Meldung",
        text="Der Rat hat beschlossen.",
        language="de",
        first_seen_at=START,
        also_in=("https://www.hafenblatt.example/all",),
        fetched_url="https://www.hafenblatt.example/new?x",
    )
    return replace(article, **more)


def test_a_line_of_an_export_is_what_was_seen_with_ids_addresses_and_feeds() -> None:
    found = read_line(msgspec.json.encode(exported()), "a.jsonl line 1")
    assert found == RecordReading(record=exported())


def test_a_line_of_an_export_that_was_edited_is_a_line_of_an_archive() -> None:
    found = read_line(msgspec.json.encode(exported(text="Der Rat hat vertagt.")), "a.jsonl line 1")
    assert isinstance(found, ArchiveReading)
    assert (found.text, found.at, found.url) == ("Der Rat hat vertagt.", START, exported().url)


def test_a_withdrawal_of_an_export_is_one_again() -> None:
    gone = Withdrawal(
        article_id="a", version_id="b", url="https://a.example/x", source="a", language="de", at=START
    )
    assert read_line(msgspec.json.encode(gone), "a.jsonl line 1") == RecordReading(record=gone)


def test_a_line_of_an_export_with_a_bad_address_is_a_bad_line() -> None:
    gone = Withdrawal(article_id="a", version_id="v", url="file:///a", source="a", language="de", at=START)
    for record in (exported(url="ftp://www.hafenblatt.example/a"), gone):
        found = read_line(msgspec.json.encode(record), "articles.jsonl line 1")
        assert isinstance(found, BadReading)
        assert "`url` is not an http(s) URL" in found.detail


def test_a_byte_that_is_no_text_is_named_by_its_place_in_the_line() -> None:
    found = read_line(line().replace(b"Rat", b"R\xe4t"), "a.jsonl line 1")
    assert isinstance(found, BadReading)
    assert found.detail == f"not UTF-8: byte {line().index(b'Rat') + 2} of the line is 0xe4"


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00Z", "2026-03-02T06:00:00"])
def test_a_record_that_cannot_have_been_seen_then_is_a_bad_line(at: str) -> None:
    line = msgspec.json.encode(exported()).replace(b"2026-03-02T06:00:00Z", at.encode())
    assert isinstance(read_line(line, "a.jsonl line 1"), BadReading)
