"""Pages a second with their full text, beside the library alone, on the same pages turn by turn."""

import csv
import gzip
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import fmean
from typing import Any, NamedTuple

import trafilatura
from trafilatura.utils import load_html

from bench.pages import body_of, overlap
from bench.press import press_data
from bench.speed.row import Asked, Row
from services.ingest.http.exchange import Exchange
from services.ingest.pages.extract import read_page
from services.ingest.text.charset import text_of

OURS, ALONE, WHOLE = "Newsfold", "trafilatura alone, as Newsfold calls it", "trafilatura alone, with metadata"
TIMES = 2


class Page(NamedTuple):
    exchange: Exchange
    gold: str


def rows(_: Asked) -> Iterator[Row]:
    pages = _pages(press_data() / "pages")
    readers = {OURS: _read, ALONE: _extract, WHOLE: _extract_whole}
    seconds: dict[str, float] = dict.fromkeys(readers, 0.0)
    scores: dict[str, list[float]] = {name: [] for name in readers}
    for page in pages:
        for name, reader in readers.items():
            spent, text = _best(reader, page.exchange)
            seconds[name] += spent
            scores[name].append(overlap(text, page.gold)[2])
    yield Row(
        key="pages",
        title="Pages → text",
        how=f"CPU of one core over {len(pages)} real pages, best of {TIMES}; F1 of the words against the "
        "publishers' own. Newsfold gives title, canonical address, language and time as well, and tells what "
        "is no article.",
        head=("", "pages/s", "F1"),
        lines=tuple(
            (name, round(len(pages) / spent, 1), round(fmean(scores[name]), 4))
            for name, spent in seconds.items()
        ),
        ratios={f"× {ALONE}": seconds[ALONE] / seconds[OURS], "F1": fmean(scores[OURS])},
    )


def _pages(folder: Path) -> list[Page]:
    with (folder / "MANIFEST.tsv").open(encoding="utf-8") as file:
        listed = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [
        Page(
            Exchange(
                url=row["url"],
                outcome="ok",
                content_type="text/html",
                body=gzip.decompress((folder / row["file"]).read_bytes()),
            ),
            body_of(json.loads((folder / row["gold"]).read_text(encoding="utf-8"))),
        )
        for row in listed
    ]


def _best(reader: Callable[[Exchange], str], exchange: Exchange) -> tuple[float, str]:
    spent = []
    for _ in range(TIMES):
        began = time.process_time()
        text = reader(exchange)
        spent.append(time.process_time() - began)
    return min(spent), text


def _read(exchange: Exchange) -> str:
    return read_page(exchange).text


def _extract(exchange: Exchange) -> str:
    tree = load_html(text_of(exchange.body, exchange.content_type))
    found: Any = trafilatura.bare_extraction(
        tree, url=exchange.url, with_metadata=False, favor_precision=True, include_comments=False
    )
    return (found.text or "") if found else ""


def _extract_whole(exchange: Exchange) -> str:
    found: Any = trafilatura.bare_extraction(exchange.body, url=exchange.url, with_metadata=True)
    return (found.text or "") if found else ""
