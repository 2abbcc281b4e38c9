from collections.abc import Sequence
from io import StringIO

import msgspec
import pytest
from rich.console import Console

from services.console.feeds.census import Followed
from services.console.feeds.detail import SHOWN, detail_lines
from services.console.feeds.listing import feeds_table
from services.console.feeds.lookup import find, near
from services.console.feeds.rows import short_row, whole_row
from services.contracts.feeds import FeedState
from tests.unit.console.followed import NOON, feed, followed, troubled

KNOWN = [
    followed(f"https://www.{name}.example/{path}")
    for name in ("klatschmohn", "kornblume")
    for path in ("rss", "sport/rss")
]


def one() -> Followed:
    return Followed(feed(troubled().url), troubled())


def as_table(known: Sequence[Followed]) -> str:
    console = Console(width=80, file=StringIO())
    console.print(feeds_table(known))
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def test_a_feed_is_shown_with_its_status_its_sum_its_polls_its_pages_and_what_was_not_used() -> None:
    text = "\n".join(detail_lines(one()))
    for part in (
        "https://klatschmohn.example/rss",
        "source     klatschmohn.example",
        "status     losing: http_403",
        "next poll  2026-03-02 12:15:00",
        "9 = 4 article + 1 waiting + 1 known + 3 http_403",
        "2026-03-02 12:00:00  polled  listed 3 = 2 new + 1 repeated",
        "2026-03-02 11:45:00  not_a_feed  an HTML page",
        "https://klatschmohn.example/igel  attempts 2, last http_5xx, next 2026-03-02 12:15:00",
        "2026-03-02 12:00:00  http_403  Der Dachs",
    ):
        assert part in text


def test_a_feed_that_was_never_polled_says_so() -> None:
    text = "\n".join(detail_lines(Followed(feed("https://klatschmohn.example/rss"), None)))
    assert "status     unpolled" in text
    assert "last poll  never" in text


def test_of_many_waiting_pages_some_are_shown_and_the_rest_is_counted() -> None:
    state = msgspec.structs.replace(troubled(), pending=troubled().pending * (SHOWN + 7))
    text = list(detail_lines(Followed(feed(state.url), state)))
    assert sum("/igel" in line for line in text) == SHOWN
    assert "  … and 7 more; --json has all of them" in text


def test_no_user_no_password_and_no_control_character_is_shown() -> None:
    shown = "\n".join(detail_lines(one())) + as_table([one()])
    told = msgspec.json.encode([short_row(one()), whole_row(one())]).decode()
    for text in (shown, told):
        assert "Geheim1" not in text
        assert "leser" not in text
    assert "\x1b" not in shown


def test_the_table_of_feeds_fits_eighty_columns_and_shows_the_loss() -> None:
    text = as_table([one(), Followed(feed("https://klatschmohn.example/neu"), None)])
    assert max(map(len, text.splitlines())) <= 80
    for part in ("losing", "9 listed", "4 article", "3 http_403", "never"):
        assert part in text


def test_a_row_for_programs_adds_up_and_keeps_what_it_always_had() -> None:
    row = short_row(one())
    assert sum(row["fates"].values()) == row["listed"] == 9
    assert {
        "feed_id",
        "url",
        "source",
        "status",
        "reason",
        "failures",
        "polled_at",
        "due_at",
        "pending",
    } < set(row)
    assert (row["polled_at"], row["pending"]) == (NOON, 1)
    assert row.items() <= whole_row(one()).items()


@pytest.mark.parametrize(
    "wanted",
    [
        "https://www.kornblume.example/sport/rss",
        "www.kornblume.example/sport/rss",
        "kornblume.example/sport/rss/",
        "http://kornblume.example/sport/rss",
        "https://u:p@www.kornblume.example/sport/rss",
        KNOWN[3].feed.feed_id,
    ],
)
def test_a_feed_is_found_by_its_id_and_by_its_address_in_any_dress(wanted: str) -> None:
    assert find(wanted, KNOWN) == KNOWN[3]


def test_an_address_in_full_wins_over_one_that_looks_like_it() -> None:
    known = [followed("https://klatschmohn.example/rss"), followed("http://klatschmohn.example/rss")]
    assert find("http://klatschmohn.example/rss", known) == known[1]


def test_for_a_feed_that_is_not_known_the_nearest_are_named() -> None:
    assert find("klatschmon.example/rss", KNOWN) is None
    assert near("klatschmon.example/rss", KNOWN)[0] == KNOWN[0].feed.url
    assert near("kornblume", KNOWN) == [KNOWN[2].feed.url, KNOWN[3].feed.url]
    assert near("https://ganz.anders/atom.xml", []) == []


def test_a_feed_of_a_recording_is_known_without_a_subscription() -> None:
    state = FeedState(feed_id="f", url="https://klatschmohn.example/rss")
    assert find("klatschmohn.example/rss", [Followed(feed(state.url), state)]) is not None
