"""WARC recordings, written here by warcio, as sources of readings and of articles."""

import gzip
import io
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from services.contracts import ids, wire
from services.contracts.articles import Article
from services.ingest.pages.extract import read_page
from services.ingest.readings import BadReading, FeedReading, PageReading, Progress, Reading, Skipped
from services.ingest.recordings.recording import Recording
from services.ingest.recordings.replay import ReplayFeeder
from services.ingest.recordings.warc import exchange_at, index
from services.ingest.service import IngestTask
from services.ingest.workers.pool import Pool
from services.stream.service import Step
from tests.press import press_data

START = datetime.fromisoformat("2026-03-02T06:00:00+00:00")
FEED = "https://feeds.hafenblatt.example/stadt.xml"
HTML = {"Content-Type": "text/html; charset=utf-8"}
RSS = {"Content-Type": "application/rss+xml", "ETag": '"1"'}


def link(slug: str) -> str:
    return f"https://www.hafenblatt.example/{slug}"


def rss(*slugs: str) -> bytes:
    items = "".join(f"<item><title>Meldung {slug}</title><link>{link(slug)}</link></item>" for slug in slugs)
    return (
        f"<?xml version='1.0'?><rss version='2.0'><channel><title>H</title>{items}</channel></rss>".encode()
    )


def page(slug: str) -> bytes:
    words = "".join(f"<p>Absatz {n} von {slug} über die Brücke von Neuenhafen.</p>" for n in range(6))
    return f"<html lang='de'><title>{slug}</title><body><article>{words}</article></body></html>".encode()


def chunked(body: bytes) -> bytes:
    pieces = (body[:4], body[4:])
    return b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


class Row(msgspec.Struct):
    url: str
    text: str


