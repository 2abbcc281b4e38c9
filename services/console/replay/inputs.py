"""The recordings a replay is given: refused by name before anything is started."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from services.console.export.names import FILES, HISTORY
from services.ops.exits import Exit, Stop

SUFFIXES = (".warc", ".warc.gz", ".jsonl", ".jsonl.gz")
ARTICLES = "articles.jsonl"
_NO_INPUT = frozenset(FILES) - {ARTICLES, HISTORY}
"""What an export says of its articles: nothing that could be read in."""
_SIGN = "relations.jsonl"
"""Beside articles it tells an export from an archive of that name."""


def checked(paths: Sequence[Path]) -> tuple[Path, ...]:
    """The files to read, each existing, readable, not empty and of a known kind. Raises `Stop` (usage)."""
    files = [file for path in paths for file in _files_of(path)]
    for file in files:
        reason = _refusal(file)
        if reason:
            raise Stop(Exit.USAGE, f"{file}: {reason}")
    return tuple(files)


def _files_of(path: Path) -> Iterator[Path]:
    """An export, named by its directory or its articles, is what is shown and what was seen before.

    What was seen before comes first: of two sightings of one moment the later one is shown.
    """
    if path.is_dir() and not _holds(path / ARTICLES):
        yield from _recordings_in(path)
        return
    articles = path / ARTICLES if path.is_dir() else path
    history = articles.with_name(HISTORY)
    if articles.name == ARTICLES and _holds(articles) and _holds(history):
        yield history
    yield articles if _holds(articles) else path


def _recordings_in(folder: Path) -> Sequence[Path]:
    """The finished recordings of a folder; the folder itself where there are none."""
    names = (one for one in folder.iterdir() if one.name.endswith((".warc", ".warc.gz")) and _holds(one))
    return sorted(names) or [folder]


def gaps(paths: Sequence[Path]) -> Iterator[str]:
    """What exports among the paths no longer hold, a line each."""
    for path in paths:
        out = path if path.is_dir() else path.parent
        whole = path.is_dir() or path.name == ARTICLES
        if whole and (out / ARTICLES).is_file() and (out / _SIGN).is_file() and not (out / HISTORY).exists():
            yield f"{out}: no {HISTORY} in it, so earlier versions and withdrawals are not replayed"


def _holds(file: Path) -> bool:
    try:
        return file.is_file() and file.stat().st_size > 0
    except OSError:
        return False


def _refusal(path: Path) -> str:
    try:
        if path.stat() and path.is_dir():
            return "is a directory, and no export (no articles.jsonl) or recordings (.warc, .warc.gz) in it"
        if path.name in _NO_INPUT and path.with_name(ARTICLES).is_file():
            return "is a file of an export; name its directory"
        if not path.name.endswith(SUFFIXES):
            return f"unknown kind of recording; known: {', '.join(SUFFIXES)}"
        with path.open("rb") as file:
            return "" if file.read(1) else "is empty"
    except OSError as error:
        return f"cannot be read: {error.strerror or error}"


def is_archive(path: Path) -> bool:
    return path.name.endswith((".jsonl", ".jsonl.gz"))
