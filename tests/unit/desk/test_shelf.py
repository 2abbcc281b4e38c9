import asyncio
import gzip

import pytest

from services.desk.web.shelf import LARGEST_KEPT, MOST_KEPT, Body, Shelf, body


class Kitchen:
    """Makes a page when the door is open, and counts how many it made."""

    def __init__(self, page: bytes = b"page") -> None:
        self.door = asyncio.Event()
        self.made = 0
        self.page = page

    async def make(self) -> tuple[None, Body]:
        self.made += 1
        await self.door.wait()
        return None, body(self.page)


async def test_what_many_ask_for_at_once_is_made_once_and_kept_while_it_holds() -> None:
    shelf: Shelf[None] = Shelf()
    kitchen = Kitchen()
    asked = [asyncio.create_task(shelf.get(("/", 1), kitchen.make)) for _ in range(20)]
    await asyncio.sleep(0)
    asked[0].cancel()  # a browser that goes away
    kitchen.door.set()
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert isinstance(answers[0], asyncio.CancelledError)
    assert {answer for answer in answers[1:] if isinstance(answer, tuple)} == {(None, body(b"page"))}
    await shelf.get(("/", 1), kitchen.make)
    assert kitchen.made == 1
    await shelf.get(("/", 2), kitchen.make)
    assert kitchen.made == 2


async def test_what_failed_or_is_large_is_not_kept_and_no_more_than_so_many_are() -> None:
    shelf: Shelf[None] = Shelf()

    async def fail() -> tuple[None, Body]:
        raise TimeoutError

    for _ in range(2):
        with pytest.raises(TimeoutError):
            await shelf.get("/", fail)
    large, small = Kitchen(b"x" * (LARGEST_KEPT + 1)), Kitchen()
    large.door.set()
    small.door.set()
    for _ in range(2):
        await shelf.get("/", large.make)
    assert large.made == 2
    for number in (*range(MOST_KEPT + 1), MOST_KEPT, 0):
        await shelf.get(number, small.make)
    assert small.made == MOST_KEPT + 2


def test_a_page_is_the_same_in_both_forms_and_its_tag_tells_it_from_others() -> None:
    page = body("Über allem".encode() * 200)
    assert gzip.decompress(page.zipped) == page.plain
    assert page.tag != body(page.plain + b" ").tag
    assert not body(b"small").zipped
