"""Feeds followed over HTTP on loopback, through fetcher, parser and task."""

import asyncio
import gzip
import io
import json
from collections.abc import Callable, Sequence
from ipaddress import ip_network

import pytest

from services.contracts import ids
from services.contracts.articles import Article, Watermark
from services.ingest.http.fetch import Fetcher
from services.ingest.polling.live import Conduct, HttpFeeder, LiveSettings
from services.ingest.polling.traffic import Manners, Traffic
from services.ingest.workers.pool import Pool
from services.ops import logging
from tests.integration.ingest.newsroom import articles, once, only, page, records, rss, subscribed
from tests.integration.ingest.site import Request, Site, answer, delayed
from tests.press import press_data


async def test_a_feed_is_polled_and_its_pages_are_followed(site: Site, fetcher: Fetcher) -> None:
    site.routes |= {
        "/feed": answer(rss(("/a", "Eins"), ("/b", "Zwei")), content_type="text/xml", ETag='"1"'),
        "/a": page("die Brücke kommt"),
        "/b": page("die Fähre bleibt"),
    }
    task = subscribed(site.url("/feed"))
    found = articles(await once(task, fetcher))
    assert sorted(one.url for one in found) == [site.url("/a"), site.url("/b")]
    assert {(one.source, one.feed, one.language) for one in found} == {("paper", site.url("/feed"), "de")}
    assert (only(task).etag, only(task).status, only(task).pending) == ('"1"', "fresh", ())


async def test_a_changed_entry_is_a_new_version_and_a_new_entry_a_new_article(
    site: Site, fetcher: Fetcher
) -> None:
    site.routes |= {"/feed": answer(rss(("/a", "Eins"))), "/a": page("die Brücke kommt")}
    task = subscribed(site.url("/feed"))
    (first,) = articles(await once(task, fetcher))
    site.routes |= {
        "/feed": answer(rss(("/a", "Eins (aktualisiert)"), ("/b", "Zwei"))),
        "/a": page("die Brücke kommt doch nicht"),
        "/b": page("die Fähre bleibt"),
    }
    changed, new = sorted(articles(await once(task, fetcher)), key=lambda one: one.url)
    assert changed.article_id == first.article_id
    assert changed.version_id != first.version_id
    assert new.article_id != first.article_id
    assert task.entries == {"new": 2, "changed": 1}


async def test_a_changed_entry_with_an_unchanged_page_is_looked_at_and_not_published(
    site: Site, fetcher: Fetcher
) -> None:
    site.routes |= {"/feed": answer(rss(("/a", "Eins"))), "/a": page("die Brücke kommt")}
    task = subscribed(site.url("/feed"))
    await once(task, fetcher)
    site.routes["/feed"] = answer(rss(("/a", "Eins, neu betitelt")))
    assert articles(await once(task, fetcher)) == []
    assert len(site.asked_for("/a")) == 2


async def test_validators_go_back_exactly_and_an_equal_body_costs_nothing(
    site: Site, fetcher: Fetcher
) -> None:
    def feed(request: Request) -> bytes:
        if request.headers.get("if-none-match") == 'W/"odd"':
            return answer(status="304 Not Modified", ETag='W/"odd"')
        return answer(rss(("/a", "Eins")), ETag='W/"odd"', Last_Modified="gestern")

    site.routes |= {"/feed": feed, "/a": page("die Brücke kommt")}
    task = subscribed(site.url("/feed"))
    await once(task, fetcher)
    steps = await once(task, fetcher)
    first, second = site.asked_for("/feed")
    assert "if-none-match" not in first.headers
    assert (second.headers["if-none-match"], second.headers["if-modified-since"]) == ('W/"odd"', "gestern")
    assert steps[0].outcomes == {"not-modified": 1, "tick": 1}


