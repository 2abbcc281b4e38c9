"""Writes an archive of five articles from its sources: the `.jsonl` form of a replay's input."""

import tomllib
from pathlib import Path

import msgspec

FIELDS = ("url", "source", "feed", "title", "text", "published_at", "fetched_at", "language")


def archive_lines(folder: Path) -> bytes:
    """One JSON object a line, by (fetched_at, url). Raises KeyError if a source lacks a field."""
    sources = [tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.toml"))]
    rows = [{field: _value(source[field]) for field in FIELDS} for source in sources]
    rows.sort(key=lambda row: (str(row["fetched_at"]), str(row["url"])))
    return b"".join(msgspec.json.encode(row) + b"\n" for row in rows)


def _value(value: object) -> object:
    return value.strip() + "\n" if isinstance(value, str) and "\n" in value else value


def write_archive(folder: Path) -> None:
    (folder / f"{folder.name}.jsonl").write_bytes(archive_lines(folder))
