"""A task fed over HTTP on loopback, and what it gave out."""

from collections.abc import Sequence

from services.contracts import ids, wire
from services.contracts.articles import Article
from services.contracts.feeds import Feed, FeedState
from services.ingest.http.fetch import Fetcher
from services.ingest.polling.live import Conduct, HttpFeeder, LiveSettings
from services.ingest.readings import Tick
from services.ingest.service import IngestTask
from services.ingest.workers.pool import Pool
from services.stream.bus import Partition, Record
from services.stream.service import Step
from tests.integration.ingest.site import answer


def subscribed(*urls: str, full_text: bool = False, checks: bool = False) -> IngestTask:
    task = IngestTask(0, 1, checks=checks)
    feeds = [Feed(feed_id=ids.feed_id(url), url=url, source="paper", full_text=full_text) for url in urls]
    task.step(
        [Record(Partition("feeds", 0), 0, one.feed_id.encode(), wire.encode(one), (), 0) for one in feeds]
    )
    return task


async def once(
    task: IngestTask,
    fetcher: Fetcher,
    settings: LiveSettings | None = None,
    conduct: Conduct | None = None,
) -> list[Step]:
    """Poll every feed once and follow its pages."""
    steps = []
    async with Pool(0) as pool:
        feeder = HttpFeeder(task, fetcher, pool, once=True, settings=settings, conduct=conduct)
        while (readings := await feeder.next(max_items=100, timeout_s=0.2)) is not None:
            if readings:
                assert isinstance(readings[-1], Tick)
                steps.append(task.take(readings))
                assert sum(steps[-1].outcomes.values()) + len(steps[-1].dead) == len(readings)
        await feeder.close()
    return steps


def records(steps: Sequence[Step]) -> list[object]:
    outputs = (output for step in steps for output in step.outputs if output.partition.topic == "articles")
    return [wire.read(dict(output.headers), output.value or b"") for output in outputs]


def articles(steps: Sequence[Step]) -> list[Article]:
    return [one for one in records(steps) if isinstance(one, Article)]


def only(task: IngestTask) -> FeedState:
    (state,) = task.states.values()
    return state


def rss(*items: tuple[str, str]) -> bytes:
    inner = "".join(f"<item><title>{title}</title><link>{path}</link></item>" for path, title in items)
    return f"<rss version='2.0'><channel><title>Paper</title>{inner}</channel></rss>".encode()


def page(words: str, head: str = "", title: str = "Titel") -> bytes:
    paragraphs = "".join(f"<p>Absatz {n}: {words}, sagte die Bürgermeisterin.</p>" for n in range(5))
    body = f"<body><article><h1>{title}</h1>{paragraphs}</article></body>"
    return answer(f"<html lang='de'><head>{head}</head>{body}</html>".encode())