async def test_one_article_in_two_feeds_is_fetched_once(site: Site, fetcher: Fetcher) -> None:
    site.routes |= {
        "/one": answer(rss(("/a?utm_source=one", "Eins"))),
        "/two": answer(rss(("/a?utm_source=two", "Eins"))),
        "/a?utm_source=one": page("die Brücke kommt"),
        "/a?utm_source=two": page("die Brücke kommt"),
    }
    task = subscribed(site.url("/one"), site.url("/two"))
    (article,) = articles(await once(task, fetcher))
    assert article.url == site.url("/a")
    assert task.entries == {"new": 1, "known": 1}
    assert len(site.asked_for("/a?utm_source=one")) + len(site.asked_for("/a?utm_source=two")) == 1


async def test_a_feed_with_whole_articles_is_not_followed(site: Site, fetcher: Fetcher) -> None:
    site.routes["/feed"] = answer(
        b"<rss version='2.0'><channel><item><title>Eins</title><link>/a</link><description>"
        b"Der ganze Artikel in zwei kurzen Saetzen. Mehr ist es nicht.</description></item></channel></rss>"
    )
    task = subscribed(site.url("/feed"), full_text=True)
    (article,) = articles(await once(task, fetcher))
    assert article.text == "Der ganze Artikel in zwei kurzen Saetzen. Mehr ist es nicht."
    assert site.asked_for("/a") == []


BAD: dict[str, tuple[bytes | Callable[..., object], str]] = {
    "html": (
        answer(b"<!DOCTYPE html><html><body>Hallo</body></html>"),
        "not_a_feed: an HTML page, not a feed",
    ),
    "empty": (answer(b""), "empty_body: the body is empty"),
    "missing": (answer(status="404 Not Found"), "http_404: HTTP status 404"),
    "gone": (answer(status="410 Gone"), "http_410: HTTP status 410"),
    "stacked": (answer(b"x", Content_Encoding="gzip, br, gzip"), "encoding: "),
    "no http": (b"hello\r\n\r\n", "protocol: "),
}


@pytest.mark.parametrize(("reply", "reason"), BAD.values(), ids=BAD)
async def test_a_bad_feed_is_marked_with_a_reason_and_stops_nothing(
    site: Site, fetcher: Fetcher, reply: bytes, reason: str
) -> None:
    site.routes |= {"/bad": reply, "/good": answer(rss(("/a", "Eins"))), "/a": page("die Brücke kommt")}
    task = subscribed(site.url("/bad"), site.url("/good"))
    assert len(articles(await once(task, fetcher))) == 1
    state = task.states[ids.feed_id(site.url("/bad"))]
    assert state.reason.startswith(reason)
    assert state.status in {"backing_off", "gone"}
    assert state.failures == 1


async def test_a_page_without_an_article_is_a_dead_letter_naming_feed_and_page(
    site: Site, fetcher: Fetcher
) -> None:
    site.routes |= {
        "/feed": answer(rss(("/a", "Eins"))),
        "/a": answer(b"<html><body><nav>Start</nav></body></html>"),
    }
    steps = await once(subscribed(site.url("/feed")), fetcher)
    (dead,) = [one for step in steps for one in step.dead]
    assert dead.reason == "no-article"
    assert dead.origin == f"feed {site.url('/feed')} page {site.url('/a')} (live)"


async def test_a_host_gets_few_requests_at_once_and_all_pages_come(site: Site, fetcher: Fetcher) -> None:
    paths = [(f"/{number}", f"Meldung {number}") for number in range(12)]
    site.routes |= {"/feed": answer(rss(*paths))} | {path: page(path) for path, _ in paths}
    settings = LiveSettings(in_flight=8)
    assert len(articles(await once(subscribed(site.url("/feed")), fetcher, settings))) == 12
    assert site.most_at_once <= 2


