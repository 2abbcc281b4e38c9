"""A page that several want: fetched once, shared while it is fresh, never for longer than bounds allow."""

import asyncio

import pytest

from services.ingest.http.exchange import Exchange
from services.ingest.polling.shared_pages import MOST_BYTES, RECENT_S, PageFetch, SharedPages
from services.ingest.readings import ParsedPage
from services.stream.clock import ManualClock
from tests.unit.ingest.readings import START, after

URL = "https://paper.example/a"


class Site:
    """Counts what is fetched of it; an answer waits until it is let go."""

    def __init__(self, text: str = "Text", outcome: str = "ok") -> None:
        self.fetches = 0
        self.open = asyncio.Event()
        self._text, self._outcome = text, outcome

    async def __call__(self) -> PageFetch:
        self.fetches += 1
        await self.open.wait()
        exchange = Exchange(url=URL, outcome=self._outcome)  # type: ignore[arg-type]
        return PageFetch(exchange, ParsedPage(title="Titel", text=self._text, language="de"))


async def test_twelve_that_want_a_page_at_once_get_one_fetch() -> None:
    pages, site = SharedPages(ManualClock(START)), Site()
    wanting = [asyncio.create_task(pages.get(URL, site, recent=True, joins=True)) for _ in range(12)]
    await asyncio.sleep(0)
    site.open.set()
    found = await asyncio.gather(*wanting)
    assert site.fetches == 1
    assert all(one is found[0] for one in found)


async def test_one_that_gives_up_leaves_the_page_to_those_who_wait() -> None:
    pages, site = SharedPages(ManualClock(START)), Site()
    first, second = (asyncio.create_task(pages.get(URL, site, recent=True, joins=True)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    site.open.set()
    assert (await second).exchange.outcome == "ok"
    with pytest.raises(asyncio.CancelledError):
        await first


async def test_one_that_waits_may_be_cancelled_alone() -> None:
    pages, site = SharedPages(ManualClock(START)), Site()
    first, second = (asyncio.create_task(pages.get(URL, site, recent=True, joins=True)) for _ in range(2))
    await asyncio.sleep(0)
    second.cancel()
    site.open.set()
    assert (await first).exchange.outcome == "ok"
    with pytest.raises(asyncio.CancelledError):
        await second
    assert site.fetches == 1


async def test_a_recent_page_will_do_for_who_says_so_and_only_while_it_is_recent() -> None:
    clock, site = ManualClock(START), Site()
    pages = SharedPages(clock)
    site.open.set()
    for recent, fetches in ((True, 1), (True, 1), (False, 2), (True, 2)):
        await pages.get(URL, site, recent=recent, joins=True)
        assert site.fetches == fetches
    clock.set(after(RECENT_S / 60 + 1))
    await pages.get(URL, site, recent=True, joins=True)
    assert site.fetches == 3


async def test_a_failure_is_nobody_elses() -> None:
    pages, site = SharedPages(ManualClock(START)), Site(outcome="http_5xx")
    site.open.set()
    for _ in range(2):
        await pages.get(URL, site, recent=True, joins=True)
    assert site.fetches == 2


async def test_what_is_kept_is_bounded_in_number_and_bytes() -> None:
    pages, site = SharedPages(ManualClock(START), most=3), Site(text="x" * (MOST_BYTES // 4))
    site.open.set()
    for number in range(5):
        await pages.get(f"{URL}{number}", site, recent=True, joins=True)
    for number, fetches in ((4, 5), (0, 6)):
        await pages.get(f"{URL}{number}", site, recent=True, joins=True)
        assert site.fetches == fetches
    await pages.get(f"{URL}3", site, recent=True, joins=True)
    assert site.fetches == 7, "three would be more bytes than allowed"
