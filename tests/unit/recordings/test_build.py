"""The bundled recording is what its sources say, and expected.toml says what can be measured in it."""

import gzip
import re
import tomllib
from collections import Counter
from itertools import combinations
from typing import Any

import msgspec
import pytest
import trafilatura
from warcio.archiveiterator import ArchiveIterator

from tests.recordings.archive import FIELDS, archive_lines
from tests.recordings.build import HERE, RECORDING, build, warc_date
from tests.recordings.overlap import Overlap, common_runs, overlap, shingles, words
from tests.recordings.session import Exchange, exchanges
from tests.recordings.sources import DEMO, Piece, Version, read_newsroom

NEWSROOM = read_newsroom()
SESSION = tuple(exchanges(NEWSROOM))
PIECES = {piece.url: piece for piece in NEWSROOM.pieces}
EXPECTED: dict[str, Any] = tomllib.loads((DEMO / "expected.toml").read_text(encoding="utf-8"))
SCREENED = {row["url"]: row["reason"] for row in EXPECTED["screened"]}
RELATED = {frozenset((row["url"], row["other"])) for row in EXPECTED["relation"]}


def squeeze(text: str) -> str:
    return " ".join(text.replace("\u00ad", "").split())


def text_of(version: Version) -> str:
    return "\n\n".join(version.paragraphs)


def last_text(url: str) -> str:
    return text_of(PIECES[url].versions[-1])


def measured(row: dict[str, Any]) -> tuple[Overlap, list[int]]:
    """The row's two texts: the later version against the first where both are one article."""
    other = text_of(PIECES[row["other"]].versions[0]) if row.get("same_address") else last_text(row["other"])
    text = last_text(row["url"])
    return overlap(text, other), common_runs(text, other)


def first_page(piece: Piece) -> Exchange:
    return next(exchange for exchange in SESSION if exchange.url.split("?")[0] == piece.url)


def first_seen(url: str) -> str:
    piece = PIECES[url]
    if piece.outlet.feeds[0].kind != "rss-full":
        return warc_date(first_page(piece).at)
    seen = (exchange.at for exchange in SESSION if piece.url.encode() in decoded(exchange))
    return warc_date(min(seen))


def decoded(exchange: Exchange) -> bytes:
    packed = ("Content-Encoding", "gzip") in exchange.headers
    return gzip.decompress(exchange.body) if packed else exchange.body


def test_the_bundled_recording_holds_what_the_sources_build() -> None:
    """Compared after decoding: another zlib may pack the same bytes differently."""
    with RECORDING.open("rb") as file:
        answers = [
            (
                record.rec_headers["WARC-Date"],
                record.rec_headers["WARC-Target-URI"],
                record.http_headers.statusline,
                record.content_stream().read(),
            )
            for record in ArchiveIterator(file)
            if record.rec_type == "response"
        ]
    assert answers == [(warc_date(e.at), e.url, e.status, decoded(e)) for e in SESSION]


def test_every_build_gives_the_same_bytes_and_stays_small() -> None:
    first = build(SESSION)
    assert first == build(exchanges(read_newsroom()))
    assert len(first) < 1_000_000


def test_exchanges_come_in_order_of_time_and_no_two_share_a_moment_and_an_address() -> None:
    assert [e.at for e in SESSION] == sorted(e.at for e in SESSION)
    assert max(Counter((e.at, e.url) for e in SESSION).values()) == 1


def test_the_recording_holds_the_mess_it_promises() -> None:
    statuses = Counter(e.status for e in SESSION)
    assert statuses["304 Not Modified"] > 100
    assert statuses["404 Not Found"] == 1
    assert any(("Content-Encoding", "gzip") in e.headers for e in SESSION)
    assert any(("Content-Type", "text/html; charset=iso-8859-1") in e.headers for e in SESSION)
    assert sum(not piece.source.guid for piece in NEWSROOM.pieces) == 1
    assert sum("utm_source" in e.url for e in SESSION) == 4
    assert {feed.kind for outlet in NEWSROOM.outlets.values() for feed in outlet.feeds} == {
        "rss",
        "rss-full",
        "atom",
        "json",
    }


@pytest.mark.parametrize(
    "piece",
    [p for p in NEWSROOM.pieces if p.source.page == "article" and p.outlet.feeds[0].kind != "rss-full"],
    ids=lambda piece: piece.name,
)
def test_a_page_extracts_to_exactly_its_source_paragraphs(piece: Piece) -> None:
    pages = [e for e in SESSION if e.url.split("?")[0] == piece.url]
    assert len(pages) >= len(piece.versions)
    for page in pages:
        extracted = trafilatura.extract(decoded(page), url=page.url, include_comments=False)
        assert squeeze(extracted or "") == squeeze(text_of(piece.at(page.at)))


def test_a_consent_wall_extracts_to_its_own_short_text() -> None:
    walls = [piece for piece in NEWSROOM.pieces if piece.source.page == "consent"]
    assert len(walls) == 2
    for wall in walls:
        extracted = trafilatura.extract(decoded(first_page(wall)), include_comments=False)
        assert squeeze(extracted or "") in {"", squeeze(last_text(wall.url))}


def test_articles_are_of_news_length() -> None:
    lengths = {p.name: len(words(text_of(v))) for p in NEWSROOM.pieces for v in p.versions}
    ticker = lengths.pop("storm-ticker-tagesspur")
    assert ticker > 900
    short = {name for name, length in lengths.items() if not 120 <= length <= 450}
    assert short == {p.name for p in NEWSROOM.pieces if p.source.page != "article" or "stub" in p.name}