class Recorder:
    """Writes exchanges a second apart, unless told otherwise."""

    def __init__(self, path: Path, *, packed: bool = True) -> None:
        self._file = path.open("wb")
        self._writer = WARCWriter(self._file, gzip=packed, warc_version="1.1")
        self._second = 0

    def exchange(
        self,
        url: str,
        body: bytes = b"",
        headers: dict[str, str] | None = None,
        status: str = "200 OK",
        *,
        second: int | None = None,
        kind: str = "response",
    ) -> None:
        at = START + timedelta(seconds=self._second if second is None else second)
        self._second += 1
        stamp = {"WARC-Date": at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")}
        asked = StatusAndHeaders("GET / HTTP/1.1", [("Host", "x")], is_http_request=True)
        self._write(url, "request", b"", asked, stamp)
        self._write(
            url,
            kind,
            body,
            StatusAndHeaders(status, list((headers or {}).items()), protocol="HTTP/1.1"),
            stamp,
        )

    def _write(self, url: str, kind: str, body: bytes, head: StatusAndHeaders, stamp: dict[str, str]) -> None:
        record = self._writer.create_warc_record(
            url, kind, payload=io.BytesIO(body), length=len(body), http_headers=head, warc_headers_dict=stamp
        )
        self._writer.write_record(record)

    def close(self) -> None:
        self._file.close()


def recorded(path: Path, *, packed: bool = True) -> Path:
    """A little of everything."""
    log = Recorder(path, packed=packed)
    log.exchange(
        "https://www.hafenblatt.example/robots.txt", b"User-agent: *", {"Content-Type": "text/plain"}
    )
    log.exchange(FEED, rss("a", "b", "gone"), RSS)
    log.exchange(link("a"), gzip.compress(page("a")), HTML | {"Content-Encoding": "gzip"})
    log.exchange(link("b"), headers={"Location": "/b-moved"}, status="301 Moved")
    log.exchange(link("b-moved"), page("b"), HTML)
    log.exchange(FEED, status="304 Not Modified", headers={"ETag": '"1"'})
    log.exchange(FEED, rss("a", "b", "gone", "c"), RSS | {"ETag": '"2"'})
    log.exchange(link("c"), chunked(page("c")), HTML | {"Transfer-Encoding": "chunked"})
    log.exchange(link("alone"), page("alone"), HTML)
    log.exchange(link("logo.png"), b"\x89PNG", {"Content-Type": "image/png"})
    log.exchange(link("gone"), b"", HTML, status="404 Not Found")
    log.exchange(FEED, b"<html>Wartung</html>", HTML)
    log.exchange(
        "https://www.hafenblatt.example/sitemap.xml", b"<urlset></urlset>", {"Content-Type": "text/xml"}
    )
    log.close()
    return path


async def readings(
    path: Path, *, workers: int = 0
) -> tuple[ReplayFeeder, list[Reading], list[Step], IngestTask]:
    task = IngestTask(0, 1)
    found: list[Reading] = []
    taken: list[Step] = []
    async with Pool(workers) as pool:
        feeder = ReplayFeeder(task, [Recording(path, pool)])
        while (batch := await feeder.next(max_items=5, timeout_s=10.0)) is not None:
            found += batch
            taken.append(task.take(batch))
        await feeder.close()
    return feeder, found, taken, task


def articles(taken: Sequence[Step]) -> list[Article]:
    outputs = (output for step in taken for output in step.outputs if output.partition.topic == "articles")
    records = (wire.read(dict(output.headers), output.value or b"") for output in outputs)
    return [one for one in records if isinstance(one, Article)]


def told(reading: Reading) -> str:
    match reading:
        case FeedReading():
            return f"feed {reading.outcome}"
        case PageReading():
            return f"page {reading.url.rpartition('/')[2]} {reading.outcome}"
        case Skipped():
            return f"skipped {reading.kind}"
        case BadReading():
            return f"bad {reading.reason}"
        case _:
            return ""


EVERYTHING = [
    "skipped robots",
    "feed ok",
    "page a ok",
    "skipped redirect",
    "page b ok",
    "feed not_modified",
    "feed ok",
    "page c ok",
    "page alone ok",
    "skipped media",
    "page gone http_404",
    "feed ok",
    "skipped sitemap",
]


@pytest.mark.parametrize("packed", [True, False])
async def test_a_recording_is_told_in_order_and_every_exchange_counts(tmp_path: Path, packed: bool) -> None:
    feeder, found, taken, task = await readings(recorded(tmp_path / "day.warc", packed=packed))
    assert [told(one) for one in found if not isinstance(one, Progress)] == EVERYTHING
    assert sum(sum(step.outcomes.values()) + len(step.dead) for step in taken) == len(found)
    assert feeder.progress == (13, 13)
    assert feeder.damage == []
    assert task.entries == {"new": 4, "unchanged": 3}
    assert task.unfetched() == 1


async def test_its_pages_become_articles_at_their_recorded_times(tmp_path: Path) -> None:
    _, _, taken, task = await readings(recorded(tmp_path / "day.warc.gz"))
    found = articles(taken)
    assert [(one.url.rpartition("/")[2], one.source, one.feed) for one in found] == [
        ("a", "hafenblatt.example", FEED),
        ("b-moved", "hafenblatt.example", FEED),
        ("c", "hafenblatt.example", FEED),
        ("alone", "hafenblatt.example", ""),
    ]
    assert [one.first_seen_at - START for one in found] == [timedelta(seconds=n) for n in (2, 4, 7, 8)]
    assert found[0].text.startswith("Absatz 0 von a")
    state = task.states[ids.feed_id(FEED)]
    assert (state.status, state.reason) == ("backing_off", "not_a_feed: an HTML page, not a feed")


async def test_the_number_of_workers_changes_nothing(tmp_path: Path) -> None:
    path = recorded(tmp_path / "day.warc.gz")
    results = [await readings(path, workers=workers) for workers in (0, 1, 3)]
    assert results[0][1] == results[1][1] == results[2][1]


async def test_exchanges_written_out_of_order_are_told_in_order_of_time(tmp_path: Path) -> None:
    log = Recorder(tmp_path / "day.warc.gz")
    for second, slug in ((9, "late"), (1, "early"), (5, "middle")):
        log.exchange(link(slug), page(slug), HTML, second=second)
    log.close()
    _, _, taken, _ = await readings(tmp_path / "day.warc.gz")
    assert [one.url.rpartition("/")[2] for one in articles(taken)] == ["early", "middle", "late"]


async def test_a_repeated_body_recorded_as_revisit_is_a_feed_without_news(tmp_path: Path) -> None:
    log = Recorder(tmp_path / "day.warc.gz")
    log.exchange(FEED, rss("a"), RSS)
    log.exchange(FEED, headers=RSS, kind="revisit")
    log.exchange(link("a"), headers=HTML, kind="revisit")
    log.close()
    _, found, _, _ = await readings(tmp_path / "day.warc.gz")
    assert [told(one) for one in found if told(one)] == ["feed ok", "feed not_modified", "skipped revisit"]


@pytest.mark.parametrize("left_off", [30, 200, 700])
@pytest.mark.parametrize("packed", [True, False])
async def test_a_cut_off_recording_gives_what_can_be_read_and_one_clear_line(
    tmp_path: Path, left_off: int, packed: bool
) -> None:
    path = recorded(tmp_path / "day.warc.gz", packed=packed)
    path.write_bytes(path.read_bytes()[:-left_off])
    feeder, found, taken, _ = await readings(path)
    (line,) = feeder.damage
    assert line.startswith("day.warc.gz: damaged after ")
    assert "cut off" in line
    assert "\n" not in line
    assert told(found[-2]) == "bad damaged-file"
    assert len(articles(taken)) == 4
    assert [one.reason for step in taken for one in step.dead] == ["damaged-file"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"just some text\nand more\n", "Unknown archive format"),
        (gzip.compress(b"just some text\n"), "Unknown archive format"),
        (b"a b 20260302 text/html 3\n\nabc\n", "damaged after 0 answers"),
        (b"", "damaged after 0 answers: holds no record"),
        (b"\x1f\x8b" + bytes(50), "damaged after 0 answers"),
    ],
)
async def test_what_is_no_recording_is_told_in_one_line(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "day.warc.gz"
    path.write_bytes(content)
    feeder, found, _, _ = await readings(path)
    assert says in feeder.damage[0]
    assert told(found[0]) == "bad damaged-file"


async def test_a_recording_in_one_gzip_member_is_told_how_to_be_repaired(tmp_path: Path) -> None:
    plain = recorded(tmp_path / "plain.warc", packed=False).read_bytes()
    path = tmp_path / "day.warc.gz"
    path.write_bytes(gzip.compress(plain))
    feeder, _, _, _ = await readings(path)
    assert "non-chunked gzip" in feeder.damage[0]


async def test_hostile_bodies_in_a_recording_are_outcomes(tmp_path: Path) -> None:
    log = Recorder(tmp_path / "day.warc.gz")
    bomb = gzip.compress(bytes(40 << 20))
    log.exchange(link("bomb"), bomb, HTML | {"Content-Encoding": "gzip"})
    log.exchange(link("stacked"), gzip.compress(bomb), HTML | {"Content-Encoding": "gzip, gzip"})
    log.exchange(link("deep"), b"<html><body>" + b"<div>" * 20_000, HTML)
    log.exchange(link("a"), page("a"), HTML)
    log.close()
    _, found, taken, _ = await readings(tmp_path / "day.warc.gz")
    assert [told(one) for one in found if told(one)] == [
        "page bomb bomb",
        "page stacked bomb",
        "page deep ok",
        "page a ok",
    ]
    assert len(articles(taken)) == 1


@pytest.mark.press
def test_a_real_weeks_pages_give_the_texts_that_were_put_in() -> None:
    data = press_data()
    if data is None:
        pytest.skip("no press data here")
    lines = gzip.decompress(
        (data / "recordings" / "de-press-week.articles.jsonl.gz").read_bytes()
    ).splitlines()
    wanted = {row.url: row.text for row in (msgspec.json.decode(line, type=Row) for line in lines)}
    path = data / "recordings" / "de-press-week.warc.gz"
    pages = [one for one in index(path).answers if one.kind == "page"]
    with path.open("rb") as file:
        exchanges = [exchange_at(file, one) for one in pages[::4]]
    same = sum(_bare(read_page(one).text) == _bare(wanted[one.url]) for one in exchanges)
    assert len(pages) == len(wanted)
    assert same >= 0.99 * len(exchanges)


def _bare(text: str) -> str:
    return "".join(text.replace("\u00ad", "").split())
