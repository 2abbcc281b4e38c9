"""How followed feeds and pages treat hosts, on real sockets."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from ipaddress import ip_network

from msgspec.structs import replace

from services.ingest.http.fetch import Fetcher, FetchLimits
from services.ingest.polling.live import Conduct, HttpFeeder, LiveSettings
from services.ingest.polling.outage import HOSTS, TRIAL_S
from services.ingest.polling.recheck import WAITS_S
from services.ingest.polling.robots import Robots
from services.ingest.polling.shared_pages import SharedPages
from services.ingest.polling.traffic import Manners, Traffic
from services.ingest.service import IngestTask
from services.ingest.workers.pool import Pool
from services.stream.clock import ManualClock, SystemClock
from services.stream.service import Step
from tests.integration.ingest.newsroom import articles, only, page, rss, subscribed
from tests.integration.ingest.site import Site, answer
from tests.unit.ingest.readings import START


async def once(task: IngestTask, fetcher: Fetcher, conduct: Conduct) -> list[Step]:
    steps = []
    async with Pool(0) as pool:
        feeder = HttpFeeder(task, fetcher, pool, once=True, conduct=conduct)
        while (readings := await feeder.next(max_items=100, timeout_s=0.2)) is not None:
            steps.append(task.take(readings))
        await feeder.close()
    return steps


def obeying(fetcher: Fetcher) -> Conduct:
    return Conduct(Traffic(Manners()), Robots(fetcher.get, "newsfold", SystemClock()))


async def test_pages_that_a_site_does_not_want_fetched_are_told_and_never_asked_for(
    site: Site, fetcher: Fetcher
) -> None:
    site.routes |= {
        "/robots.txt": answer(b"User-agent: *\nDisallow: /closed/", content_type="text/plain"),
        "/feed": answer(rss(("/closed/a", "Eins"), ("/open/b", "Zwei"))),
        "/closed/a": page("die Brücke kommt"),
        "/open/b": page("die Fähre bleibt"),
    }
    task = subscribed(site.url("/feed"))
    steps = await once(task, fetcher, obeying(fetcher))
    assert [one.url for one in articles(steps)] == [site.url("/open/b")]
    assert not site.asked_for("/closed/a")
    assert len(site.asked_for("/robots.txt")) == 1
    (unused,) = only(task).unused
    assert (unused.reason, unused.about) == ("robots_denied", "Eins")
    assert not [dead for step in steps for dead in step.dead], "a wish is no failure"


async def test_a_site_whose_robots_file_cannot_be_read_is_asked_later(site: Site, fetcher: Fetcher) -> None:
    site.routes |= {
        "/robots.txt": answer(status="503 Service Unavailable"),
        "/feed": answer(rss(("/a", "Eins"))),
        "/a": page("die Brücke kommt"),
    }
    task = subscribed(site.url("/feed"))
    assert not articles(await once(task, fetcher, obeying(fetcher)))
    (waiting,) = only(task).pending
    assert (waiting.reason, waiting.attempts) == ("robots_unreachable", 1)
    assert not site.asked_for("/a")


async def test_a_login_in_the_feeds_address_is_not_in_the_way_of_its_robots_file(site: Site) -> None:
    site.routes |= {"/robots.txt": answer(b"User-agent: *\nDisallow: /", content_type="text/plain")}
    async with Fetcher(allow=[ip_network("127.0.0.0/8")]) as fetcher:
        robots = Robots(fetcher.get, "newsfold", SystemClock())
        with_login = site.url("/a").replace("//", "//user:secret@")
        assert not (await robots.permission(with_login)).allowed
    assert "secret" not in str(site.requests)


async def test_our_own_outage_is_held_against_no_feed_and_over_when_it_is_over(site: Site) -> None:
    lost = True
    site.routes["/feed"] = answer(rss())

    async def resolve(_: str) -> Sequence[str]:
        if lost:
            raise OSError("network is unreachable")
        return [site.host]

    urls = [f"http://paper-{number}.example:{site.port}/feed" for number in range(3 * HOSTS)]
    task, clock = subscribed(*urls), ManualClock(START)
    limits = FetchLimits(total_s=2.0, connect_s=1.0)
    async with (
        Fetcher(allow=[ip_network("127.0.0.0/8")], limits=limits, resolve=resolve) as fetcher,
        Pool(0) as pool,
    ):
        feeder = HttpFeeder(task, fetcher, pool, settings=LiveSettings(in_flight=2), clock=clock)

        async def pass_by(seconds: float) -> None:
            for _ in range(round(seconds)):
                task.take(await feeder.next(max_items=100, timeout_s=0.01) or [])
                await asyncio.sleep(0.002)
                clock.set(clock.now() + timedelta(seconds=1))

        await pass_by(600)
        held_against = [state for state in task.states.values() if state.failures]
        assert len(held_against) < HOSTS, "only those before it was clear whose fault it is"
        lost = False
        await pass_by(10 * TRIAL_S + 60)
        await feeder.close()
    fresh = [state for state in task.states.values() if state.status == "fresh"]
    assert len(fresh) == len(urls)


async def test_a_pause_that_a_server_asks_for_holds_for_all_feeders_of_a_process(
    site: Site, fetcher: Fetcher
) -> None:
    site.routes |= {"/a": answer(status="429 Too Many Requests", Retry_After="600"), "/b": answer(rss())}
    conduct = Conduct(Traffic(Manners()))
    first, second = subscribed(site.url("/a")), subscribed(site.url("/b"))
    await once(first, fetcher, conduct)
    await once(second, fetcher, conduct)
    assert not site.asked_for("/b")
    assert replace(only(first), seen=()).status == "backing_off"


async def test_a_page_that_feeds_of_several_partitions_list_is_fetched_once(
    site: Site, fetcher: Fetcher
) -> None:
    paths = [f"/feed-{number}" for number in range(12)]
    site.routes |= {path: answer(rss(("/a", "Eins"))) for path in paths} | {"/a": page("die Brücke kommt")}
    conduct = Conduct(Traffic(Manners(per_host=16, per_domain=16)), pages=SharedPages(SystemClock()))
    tasks = [subscribed(*(site.url(path) for path in paths[number::4])) for number in range(4)]
    steps = await asyncio.gather(*(once(task, fetcher, conduct) for task in tasks))
    assert len(site.asked_for("/a")) == 1
    told = [article for made in steps for article in articles(made)]
    assert [article.url for article in told] == 4 * [site.url("/a")]
    late = subscribed(site.url("/feed-12"))
    site.routes["/feed-12"] = answer(rss(("/a", "Eins")))
    assert len(articles(await once(late, fetcher, conduct))) == 1
    assert len(site.asked_for("/a")) == 1, "a recent one will do for a feed that lists it for the first time"
    site.routes["/feed-12"] = answer(rss(("/a", "Eins, berichtigt")))
    await once(late, fetcher, conduct)
    assert len(site.asked_for("/a")) == 2, "and not for one that says that it changed"


async def test_a_page_is_looked_at_again_by_its_validators_and_an_edit_is_published(
    site: Site, fetcher: Fetcher
) -> None:
    site.routes |= {"/feed": answer(rss(("/a", "Eins"))), "/a": with_etag(page("die Brücke kommt"), '"1"')}
    task, clock = subscribed(site.url("/feed"), checks=True), ManualClock(START)
    settings = LiveSettings(tick_s=3_600, checks=True)
    steps: list[Step] = []
    async with Pool(0) as pool:
        feeder = HttpFeeder(task, fetcher, pool, settings=settings, clock=clock)

        async def pass_by(hours: int) -> None:
            for _ in range(20 * hours):
                steps.append(task.take(await feeder.next(max_items=100, timeout_s=0.01) or []))
                await asyncio.sleep(0.001)
                clock.set(clock.now() + timedelta(minutes=3))

        await pass_by(1)
        site.routes["/a"] = answer(status="304 Not Modified")
        await pass_by(2)
        site.routes["/a"] = with_etag(page("die Brücke kommt doch nicht"), '"2"')
        await pass_by(8)
        await feeder.close()
    asked = [request.headers.get("if-none-match") for request in site.asked_for("/a")]
    assert asked[:2] == [None, '"1"']
    assert len(asked) <= 1 + len(WAITS_S)
    assert [article.silent for article in articles(steps)] == [False, True]


def with_etag(reply: bytes, etag: str) -> bytes:
    return reply.replace(b"\r\n", f"\r\nETag: {etag}\r\n".encode(), 1)