def test_expected_counts_add_up() -> None:
    counts = EXPECTED["counts"]
    assert counts["articles"] == len(EXPECTED["article"]) == len(PIECES) - len(EXPECTED["missing"])
    assert counts["versions"] == sum(row["versions"] for row in EXPECTED["article"])
    assert counts["stories"] == len(EXPECTED["story"])
    assert counts["relations"] == len(EXPECTED["relation"])
    assert counts["screened"] == len(SCREENED)


def test_every_article_is_in_one_story_or_screened() -> None:
    in_stories = [url for story in EXPECTED["story"] for url in story_urls(story)]
    assert sorted([*in_stories, *SCREENED]) == sorted(row["url"] for row in EXPECTED["article"])


def story_urls(story: dict[str, Any]) -> list[str]:
    return [story["founder"], *(member["url"] for member in story.get("member", []))]


def test_founders_are_seen_first_and_members_in_the_order_given() -> None:
    for story in EXPECTED["story"]:
        seen = [first_seen(url) for url in story_urls(story)]
        assert seen == sorted(seen), story["name"]


def test_the_newer_article_is_the_subject() -> None:
    for row in [*EXPECTED["relation"], *EXPECTED["unrelated"]]:
        if row["url"] != row["other"]:
            assert first_seen(row["url"]) > first_seen(row["other"]), row


def test_versions_are_as_many_as_the_sources_have() -> None:
    for row in EXPECTED["article"]:
        assert row["versions"] == len(PIECES[row["url"]].versions), row["url"]


@pytest.mark.parametrize("row", EXPECTED["relation"], ids=lambda row: row["kind"])
def test_the_numbers_of_a_relation_are_exact_and_fit_its_kind(row: dict[str, Any]) -> None:
    numbers, runs = measured(row)
    assert (row["jaccard"], row["containment"], row["other_containment"], row["runs"]) == (
        pytest.approx(numbers.jaccard, abs=0.0006),
        pytest.approx(numbers.containment, abs=0.0006),
        pytest.approx(numbers.other_containment, abs=0.0006),
        runs,
    )
    contained = max(numbers.containment, numbers.other_containment)
    if row["kind"] == "syndicated":
        assert contained >= 0.5
    elif row["kind"] == "derivative":
        assert 0.2 <= contained < 0.7
        assert runs[1] >= 8
    elif row["kind"] == "background":
        assert 0.02 <= numbers.jaccard <= 0.05
        assert len(runs) >= 4
    elif row["kind"] == "duplicate":
        assert numbers.jaccard == 1


@pytest.mark.parametrize("row", EXPECTED["unrelated"], ids=lambda row: row["reason"])
def test_the_numbers_of_an_unrelated_pair_are_exact_and_fit_its_reason(row: dict[str, Any]) -> None:
    numbers, _ = measured(row)
    assert (row["jaccard"], row["containment"], row["other_containment"]) == (
        pytest.approx(numbers.jaccard, abs=0.0006),
        pytest.approx(numbers.containment, abs=0.0006),
        pytest.approx(numbers.other_containment, abs=0.0006),
    )
    screens = {SCREENED.get(row["url"]), SCREENED.get(row["other"])}
    if screens == {None}:
        assert numbers.shared <= 2
    elif screens == {"template"}:
        assert numbers.containment >= 0.5


def test_templates_differ_in_numbers_and_names_of_days_only() -> None:
    def frame(url: str) -> str:
        return re.sub(r"\d+|(Diens|Mitt|Donners|Frei|Tues|Wednes|Thurs)\w+", "#", last_text(url))

    templates = [url for url, reason in SCREENED.items() if reason == "template"]
    assert sorted(Counter(frame(url) for url in templates).values()) == [3, 4]


def test_pairs_of_stories_that_are_not_listed_share_next_to_nothing() -> None:
    shingled = {row["url"]: shingles(last_text(row["url"])) for row in EXPECTED["article"]}
    home = {url: story["name"] for story in EXPECTED["story"] for url in story_urls(story)}
    listed = RELATED | {frozenset((row["url"], row["other"])) for row in EXPECTED["unrelated"]}
    for url, other in combinations(shingled, 2):
        apart = home.get(url, url) != home.get(other, other) and frozenset((url, other)) not in listed
        if apart:
            assert len(shingled[url] & shingled[other]) <= 2, (url, other)


@pytest.mark.parametrize("name", ["five", "recall"])
def test_an_archive_of_five_is_what_its_sources_build(name: str) -> None:
    assert (HERE / name / f"{name}.jsonl").read_bytes() == archive_lines(HERE / name)


def test_of_the_five_only_the_follow_ups_share_copy_and_only_passages_of_it() -> None:
    rows = [msgspec.json.decode(line) for line in archive_lines(HERE / "five").splitlines()]
    assert [row["fetched_at"] for row in rows] == sorted(row["fetched_at"] for row in rows)
    assert all(tuple(row) == FIELDS for row in rows)
    assert len(rows) == 5
    sharing = [(a, b) for a, b in combinations([row["text"] for row in rows], 2) if overlap(a, b).shared]
    ((first, second),) = sharing
    numbers = overlap(first, second)
    assert numbers.jaccard == pytest.approx(0.0253, abs=0.001)
    assert numbers.containment == pytest.approx(0.050, abs=0.002)
    assert common_runs(first, second, least=4) == [14, 9, 8, 6, 5, 4, 4, 4, 4, 4]