async def test_promises_are_kept_and_come_even_when_nothing_happens(site: Site, fetcher: Fetcher) -> None:
    site.routes |= {"/feed": answer(rss(("/a", "Eins"))), "/a": page("die Brücke kommt")}
    task = subscribed(site.url("/feed"))
    async with Pool(0) as pool:
        feeder = HttpFeeder(task, fetcher, pool, settings=LiveSettings(tick_s=0.05))
        steps = [task.take(await feeder.next(max_items=100, timeout_s=0.1) or []) for _ in range(12)]
        await feeder.close()
    promised = None
    for one in records(steps):
        if isinstance(one, Watermark):
            assert promised is None or one.at >= promised
            promised = one.at
        elif isinstance(one, Article):
            assert promised is None or one.first_seen_at > promised
    ticks = [step for step in steps if step.outcomes == {"tick": 1}]
    assert len(articles(steps)) == 1
    assert len(ticks) >= 2
    assert len(site.asked_for("/feed")) == 1, "not due again for a while"


async def test_what_comes_soon_after_a_batch_comes_in_one(site: Site, fetcher: Fetcher) -> None:
    for number in range(6):
        site.routes[f"/{number}"] = delayed(answer(rss(), content_type="text/xml"), 0.03 * number)
    task = subscribed(*(site.url(f"/{number}") for number in range(6)))
    conduct = Conduct(Traffic(Manners(per_host=6, per_domain=6)))
    batches: list[int] = []
    async with Pool(0) as pool, asyncio.timeout(10):
        feeder = HttpFeeder(task, fetcher, pool, conduct=conduct)
        while sum(batches) < 6:
            readings = await feeder.next(max_items=100, timeout_s=0.05) or []
            batches += [len(readings) - 1] if readings else []
            task.take(readings)
        await feeder.close()
    assert len(batches) <= 2, "the first at once, the others together"


async def test_a_feeder_that_is_drained_brings_what_is_under_way_and_begins_nothing(
    site: Site, fetcher: Fetcher
) -> None:
    paths = ["/0", "/1", "/2", "/never"]
    site.routes |= {path: delayed(answer(rss(), content_type="text/xml")) for path in paths}
    site.routes["/never"] = delayed(b"", 30)
    task = subscribed(*(site.url(path) for path in paths))
    async with Pool(0) as pool:
        feeder = HttpFeeder(task, fetcher, pool, conduct=Conduct(Traffic(Manners(per_host=3, per_domain=3))))
        await feeder.next(max_items=100, timeout_s=0.1)
        asked = [request.path for request in site.requests]
        readings = await feeder.drain(timeout_s=0.6)
        await feeder.close()
    assert len(asked) == 3
    assert [request.path for request in site.requests] == asked
    assert len(readings) == 1 + len({*asked} - {"/never"})


async def test_a_feeder_that_is_closed_lets_go_of_its_requests(site: Site, fetcher: Fetcher) -> None:
    async def silence(_: asyncio.StreamWriter) -> None:
        await asyncio.sleep(30)

    site.routes["/feed"] = silence
    async with Pool(0) as pool:
        feeder = HttpFeeder(subscribed(site.url("/feed")), fetcher, pool)
        await feeder.next(max_items=10, timeout_s=0.1)
        await feeder.close()
        assert not feeder._under_way


@pytest.mark.press
async def test_real_feed_files_are_followed_without_an_error(site: Site) -> None:
    data = press_data()
    if data is None:
        pytest.skip("no press data here")

    async def only_here(host: str) -> Sequence[str]:
        if host != site.host:
            raise OSError("no test asks the real publishers")
        return [host]

    files = sorted(
        path for path in (data / "feeds").rglob("*") if path.is_file() and path.name != "MANIFEST.tsv"
    )
    for number, path in enumerate(files):
        site.routes[f"/{number}"] = answer(path.read_bytes(), content_type="application/octet-stream")
    task = subscribed(*(site.url(f"/{number}") for number in range(len(files))))
    async with Fetcher(allow=[ip_network("127.0.0.1/32")], resolve=only_here) as fetcher:
        hasty = Conduct(Traffic(Manners(per_host=16, per_domain=16, gap_s=0)))
        steps = await once(task, fetcher, LiveSettings(in_flight=16), hasty)
    outcomes = [step.outcomes for step in steps]
    polled = sum(one.get("polled", 0) for one in outcomes)
    failed = sum(one.get("poll-failed", 0) for one in outcomes)
    assert polled + failed == len(files) == 130
    assert polled >= 113  # one of them ends before its end
    assert all(state.reason for state in task.states.values() if state.failures)
    assert len(articles(steps)) > 100, "some carry whole articles"


