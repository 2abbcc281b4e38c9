"""Time stamps of feeds and pages: right, or none."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from babel.dates import format_datetime
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.text.dates import moment, read_stamp

NOON = datetime(2025, 6, 12, 12, 33, tzinfo=UTC)
"""What all stamps here say that are exact."""
ZONES = st.integers(-12 * 4, 14 * 4).map(lambda quarters: timezone(timedelta(minutes=15 * quarters)))
TIMES = st.datetimes(datetime(1995, 1, 1), datetime(2049, 1, 1), timezones=ZONES)  # noqa: DTZ001


@pytest.mark.parametrize(
    "text",
    [
        "Thu, 12 Jun 2025 12:33:00 GMT",
        "Thu, 12 Jun 2025 12:33 UT",
        "12 Jun 25 12:33:00 Z",
        "Thursday, 12-Jun-25 12:33:00 GMT",
        "Thu Jun 12 12:33:00 UTC 2025",
        "Thu, 12 Jun 2025 14:33:00 +0200",
        "Thu, 12 Jun 2025 14:33:00 CEST",
        "Thu, 12 Jun 2025 14:33:00 MESZ",
        "Thu, 12 Jun 2025 13:33:00 BST",
        "Thu, 12 Jun 2025 13:33:00 WEST",
        "Thu, 12 Jun 2025 15:33:00 EEST",
        "Thu, 12 Jun 2025 15:33:00 MSK",
        "Thu, 12 Jun 2025 21:33:00 JST",
        "Thu, 12 Jun 2025 22:33:00 AEST",
        "Fri, 13 Jun 2025 00:33:00 NZST",
        "Thu, 12 Jun 2025 08:33:00 EDT",
        "Thu, 12 Jun 2025 05:33:00 PDT",
        "Thu, 12 Jun 2025 14:33:00 +0200 (CEST)",
        "Thu, 12 Jun 2025 14:33:00 (CEST)",
        "Thu, 12 Jun 2025 18:03:00 +0530 IST",
        "Thu, 12 Jun 2025 14:33:00 UTC+02:00",
        "Thu, 12 Jun 2025 14:33:00 GMT+2",
        "Thu, 12 Jun 2025 08:33:00 GMT-0400",
        "Thu Jun 12 2025 14:33:00 GMT+0200 (Central European Summer Time)",
        "Thu, 12 Jun 2025 02:33:00 PM +0200",
        "June 12th, 2025 12:33 p.m. GMT",
        "12 June 2025, 12:33PM UTC",
        "2025-06-12T12:33:00Z",
        "2025-06-12T14:33:00+02:00",
        "2025-06-12t12:33z",
        "2025-06-12 14:33:00 +0200",
        "2025-06-12 12:33:00 UTC",
        "2025-06-12T14:33:00+02:00[Europe/Berlin]",
        "20250612T123300Z",
        "2025/06/12 12:33 GMT",
        "12.06.2025 14:33 +0200",
        "12.6.2025 14:33 MESZ",
        "13/06/2025 00:33 +1200",
        "1749731580",
        "1749731580000",
        "Do, 12 Juni 2025 14:33:00 +0200",
        "Donnerstag, 12. Juni 2025, 14:33 Uhr MESZ",
        "jeu., 12 juin 2025 14:33:00 +0200",
        "jeudi 12 juin 2025 à 14h33 CEST",
        "12 de junio de 2025 14:33:00 +0200",
        "qui, 12 jun 2025 09:33:00 -0300",
        "gio, 12 giu 2025 14:33:00 +0200",
        "do 12 juni 2025 14:33:00 +0200",
        "czw., 12 cze 2025 14:33:00 +0200",
        "чт, 12 июн 2025 15:33:00 +0300",
        "2025年6月12日 21:33 JST",
        " Thu, 12 Jun 2025\n 12:33:00 GMT ",
    ],
)
def test_a_clock_time_with_a_zone_is_exact(text: str) -> None:
    assert read_stamp(text) == (NOON, True)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2025-06-12T12:33:00.25Z", NOON + timedelta(milliseconds=250)),
        ("2025-06-12T12:33:00.123456789Z", NOON + timedelta(microseconds=123456)),
        ("1749731580250", NOON + timedelta(milliseconds=250)),
        ("Thu, 12 Jun 2025 12:32:60 GMT", NOON),
        ("2025-06-12T24:00:00Z", datetime(2025, 6, 13, tzinfo=UTC)),
        ("Mi, 12 Mär 2025 14:33:00 +0100", datetime(2025, 3, 12, 13, 33, tzinfo=UTC)),
        ("12. März 2025 14:33 MEZ", datetime(2025, 3, 12, 13, 33, tzinfo=UTC)),
        ("mar., 11 mars 2025 14:33:00 +0100", datetime(2025, 3, 11, 13, 33, tzinfo=UTC)),
        ("mar, 11 mar 2025 14:33:00 +0100", datetime(2025, 3, 11, 13, 33, tzinfo=UTC)),
        ("12 août 2025 14:33 CEST", datetime(2025, 8, 12, 12, 33, tzinfo=UTC)),
        ("Tue, 12 Aug 97 12:33:00 GMT", datetime(1997, 8, 12, 12, 33, tzinfo=UTC)),
        ("12:15 AM 12 Jun 2025 GMT", datetime(2025, 6, 12, 0, 15, tzinfo=UTC)),
    ],
)
def test_seconds_months_and_years_are_as_written(text: str, at: datetime) -> None:
    assert read_stamp(text) == (at, True)


@pytest.mark.parametrize(
    "text",
    ["2025-06-12", "20250612", "12 Jun 2025", "12.06.2025", "June 12, 2025", "2025/6/12", "12. Juni 2025"],
)
def test_a_day_alone_is_the_coarser_statement(text: str) -> None:
    assert read_stamp(text) == (datetime(2025, 6, 12, tzinfo=UTC), False)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "gestern",
        "vor 5 Minuten",
        "in 2025",
        "June 2025",
        "Thu, 12 Jun 2025 14:33:00",
        "12.06.2025 14:33",
        "2025-06-12T14:33:00",
        "Thu, 12 Jun 2025 14:33:00 IST",
        "Thu, 12 Jun 2025 14:33:00 AST",
        "Thu, 12 Jun 2025 14:33:00 Q",
        "Thu, 12 Jun 2025 14:33:00 Europe/Berlin",
        "06/12/2025 14:33 GMT",
        "06-12-2025",
        "31 Feb 2025 14:33 GMT",
        "2025-13-40T00:00:00Z",
        "2025-06-12T25:33:00Z",
        "2025-06-12T14:33 AM Z",
        "2025-06-12T14:33:00+99:00",
        "0001-01-01T00:00:00Z",
        "Mon, 01 Jan 0001 00:00:00 +0000",
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "0000000000",
        "12 listopad 2025 14:33 GMT",
        "174973158",
        "17497315800",
        "9" * 13,
        "9" * 10_000,
        "12 Jun 2025 14:33 or 15:33 GMT",
        "12 Jun 2025 page 4 14:33 GMT",
    ],
)
def test_what_cannot_be_read_for_sure_is_none(text: str) -> None:
    assert read_stamp(text) is None


@given(TIMES)
def test_what_programs_print_is_read_exactly(at: datetime) -> None:
    at = at.replace(microsecond=0, second=0)
    offset = at.strftime("%z")[:5]
    for text in (
        at.isoformat(),
        at.strftime(f"%a, %d %b %Y %H:%M:%S {offset}"),
        at.strftime(f"%A %d %B %Y %I:%M %p {offset}"),
        at.strftime(f"%a %b %d %Y %H:%M:%S GMT{offset} (whatever it is called)"),
        str(int(at.timestamp())),
    ):
        expected = at.astimezone(UTC)
        if len(text) > 9:
            assert read_stamp(text) == (expected, True), text


@given(
    st.datetimes(datetime(1995, 1, 1), datetime(2049, 1, 1)),  # noqa: DTZ001
    st.integers(-11, 13),
    st.sampled_from("en de fr es pt it nl pl sv da nb cs fi ru uk".split()),
)
def test_months_and_weekdays_of_a_language_are_read_or_none(at: datetime, hours: int, language: str) -> None:
    at = at.replace(microsecond=0, tzinfo=timezone(timedelta(hours=hours)))
    text = format_datetime(at, "EEEE d MMMM yyyy HH:mm:ss Z", locale=language)
    assert read_stamp(text) in {None, (at.astimezone(UTC), True)}
    if language in "en de fr es pt it".split():
        assert read_stamp(text)


@given(st.text(st.sampled_from("0123456789 :.-/,+TZ JanFebGMT()"), max_size=40) | st.text(max_size=60))
def test_no_text_makes_it_raise(text: str) -> None:
    read_stamp(text)


def test_moments_of_machines_may_leave_out_zone_and_time() -> None:
    assert moment("2025-06-12T12:33:00") == NOON
    assert moment("2025-06-12") == datetime(2025, 6, 12, tzinfo=UTC)
    assert moment("Thu, 12 Jun 2025") is None
