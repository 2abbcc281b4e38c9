"""Reads the recording's sources: outlets, and one TOML file for each article with all its versions."""

import tomllib
from datetime import datetime
from pathlib import Path
from typing import Literal

import msgspec

DEMO = Path(__file__).parent / "demo"

FeedKind = Literal["rss", "rss-full", "atom", "json"]
Page = Literal["article", "consent", "gone"]


class FeedSource(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    kind: FeedKind
    path: str
    title: str
    validators: bool = True


class Outlet(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    language: str
    layout: str
    feeds: tuple[FeedSource, ...]
    host: str = ""
    gzip: bool = False
    charset: str = "utf-8"


class Later(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The article as its page shows it from `listed_at` on."""

    listed_at: datetime
    text: str
    title: str = ""


class ArticleSource(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One article. Blank lines part the paragraphs of `text`; `feeds` defaults to the outlet's first."""

    outlet: str
    path: str
    title: str
    listed_at: datetime
    text: str
    feeds: tuple[str, ...] = ()
    published_at: datetime | None = None
    tracking: bool = False
    """The feeds link it with tracking parameters."""
    guid: bool = True
    page: Page = "article"
    later: tuple[Later, ...] = ()


class Version(msgspec.Struct, frozen=True):
    number: int
    since: datetime
    title: str
    paragraphs: tuple[str, ...]


class Piece(msgspec.Struct, frozen=True):
    """An article with everything resolved. `name` is the stem of its file."""

    name: str
    source: ArticleSource
    outlet: Outlet
    url: str
    feeds: tuple[str, ...]
    versions: tuple[Version, ...]

    @property
    def published_at(self) -> datetime:
        return self.source.published_at or self.source.listed_at

    def at(self, moment: datetime) -> Version:
        """The version shown at `moment`; the first if it is not listed yet."""
        shown = [version for version in self.versions if version.since <= moment]
        return shown[-1] if shown else self.versions[0]


class Newsroom(msgspec.Struct, frozen=True):
    outlets: dict[str, Outlet]
    pieces: tuple[Piece, ...]
    """By (listed_at, name)."""


def paragraphs(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.strip().split("\n\n") if part.strip())


def host(key: str, outlet: Outlet) -> str:
    return outlet.host or f"www.{key}.example"


def read_newsroom(folder: Path = DEMO) -> Newsroom:
    """Raises msgspec.ValidationError or tomllib.TOMLDecodeError for a source that does not parse."""
    outlets = msgspec.convert(
        tomllib.loads((folder / "outlets.toml").read_text(encoding="utf-8")), dict[str, Outlet]
    )
    pieces = [_piece(path, outlets) for path in sorted((folder / "articles").glob("*.toml"))]
    return Newsroom(outlets, tuple(sorted(pieces, key=lambda piece: (piece.source.listed_at, piece.name))))


def _piece(path: Path, outlets: dict[str, Outlet]) -> Piece:
    source = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), ArticleSource)
    outlet = outlets[source.outlet]
    first = Version(1, source.listed_at, source.title, paragraphs(source.text))
    rest = (
        Version(number, later.listed_at, later.title or source.title, paragraphs(later.text))
        for number, later in enumerate(source.later, start=2)
    )
    return Piece(
        name=path.stem,
        source=source,
        outlet=outlet,
        url=f"https://{host(source.outlet, outlet)}{source.path}",
        feeds=source.feeds or (outlet.feeds[0].name,),
        versions=(first, *rest),
    )
