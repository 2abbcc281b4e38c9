# ruff: noqa: ASYNC240 - small files of a test
"""Live fetches written down and played again: the same articles to the byte."""

import asyncio
import gzip
import json
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from ipaddress import ip_network
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from services.ingest.http.fetch import Fetcher, FetchLimits
from services.ingest.polling.live import Conduct, HttpFeeder
from services.ingest.polling.robots import Robots
from services.ingest.polling.traffic import Manners, Traffic
from services.ingest.recordings.pace import AT_ONCE, Pace
from services.ingest.recordings.recorder import Recorder, Rotation
from services.ingest.recordings.recording import Recording
from services.ingest.recordings.replay import ReplayFeeder
from services.ingest.workers.pool import Pool
from services.stream.clock import SystemClock
from services.stream.service import Step
from tests.integration.ingest.newsroom import page, rss, subscribed
from tests.integration.ingest.site import Site, answer

LIMITS = FetchLimits(total_s=1.0, read_s=0.4, connect_s=0.5)


@pytest.fixture
async def hasty() -> AsyncIterator[Fetcher]:
    async with Fetcher(allow=[ip_network("127.0.0.0/8")], limits=LIMITS) as running:
        yield running


def newsroom(site: Site) -> list[str]:
    """Every way in which a fetch may end, in four feeds."""

    async def silence(_: asyncio.StreamWriter) -> None:
        await asyncio.sleep(5)

    packed = gzip.compress(rss(("/packed", "Gepackt")))
    site.routes |= {
        "/robots.txt": answer(b"User-agent: *\nDisallow: /closed", content_type="text/plain"),
        "/a.xml": answer(
            rss(("/1", "Eins"), ("/away", "Fort"), ("/closed", "Zu"), ("/missing", "Weg")), ETag='"1"'
        ),
        "/packed.xml": answer(packed, Content_Encoding="gzip", content_type="text/xml"),
        "/moved.xml": answer(status="301 Moved Permanently", Location="/new.xml"),
        "/new.xml": answer(rss(("/2", "Zwei"), ("/silent", "Still"), ("/cut", "Ab"))),
        "/page-not-feed.xml": page("keine Liste"),
        "/1": page("die Brücke kommt"),
        "/2": page("die Fähre bleibt"),
        "/away": answer(status="302 Found", Location="/here"),
        "/here": page("der Hafen ist umgezogen"),
        "/closed": page("das darf niemand holen"),
        "/packed": page("gepackt und ausgepackt"),
        "/silent": silence,
        "/cut": b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5000\r\n\r\n<html>",
    }
    return [site.url(path) for path in ("/a.xml", "/packed.xml", "/moved.xml", "/page-not-feed.xml")]


async def live(urls: Sequence[str], fetcher: Fetcher, recorder: Recorder, rounds: int = 2) -> list[Step]:
    task, steps = subscribed(*urls), []
    robots = Robots(fetcher.get, "newsfold", SystemClock())
    conduct = Conduct(Traffic(Manners()), robots, recorder)
    async with Pool(0) as pool:
        for _ in range(rounds):
            feeder = HttpFeeder(task, fetcher, pool, once=True, conduct=conduct)
            while (readings := await feeder.next(max_items=100, timeout_s=0.2)) is not None:
                steps.append(task.take(readings))
            await feeder.close()
    await recorder.close()
    return steps


async def replayed(urls: Sequence[str], folder: Path, pace: Pace = AT_ONCE) -> list[Step]:
    task, steps = subscribed(*urls), []
    async with Pool(0) as pool:
        sources = [Recording(path, pool) for path in sorted(folder.iterdir())]
        feeder = ReplayFeeder(task, sources, pace=pace)
        while (readings := await feeder.next(max_items=7, timeout_s=5)) is not None:
            steps.append(task.take(readings))
        await feeder.close()
        assert not feeder.damage
    return steps


def published(steps: Sequence[Step]) -> list[bytes | None]:
    outputs = (output for step in steps for output in step.outputs if output.partition.topic == "articles")
    return [output.value for output in outputs if output.key is not None]


def failures(steps: Sequence[Step]) -> Counter[tuple[str, str]]:
    """Polls and pages that failed, by reason."""
    total: Counter[tuple[str, str]] = Counter()
    for step in steps:
        total.update({name: count for name, count in step.noted.items() if name[0].startswith("failed")})
    return total