async def test_every_fetch_leaves_one_line_that_says_what_became_of_it(site: Site, fetcher: Fetcher) -> None:
    site.routes |= {
        "/feed": answer(rss(("/a?token=hush", "Eins"), ("/none", "Zwei")), content_type="text/xml"),
        "/a?token=hush": page("die Brücke kommt"),
    }
    stream = io.StringIO()
    with logging.configure(service="newsfold", fmt="json", stream=stream):
        await once(subscribed(site.url("/feed")), fetcher)
    told = [json.loads(line) for line in stream.getvalue().splitlines()]
    lines = {(one["event"], one["url"].rpartition("/")[2]): one for one in told}
    assert len(lines) == len(told) == 3
    feed = lines["feed.fetched", "feed"]
    assert (feed["outcome"], feed["status"], feed["entries"]) == ("ok", 200, 2)
    assert feed["feed_id"] == ids.feed_id(site.url("/feed"))
    assert feed["bytes"] > 0 <= feed["duration_ms"]
    assert lines["page.fetched", "a?token=***"]["outcome"] == "ok"
    failed = lines["page.fetched", "none"]
    assert (failed["outcome"], failed["status"], failed["level"]) == ("http_404", 404, "info")
    assert "Brücke" not in stream.getvalue()


async def test_a_feed_that_is_cut_publishes_nothing_and_is_asked_for_whole(
    site: Site, fetcher: Fetcher
) -> None:
    whole = rss(("/a", "Eins"), ("/b", "Zwei"))
    site.routes |= {"/a": page("die Brücke kommt"), "/b": page("die Fähre bleibt")}
    site.routes["/feed"] = answer(gzip.compress(whole)[:-12], Content_Encoding="gzip", ETag='"1"')
    task = subscribed(site.url("/feed"))
    assert articles(await once(task, fetcher)) == []
    assert (only(task).etag, only(task).body_digest, only(task).seen) == ("", "", ())
    assert only(task).reason.startswith("truncated: a gzip body without its end")
    site.routes["/feed"] = answer(gzip.compress(whole), Content_Encoding="gzip", ETag='"1"')
    assert len(articles(await once(task, fetcher))) == 2
    assert "if-none-match" not in site.asked_for("/feed")[1].headers


async def test_a_page_that_is_cut_is_tried_again(site: Site, fetcher: Fetcher) -> None:
    cut = page("die Brücke kommt")[:-200]

    async def broken(writer: asyncio.StreamWriter) -> None:
        writer.write(cut)
        await writer.drain()
        writer.close()

    site.routes |= {"/feed": answer(rss(("/a", "Eins")), content_type="text/xml"), "/a": broken}
    task = subscribed(site.url("/feed"))
    (*_, last) = await once(task, fetcher)
    assert (last.outcomes["page-failed"], last.dead) == (1, [])
    assert [one.attempts for one in only(task).pending] == [1]


async def test_a_login_in_an_address_of_an_old_log_is_used_and_goes_no_further(
    site: Site, fetcher: Fetcher
) -> None:
    def feed(request: Request) -> bytes:
        if "authorization" not in request.headers:
            return answer(status="401 Who")
        return answer(rss(("/a", "Eins")), content_type="text/xml", ETag='"1"')

    site.routes |= {"/feed": feed, "/a": page("die Brücke kommt")}
    task = subscribed(site.url("/feed").replace("//", "//desk:s3cret@"))
    steps = await once(task, fetcher)
    assert [one.feed for one in articles(steps)] == [site.url("/feed")]
    assert not [out for step in steps for out in step.outputs if b"s3cret" in (out.value or b"")]
    await once(task, fetcher)
    assert site.asked_for("/feed")[1].headers["if-none-match"] == '"1"'
