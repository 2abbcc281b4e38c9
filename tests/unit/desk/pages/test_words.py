from datetime import UTC, datetime, timedelta

import pytest

from services.desk.pages.agencies import NAMES, agency, because, reason
from services.desk.pages.filters import (
    beside,
    dated,
    lapse,
    moment,
    number,
    outward,
    percent,
    plain,
    put,
    roughly,
)
from services.desk.pages.languages import language_name
from services.ingest.credits.presses import AGENCIES

NINE = datetime(2026, 3, 9, 9, 14, tzinfo=UTC)


def test_agencies_have_the_names_that_citations_report() -> None:
    assert {slug: press.title for slug, press in AGENCIES.items()} == NAMES
    assert agency("hafenblatt.example") == "hafenblatt.example"


def test_a_reason_is_said_without_jargon() -> None:
    assert reason("runs the text whole (J 0.98), both credit afp, dpa") == (
        "runs the text whole (98\u00a0% of all words in common), both credit AFP, dpa"
    )
    assert reason("both credit ap, from which either may have it").startswith("both credit AP, from which")
    assert reason("a map of the app, 3% new") == "a map of the app, 3\u00a0% new"


def test_who_is_named_already_is_named_again_instead_of_it() -> None:
    assert because("it credits it", "dpa") == "credits dpa"
    assert because("it credits nobody and runs the words of copy that credits it", "ap") == (
        "credits nobody and runs the words of copy that credits AP"
    )
    assert because("it names it as the source of what it says", r"\g<9>") == (
        r"names \g<9> as the source of what it says"
    )
    assert because("it was first seen 4 h later", "hill.example") == "it was first seen 4 h later"


def test_what_stands_beside_a_title_does_not_say_it_again() -> None:
    assert beside("2026-03-09 · Marsum · Säure läuft aus", "Säure läuft aus") == (
        "9\u00a0March\u00a02026 · Marsum"
    )
    assert beside("2026-03-09 · Marsum:", "x") == "9\u00a0March\u00a02026 · Marsum"
    assert beside("2026-13-09 · Marsum", "") == "2026-13-09 · Marsum"


def test_codes_and_slugs_are_said_in_words() -> None:
    assert [language_name(code) for code in ("de", "zh-Hant", "xx")] == ["German", "Chinese", "xx"]
    assert [plain(slug) for slug in ("http_503", "no_article", "poll-failed")] == [
        "the server answers 503",
        "no article",
        "poll failed",
    ]


def test_a_moment_is_told_as_short_as_can_be() -> None:
    assert moment(NINE, NINE + timedelta(hours=9)) == "09:14"
    assert moment(NINE, NINE + timedelta(days=9)) == "9\u00a0Mar, 09:14"
    assert moment(NINE) == "9\u00a0Mar 2026, 09:14"


def test_numbers_are_told_for_people() -> None:
    assert [lapse(s) for s in (7, 840, 3_600, 8_100, 90_000)] == [
        "7\u00a0s",
        "14\u00a0min",
        "1\u00a0h",
        "2\u00a0h\u00a015",
        "1\u00a0d\u00a01\u00a0h",
    ]
    assert [roughly(s) for s in (7, 840, 8_100, 27_540, 300_000)] == [
        "7\u00a0s",
        "14\u00a0min",
        "2\u00a0h",
        "8\u00a0h",
        "3\u00a0d",
    ]
    assert (number(1_234_567), number(2.5)) == ("1\u202f234\u202f567", "2.5")
    assert [percent(s) for s in (0.0, 0.001, 0.9999, 1.0)] == [
        "0\u00a0%",
        "1\u00a0%",
        "99\u00a0%",
        "100\u00a0%",
    ]


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "//host.example/", "https://user:word@host.example/", "data:text/html,x", "https://",
     "https://host.example/\u202egpj.exe", "http://[::1", "ftp://host.example/"],
)  # fmt: skip
def test_only_a_plain_web_address_becomes_a_link(url: str) -> None:
    assert outward(url) == ""
    assert outward("https://host.example/ä?b") == "https://host.example/ä?b"


def test_another_order_keeps_what_was_narrowed_and_begins_at_the_first_page() -> None:
    assert put("/?lang=de&sort=new&page=3", "sort", "top") == "/?lang=de&sort=top"


def test_a_publishers_date_at_midnight_is_a_day() -> None:
    assert dated(NINE, NINE) == "09:14"
    assert dated(NINE.replace(hour=0, minute=0), NINE) == "9\u00a0Mar"
    assert dated(NINE.replace(year=2025, hour=0, minute=0), NINE) == "9\u00a0Mar 2025"