def dead(steps: Sequence[Step]) -> list[tuple[str, str]]:
    return sorted((one.reason, one.detail) for step in steps for one in step.dead)


async def test_a_replay_of_what_a_run_recorded_publishes_what_the_run_published(
    site: Site, hasty: Fetcher, tmp_path: Path
) -> None:
    urls = newsroom(site)
    ran = await live(urls, hasty, Recorder(tmp_path, software="newsfold/test"))
    again = await replayed(urls, tmp_path)
    assert len(published(ran)) == 4
    assert published(again) == published(ran)
    assert dead(again) == dead(ran)
    assert failures(again) == failures(ran)


async def test_a_replay_publishes_the_same_at_any_speed(site: Site, hasty: Fetcher, tmp_path: Path) -> None:
    urls = newsroom(site)
    ran = await live(urls, hasty, Recorder(tmp_path, software="newsfold/test"), rounds=1)
    for pace in (AT_ONCE, Pace(1_000.0), Pace(20.0, most_gap_s=0.01)):
        assert published(await replayed(urls, tmp_path, pace)) == published(ran)


async def test_a_recording_is_warc_that_others_read(site: Site, hasty: Fetcher, tmp_path: Path) -> None:
    await live(newsroom(site), hasty, Recorder(tmp_path, software="newsfold/test"), rounds=1)
    (path,) = tmp_path.iterdir()
    kinds: list[tuple[str, str]] = []
    with path.open("rb") as file:
        for record in ArchiveIterator(file):
            url = str(record.rec_headers.get_header("WARC-Target-URI") or "")
            kinds.append((record.rec_type, url.rpartition("/")[2]))
            if record.rec_type == "response" and url.endswith("/packed.xml"):
                assert record.http_headers.get_header("content-encoding") == "gzip"
                assert gzip.decompress(record.raw_stream.read()).startswith(b"<rss")
            if record.rec_type == "metadata" and url.endswith("/closed"):
                assert json.loads(record.raw_stream.read())["outcome"] == "robots_denied"
    assert kinds[0] == ("warcinfo", "")
    assert ("response", "moved.xml") in kinds
    assert ("request", "1") in kinds
    assert ("metadata", "silent") in kinds


async def test_files_are_rotated_and_none_that_is_being_written_is_taken_for_whole(
    site: Site, hasty: Fetcher, tmp_path: Path
) -> None:
    recorder = Recorder(tmp_path, software="newsfold/test", rotation=Rotation(most_bytes=1))
    urls = newsroom(site)
    ran = await live(urls, hasty, recorder)
    names = sorted(path.name for path in tmp_path.iterdir())
    assert len(names) > 4
    assert all(name.endswith(".warc.gz") for name in names)
    assert published(await replayed(urls, tmp_path)) == published(ran)


async def test_secrets_stay_out_of_an_anonymised_recording(
    site: Site, hasty: Fetcher, tmp_path: Path
) -> None:
    site.routes |= {
        "/feed?token=geheim": answer(rss(), Set_Cookie="id=geheim"),
    }
    url = site.url("/feed?token=geheim").replace("//", "//leser:geheim@")
    await live([url], hasty, Recorder(tmp_path, software="newsfold/test", anonymise=True), rounds=1)
    (path,) = tmp_path.iterdir()
    assert b"geheim" not in gzip.decompress(path.read_bytes())


async def test_a_login_is_in_no_recording(site: Site, hasty: Fetcher, tmp_path: Path) -> None:
    site.routes["/feed"] = answer(rss())
    url = site.url("/feed").replace("//", "//leser:geheim@")
    await live([url], hasty, Recorder(tmp_path, software="newsfold/test"), rounds=1)
    (path,) = tmp_path.iterdir()
    written = gzip.decompress(path.read_bytes())
    assert b"geheim" not in written
    assert b"uthorization" not in written


async def test_what_cannot_be_written_down_is_an_error_and_no_silence(
    site: Site, hasty: Fetcher, tmp_path: Path
) -> None:
    blocked = tmp_path / "file"
    blocked.write_bytes(b"")
    with pytest.raises(OSError, match="file"):
        await live(newsroom(site), hasty, Recorder(blocked / "folder", software="newsfold/test"))
