"""The Desk on replays, opened as people open it: each thing that it shows, seen in a real browser.

On the demo and, where it is here, on a quarter of real press, which also has what takes a large corpus to be
seen. `NEWSFOLD_REPLAY=DIR` looks at the output of another replay instead.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from playwright.sync_api import Browser, Page, expect

from services.desk.log.files import FileLog
from tests.browser.serving import serving
from tests.browser.tabs import Open, Sight
from tests.end_to_end.command import Replay
from tests.end_to_end.output import lines
from tests.press import press_data


class Shown(NamedTuple):
    """A Desk and where its richest pages are."""

    base: str
    story: dict[str, Any]
    """The story with the most articles, of those of the widest spread."""
    versions: str
    """An article whose text changed; empty where none did."""


NAMED = os.environ.get("NEWSFOLD_REPLAY")
"""Output of a replay to look at instead."""
QUARTER = pytest.param("quarter", marks=[pytest.mark.press, pytest.mark.timeout(400)])
ON_THE_QUARTER = pytest.mark.parametrize("folder", ["named" if NAMED else QUARTER], indirect=True)
"""What only a large corpus has."""


@pytest.fixture(scope="session", params=["named"] if NAMED else ["demo", QUARTER])
def folder(request: pytest.FixtureRequest, chromium: str) -> Path:  # noqa: ARG001 - nobody else looks
    """Output of a replay."""
    if request.param == "quarter":
        quarter: Path = request.getfixturevalue("quarter")
        return quarter
    if NAMED:
        return Path(NAMED)
    demo: Replay = request.getfixturevalue("demo")
    return demo.out


@pytest.fixture(scope="session")
def quarter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """In a process of its own: while a browser is open, this thread runs no event loop."""
    data = press_data()
    if data is None:
        pytest.skip("no press data here")
    place, source = tmp_path_factory.mktemp("quarter"), data / "de-press" / "articles.jsonl.gz"
    command = [sys.executable, "-m", "services", "replay", str(source), "--out", str(place / "out")]
    subprocess.run(command, check=True, capture_output=True)
    return place / "out"


@pytest.fixture(scope="module")
def shown(folder: Path, browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    with serving(FileLog(folder), tmp_path_factory.mktemp("desk")) as (base, _):
        tab = browser.new_page()
        rows = _json(tab, f"{base}/.json?sort=spread")["rows"]
        stories = [_json(tab, f"{base}/story/{row['story_id']}.json") for row in rows[:10]]
        widest = max(stories, key=lambda story: len(story["members"]))
        changed = [
            member["article_id"]
            for row in _json(tab, f"{base}/.json?sort=new")["rows"] + rows
            for member in _json(tab, f"{base}/story/{row['story_id']}.json")["members"]
            if member.get("versions", 1) > 1
        ]
        tab.close()
        yield Shown(base, widest, f"{base}/article/{changed[0]}" if changed else "")


@pytest.fixture
def sight(window: Open) -> Iterator[Sight]:
    """A tab in which nothing may go wrong, and which asks nobody but the Desk."""
    sight = window()
    yield sight
    assert not sight.wrong
    assert all(address.startswith("http://127.0.0.1:") for address in sight.asked)


def _json(tab: Page, address: str) -> Any:
    """What a page shows, from its twin."""
    return tab.request.get(address).json()["view"]


def _number(text: str) -> int:
    return int("".join(sign for sign in text if sign.isdigit()))


def test_the_front_shows_top_stories_with_their_copies_folded(shown: Shown, sight: Sight) -> None:
    sight.tab.goto(f"{shown.base}/?sort=spread")
    first = sight.tab.locator(".items > li").first
    expect(first.locator("h3")).not_to_be_empty()
    assert _number(first.locator(".much dd").inner_text()) > 1
    expect(first.locator(".copies li").first).to_be_hidden()
    first.locator("summary").click()
    expect(first.locator(".copies li").first).to_be_visible()
    assert not sight.violations()


def test_a_past_minute_is_shown_as_it_stood(shown: Shown, sight: Sight) -> None:
    asked = shown.story["story"]["first_seen_at"][:16]
    sight.tab.goto(f"{shown.base}/?at={asked}")
    expect(sight.tab.locator(".dateline")).to_contain_text("As it stood on")
    assert _json(sight.tab, f"{shown.base}/.json?at={asked}")["rows"] is not None
    sight.tab.goto(shown.base)
    sight.tab.get_by_label("Date and time, UTC").fill(asked)
    sight.tab.get_by_role("button", name="Go there").click()
    expect(sight.tab.locator(".dateline")).to_contain_text("As it stood on")


def test_a_story_is_walked_back_step_by_step(shown: Shown, sight: Sight) -> None:
    story = shown.story["story"]
    sight.tab.goto(f"{shown.base}/?sort=spread&at={story['last_seen_at'].replace('+00:00', 'Z')}")
    sight.tab.locator(f".items a[href^='/story/{story['story_id']}?at=']").first.click()
    expect(sight.tab.locator(".then")).to_contain_text("As it stood on")
    rows = sight.tab.locator(".tree > ol > li")
    before = rows.count()
    sight.tab.keyboard.press("[")
    expect(rows).to_have_count(before - 1)
    assert not sight.violations()
    sight.tab.locator(".then a", has_text="Now").click()
    expect(sight.tab.locator(".then")).to_have_count(0)
    sight.tab.locator(".life a").first.click()
    expect(rows).to_have_count(1)
    sight.tab.goto(f"{shown.base}/outlets?at={story['last_seen_at'][:16]}")
    expect(sight.tab.locator(".notice")).to_contain_text("added up over the whole window")
    assert not sight.violations()


def test_all_pages_count_alike(shown: Shown, sight: Sight) -> None:
    def told(path: str) -> Any:
        return _json(sight.tab, f"{shown.base}{path}")

    front = told("/.json?sort=spread")["rows"]
    for row in front[:10]:
        assert told(f"/story/{row['story_id']}.json")["story"]["spread"] == row["spread"]
        outlet = told(f"/outlet/{row['outlets'][0]}.json")
        mine = [one for one in outlet["stories"] if one["story_id"] == row["story_id"]]
        assert all(one["spread"] == row["spread"] for one in mine)
        if row.get("event_id"):
            event = told(f"/event/{row['event_id']}.json")
            (mine,) = [one for one in event["stories"] if one["story_id"] == row["story_id"]]
            assert mine["spread"] == row["spread"]
            assert event["spread"]["articles"] == sum(one["spread"]["articles"] for one in event["stories"])
    accounts = {one["name"]: one for one in told("/accounts.json")["accounts"]}
    assert [one["difference"] for one in accounts.values()] == [0] * len(accounts)
    outlets = told("/outlets.json")["rows"]
    assert sum(one["articles"] for one in outlets) == accounts["members of stories"]["total"]


def test_pages_of_a_past_minute_count_alike_and_lead_to_each_other(shown: Shown, sight: Sight) -> None:
    at = shown.story["story"]["last_seen_at"].replace("+00:00", "Z")

    def told(path: str) -> Any:
        return _json(sight.tab, f"{shown.base}{path}?at={at}")

    rows = _json(sight.tab, f"{shown.base}/.json?sort=spread&at={at}")["rows"]
    assert max(row["last_seen_at"] for row in rows) <= at
    for row in rows[:10]:
        story = told(f"/story/{row['story_id']}.json")
        assert story["story"]["spread"] == row["spread"]
        event = told(f"/event/{story['event']['event_id']}.json")
        (mine,) = [one for one in event["stories"] if one["story_id"] == row["story_id"]]
        assert mine["spread"] == row["spread"]
        assert event["event"]["articles"] == sum(one["spread"]["articles"] for one in event["stories"])
        line = told(f"/storyline/{event['event']['storyline_id']}.json")
        assert event["event"] in [chapter["event"] for chapter in line["chapters"]]
    tab = sight.tab
    tab.goto(f"{shown.base}/story/{shown.story['story']['story_id']}?at={at}")
    tab.locator("[data-compare]").first.click()
    expect(tab.locator(".then")).to_contain_text("As it stood on")
    tab.locator(".opening .kicker a").click()
    tab.get_by_role("link", name="Event", exact=True).click()
    expect(tab.locator(".then")).to_contain_text("Which stories belong together is told as it is known now")
    assert not sight.violations()
    tab.get_by_role("link", name="Storyline", exact=True).click()
    tab.locator(".then a", has_text="Now").click()
    expect(tab.locator(".then")).to_have_count(0)


def test_a_story_says_who_took_from_whom_and_why_in_words_and_as_a_tree(shown: Shown, sight: Sight) -> None:
    story = shown.story
    sight.tab.goto(f"{shown.base}/story/{story['story']['story_id']}")
    rows = sight.tab.locator(".tree > ol > li")
    folded = sight.tab.locator(".tree .like li, #others li").count()
    assert rows.count() + folded == len(story["members"]) > 1
    assert rows.locator("circle").count() == rows.count()
    expect(rows.nth(1).locator(".how").first).to_contain_text(" after ")
    assert rows.locator("[aria-label='Why we think so'] .sure:visible").count() >= rows.count() - 1
    expect(sight.tab.get_by_role("heading", name="Who had it first")).to_be_visible()
    assert not sight.violations()


def test_pick_up_and_figures_are_drawn_and_told_in_tables(shown: Shown, sight: Sight) -> None:
    sight.tab.goto(f"{shown.base}/story/{shown.story['story']['story_id']}")
    pickup = sight.tab.locator("section[aria-labelledby=pickup]")
    points = shown.story["pickup"]
    apart = any(point["articles"] != point["outlets"] for point in points)
    assert pickup.locator("path").count() == 1 + apart
    pickup.locator("summary").click()
    assert pickup.locator("tbody tr").count() == min(100, len(points))
    assert sight.tab.locator(".figure").count() == min(24, len(shown.story.get("figures", [])))


def test_two_texts_stand_side_by_side_with_what_they_share(shown: Shown, sight: Sight) -> None:
    href = next(m["compare_href"] for m in shown.story["members"] if m.get("compare_href"))
    sight.tab.goto(shown.base + href)
    told = _json(sight.tab, f"{shown.base}{href}.json")
    assert sight.tab.locator(".ribbons polygon").count() == len(told["passages"]) > 0
    for letter, start, end in (("a", "start", "end"), ("b", "other_start", "other_end")):
        side = told["left" if letter == "a" else "right"]
        text = "".join(piece["text"] for piece in side["pieces"])
        lit = sight.tab.locator(f"[aria-labelledby=h-{letter}] .copy mark").evaluate_all(
            "(marks) => marks.map((mark) => [Number(mark.dataset.start), mark.textContent])"
        )
        covered = {at for p in told["passages"] for at in range(p[start], p[end])}
        assert {at + n for at, part in lit for n in range(len(part))} == covered
        assert all(text[at : at + len(part)] == part for at, part in lit)
    sight.tab.locator("#a1").click()
    assert sight.tab.evaluate("() => document.querySelector(':target').id") == "b1"
    assert not sight.violations()


def test_versions_are_told_apart_with_what_changed_named_first(
    shown: Shown, sight: Sight, folder: Path
) -> None:
    if all(member.get("versions", 1) == 1 for one in lines(folder, "stories") for member in one["members"]):
        pytest.skip("this replay has one version of each article")
    sight.tab.goto(shown.versions)
    expect(sight.tab.get_by_role("heading", name="What changed from")).to_be_visible()
    assert sight.tab.locator(".history li").count() > 1
    assert sight.tab.locator(".named dt").all_inner_texts()[-1] == "Words"
    assert sight.tab.locator(".diff :is(ins, del, .moved), .named .headline ins").count() > 0
    assert not sight.violations()


def test_events_and_storylines_tie_stories_together(shown: Shown, sight: Sight) -> None:
    told = shown.story["story"]
    for address, selector in (
        (f"/event/{told['event_id']}", ".items > li"),
        (f"/storyline/{told['storyline_id']}", ".chapters > li"),
    ):
        sight.tab.goto(shown.base + address)
        assert sight.tab.locator(selector).count() > 0
        assert not sight.violations()


def test_a_search_finds_stories_and_its_address_has_other_forms(shown: Shown, sight: Sight) -> None:
    word = max(shown.story["story"]["headline"].split(), key=len).strip(".,:;!?")
    sight.tab.goto(shown.base)
    sight.tab.get_by_label("Search").fill(word)
    sight.tab.get_by_role("button", name="Search").click()
    expect(sight.tab.locator(".items > li").first).to_be_visible()  # a click does not wait for its page
    assert sight.tab.locator(".facet li").count() > 0
    assert not sight.violations()
    forms = sight.tab.locator(".forms a").evaluate_all("(links) => links.map((link) => link.href)")
    kinds = [sight.tab.request.get(form).headers["content-type"].partition(";")[0] for form in forms]
    assert kinds == ["application/json", "application/atom+xml"]


def test_a_raw_record_shows_its_place_headers_and_value(shown: Shown, sight: Sight) -> None:
    sight.tab.goto(shown.base + shown.story["record"]["href"])
    expect(sight.tab.locator("h1")).to_contain_text("stories/0/")
    expect(sight.tab.locator(".headers")).to_contain_text("ce_type")
    expect(sight.tab.locator("section[aria-labelledby=value]")).to_contain_text("JSON, indented")
    expect(sight.tab.locator("pre")).to_contain_text('"story_id"')
    assert not sight.violations()


@pytest.mark.parametrize(
    ("path", "row", "words"),
    [
        ("feeds", ".feeds > li", "The worst first"),
        ("outlets", "tbody tr", "Median delay"),
        ("accounts", ".account", "Adds up"),
        ("dead-letters", "main", "Dead letters"),
        ("help", ".glossary div", "family of one text"),
    ],
)
def test_what_the_trade_needs_has_a_page(shown: Shown, sight: Sight, path: str, row: str, words: str) -> None:
    sight.tab.goto(f"{shown.base}/{path}")
    expect(sight.tab.locator("main")).to_contain_text(words)
    assert sight.tab.locator(f"{row}, .empty").count() > 0
    assert not sight.violations()


def test_an_outlet_has_a_page_of_its_own(shown: Shown, sight: Sight) -> None:
    sight.tab.goto(f"{shown.base}/outlets")
    sight.tab.locator("tbody th a").first.click()
    assert _number(sight.tab.locator(".numbers dd").first.inner_text()) >= 0
    assert sight.tab.locator(".items > li").count() > 0
    assert not sight.violations()


@ON_THE_QUARTER
def test_a_long_front_page_is_turned_and_narrowed(shown: Shown, sight: Sight) -> None:
    tab = sight.tab
    tab.goto(f"{shown.base}/?sort=new")
    headlines = tab.locator(".items h3 a")
    first = headlines.evaluate_all("(links) => links.map((link) => link.href)")
    tab.get_by_role("link", name="Next", exact=True).click()
    expect(tab.locator(".paging")).to_contain_text("Page 2")
    second = headlines.evaluate_all("(links) => links.map((link) => link.href)")
    assert len(set(first + second)) == len(first) + len(second) == 60
    outlet = tab.locator(".facet", has_text="Outlet").locator("a").first
    name = outlet.inner_text()
    outlet.click()
    expect(tab.locator(".facet [aria-current]")).to_have_text(name)
    told = _json(tab, tab.url.replace("/?", "/.json?"))
    assert told["paging"]["page"] == 1
    assert all(name in row["outlets"] for row in told["rows"])
    assert not sight.violations()


@ON_THE_QUARTER
def test_a_figure_that_outlets_dispute_is_marked_and_says_who_gives_which(
    shown: Shown, sight: Sight, folder: Path
) -> None:
    stories = [one for one in lines(folder, "stories") if any(map(_disputed, one.get("figures", ())))]
    story = max(stories, key=lambda one: len(one["figures"]))
    sight.tab.goto(f"{shown.base}/story/{story['story_id']}")
    marked = sight.tab.locator(".figure", has=sight.tab.locator(".badge.conflict"))
    assert marked.count() == sum(map(_disputed, story["figures"])) > 0
    marked.first.locator("summary").click()
    line = next(filter(_disputed, story["figures"]))
    said = marked.first.locator("tbody td:last-child").all_inner_texts()
    assert sorted(said) == sorted(point["figure"]["text"] for point in line["points"])
    assert not sight.violations()


def _disputed(line: dict[str, Any]) -> bool:
    return bool(line.get("conflict"))


@ON_THE_QUARTER
def test_an_affair_of_many_events_is_told_in_order(shown: Shown, sight: Sight, folder: Path) -> None:
    line = max(lines(folder, "storylines"), key=lambda one: len(one["events"]))
    tab = sight.tab
    tab.goto(f"{shown.base}/storyline/{line['storyline_id']}")
    chapters = tab.locator(".chapters > li")
    assert chapters.count() == min(100, len(line["events"])) > 10
    times = chapters.locator(".when time").evaluate_all("(times) => times.map((time) => time.dateTime)")
    assert all(one <= other for one, other in pairwise(times))
    assert not sight.violations()
    chapters.first.locator("h2 a").click()
    expect(tab.get_by_role("heading", name="Its stories, in order of first sight")).to_be_visible()
    tab.get_by_role("link", name="Storyline").click()
    expect(chapters).to_have_count(min(100, len(line["events"])))
