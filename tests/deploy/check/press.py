"""A newspaper as files: feeds and pages that any web server can serve."""

import email.utils
import html
import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

ADDRESS = "http://press:8000"
FEEDS = 3


def printed(folder: Path, rows: Sequence[dict[str, Any]]) -> Path:
    """Write feeds and pages of `rows`; the list of feeds, one of which is not there."""
    (folder / "pages").mkdir(parents=True)
    for number in range(FEEDS):
        shown = list(enumerate(rows))[number::FEEDS]
        (folder / f"feed{number}.xml").write_text(_feed(shown), encoding="utf-8")
        for place, row in shown:
            (folder / "pages" / f"{place}.html").write_text(_page(row), encoding="utf-8")
    names = [*(f"feed{number}.xml" for number in range(FEEDS)), "absent.xml"]
    listed = folder.with_suffix(".toml")
    listed.write_text(
        "".join(f'[[feed]]\nurl = "{ADDRESS}/{name}"\nsource = "press.example"\n' for name in names)
    )
    for path in (folder, folder / "pages"):
        path.chmod(0o755)
    return listed


def _feed(rows: Sequence[tuple[int, dict[str, Any]]]) -> str:
    items = "".join(
        f"<item><title>{html.escape(row['title'])}</title><link>{ADDRESS}/pages/{place}.html</link>"
        f"<guid>{ADDRESS}/pages/{place}.html</guid>"
        f"<pubDate>{email.utils.format_datetime(datetime.fromisoformat(row['fetched_at']))}</pubDate></item>"
        for place, row in rows
    )
    return f'<rss version="2.0"><channel><title>Press</title><link>{ADDRESS}</link>{items}</channel></rss>'


def _page(row: dict[str, Any]) -> str:
    paragraphs = "".join(f"<p>{html.escape(line)}</p>" for line in row["text"].split("\n"))
    head = f"<title>{html.escape(row['title'])}</title>"
    body = f"<article><h1>{html.escape(row['title'])}</h1>{paragraphs}</article>"
    return f'<!doctype html><html lang="{row["language"]}"><head>{head}</head><body>{body}</body></html>'


def rows(archive: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in archive.splitlines()]
