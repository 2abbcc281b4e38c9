"""The Desk while the log grows: what is new comes by itself, or is held; ten tabs ask for one stream."""

from datetime import timedelta
from pathlib import Path

from msgspec.structs import replace
from playwright.sync_api import expect

from services.contracts import wire
from services.contracts.stories import Story, StoryChange
from services.stream.bus import Partition, Record
from tests.browser.serving import serving
from tests.browser.tabs import Open, Sight
from tests.integration.desk.corpus import ListLog, newsroom

STORY = (("ce_type", wire.ce_type(Story).encode()),)
SOON_MS = 10_000
"""A busy machine is no failing test; idle it takes less than two seconds."""


STALE = """() => {
    const notice = document.createElement("aside");
    notice.className = "notice";
    document.querySelector("main").before(notice);
}"""
"""What was the matter when the page came, and is no longer."""


def retell(log: ListLog, headline: str) -> None:
    """The story that was told last is told once more, under another headline."""
    place = Partition("story-changes", 0)
    last = next(record for record in reversed(log.records[place]) if record.key == b"s1" and record.value)
    assert last.value is not None
    told = wire.decode(StoryChange, last.value)
    story = replace(told.story, revision=told.revision + 10, headline=headline)
    change = replace(told, story=story, revision=story.revision, at=told.at + timedelta(minutes=5))
    put(log, last, wire.encode(change))
    put(log, replace(last, partition=Partition("stories", 0), headers=STORY), wire.encode(story))


def put(log: ListLog, like: Record, value: bytes) -> None:
    records = log.records[like.partition]
    stamp = like.timestamp_us + 1
    records.append(Record(like.partition, len(records), like.key, value, like.headers, stamp))


def test_what_is_new_comes_by_itself_unless_it_is_held(window: Open, tmp_path: Path) -> None:
    log = ListLog(newsroom())
    with serving(log, tmp_path, is_live=True) as (base, desk):
        sight = window()
        tab = sight.tab
        tab.goto(base)
        expect(tab.locator("#hold")).to_be_visible()
        retell(log, "Told anew for the first time")
        expect(tab.locator("main")).to_contain_text("Told anew for the first time", timeout=SOON_MS)

        tab.keyboard.press("p")
        expect(tab.locator("#news")).to_have_text("Held still")
        retell(log, "Told anew for the second time")
        expect(tab.locator("#take")).to_be_visible(timeout=SOON_MS)
        expect(tab.locator("main")).not_to_contain_text("for the second time")
        tab.evaluate(STALE)
        tab.keyboard.press("r")
        expect(tab.locator("main")).to_contain_text("Told anew for the second time")
        expect(tab.locator(".notice")).to_have_count(0)
        assert not sight.violations()
        assert not sight.wrong

        others = [Sight(tab.context.new_page()) for _ in range(9)]
        for other in others:
            other.tab.goto(base)
        assert desk.streams == 1
        retell(log, "Told to all")
        for other in others:
            expect(other.tab.locator("#take, main:has-text('Told to all')").first).to_be_visible(
                timeout=SOON_MS
            )
        assert not [word for other in others for word in other.wrong]
