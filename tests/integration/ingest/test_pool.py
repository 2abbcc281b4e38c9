"""Parser processes: killed, crashed, recycled; the others never notice."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator

import pytest
import pytest_asyncio

from services.ingest.http.exchange import Exchange
from services.ingest.readings import ParsedPage
from services.ingest.workers.pool import Pool
from services.ingest.workers.worker import Job

WORDS = "".join(f"<p>Absatz {n} über die Brücke von Neuenhafen und ihre Kosten.</p>" for n in range(9))
GOOD = Exchange(
    url="https://www.hafenblatt.example/politik/bruecke-101",
    outcome="ok",
    content_type="text/html; charset=utf-8",
    body=f"<html lang='de'><body><article><h1>Brücke</h1>{WORDS}</article></body></html>".encode(),
)
RSS = Exchange(
    url="https://a.example/f",
    outcome="ok",
    body=b"<rss version='2.0'><channel><title>A</title></channel></rss>",
)
TAKES_SECONDS = Exchange(
    url="https://a.example/x", outcome="ok", content_type="text/html", body=b"<html><body>" + b"<p>x" * 60_000
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pool() -> AsyncIterator[Pool]:
    async with Pool(2, deadlines_s={"feed": 5.0, "page": 1.0}) as running:
        yield running


pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_feeds_and_pages_are_read_in_another_process(pool: Pool) -> None:
    page, feed = await asyncio.gather(pool.page(GOOD), pool.feed(RSS))
    assert page.text.startswith("Absatz 0 über die Brücke")
    assert feed.title == "A"


async def test_a_document_past_its_deadline_is_refused_and_the_others_are_read(pool: Pool) -> None:
    slow, *others = await asyncio.gather(pool.page(TAKES_SECONDS), *(pool.page(GOOD) for _ in range(6)))
    assert (slow.refusal, slow.reason) == ("parse_timeout", "not parsed within 1 s")
    assert [one.refusal for one in others] == [None] * 6


async def test_a_document_that_takes_its_process_down_is_refused_and_the_next_is_read(pool: Pool) -> None:
    asked = asyncio.gather(pool.page(TAKES_SECONDS), pool.page(TAKES_SECONDS))
    await asyncio.sleep(0.3)
    for worker in pool._workers:
        assert worker._process
        worker._process.kill()
    assert {one.refusal for one in await asked} == {"parse_crash"}
    assert (await pool.page(GOOD)).refusal is None


async def test_a_cancelled_question_does_not_answer_the_next_one(pool: Pool) -> None:
    asked = [asyncio.create_task(pool.page(TAKES_SECONDS)) for _ in range(2)]
    await asyncio.sleep(0.2)
    for task in asked:
        task.cancel()
    await asyncio.gather(*asked, return_exceptions=True)
    assert (await pool.feed(RSS)).title == "A"


async def numbered(count: int) -> AsyncGenerator[tuple[int, Job | None], None]:
    for number in range(count):
        yield number, Job("page", GOOD) if number % 3 else None


async def test_results_come_in_the_order_of_the_input(pool: Pool) -> None:
    found = [item async for item in pool.parsed(numbered(13))]
    assert [number for number, _ in found] == list(range(13))
    assert [parsed is None for _, parsed in found] == [number % 3 == 0 for number in range(13)]


async def test_no_more_documents_are_under_way_than_make_sense(pool: Pool) -> None:
    taken = 0

    async def counted() -> AsyncGenerator[tuple[int, Job | None], None]:
        nonlocal taken
        for number in range(99):
            taken += 1
            yield number, Job("page", GOOD)

    results = pool.parsed(counted())
    await anext(results)
    assert taken <= pool.ahead
    await results.aclose()
    assert (await pool.page(GOOD)).refusal is None, "closing half way leaves the workers usable"


async def test_a_worker_is_replaced_after_its_share() -> None:
    async with Pool(1, recycle_after=2) as small:
        pids = []
        for _ in range(3):
            assert (await small.feed(RSS)).title == "A"
            assert small._workers[0]._process
            pids.append(small._workers[0]._process.pid)
    assert pids[0] != pids[1] == pids[2], "replaced right after its second document"


async def test_a_worker_has_none_of_the_parents_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSFOLD_SECRET", "s3cret")
    async with Pool(1) as small:
        process = small._workers[0]._process
        assert process
        with open(f"/proc/{process.pid}/environ", "rb") as environ:  # noqa: ASYNC230, PTH123 - a few bytes of /proc
            assert b"s3cret" not in environ.read()


async def test_without_workers_parsing_happens_here() -> None:
    async with Pool(0) as none:
        found = await none.page(GOOD)
    assert isinstance(found, ParsedPage)
    assert found.language == "de"
