"""A situation as its file has it: articles in a few outlets, and what a newsroom would say of them.

A file holds the paragraphs of one language (`[text]`) and the situations made of them. `{name}` in a text
stands for a paragraph; all else is the situation's own. A line break is for the eye alone, a blank line is
one of the text.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal, NamedTuple

import msgspec

from services.contracts import ids
from services.contracts.articles import Withdrawal
from services.contracts.relations import RelationKind, ScreenReason
from services.contracts.stories import Role
from services.dedup.order import Sighting, rank
from services.ingest.articles import from_archive
from services.ingest.readings import ArchiveReading

FOLDER = Path(__file__).parent
MISSES = FOLDER / "misses.toml"
MORNING = datetime(2026, 3, 2, tzinfo=UTC)
_NAMED = re.compile(r"\{(\w+)\}")
_BETWEEN = re.compile(r"\n\n+")
_AT = re.compile(r"(?:day (?P<day>\d+) )?(?P<hour>\d\d):(?P<minute>\d\d)")

Answer = RelationKind | Literal["none", "refused"]
"""`refused`: a screen refused the pair, or kept its newer article out."""


class Piece(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An article as it is seen at a time."""

    name: str
    outlet: str
    at: str
    """`06:05`, or `day 2 06:05`; the first day is day 1."""
    title: str = ""
    text: str = ""
    swap: tuple[tuple[str, str], ...] = ()
    """Words of the text put in the place of others, each of which must be there."""
    version_of: str = ""
    """The name of the piece whose address it has."""
    language: str | None = None
    """What its page claims, where that is not the language of the file."""
    gone: str = ""
    """Nothing is shown: the address answers so."""


class ExpectedPair(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"answers": "is"}):
    newer: str
    older: str
    answers: tuple[Answer, ...]
    """Any of them is right."""
    correction: bool | None = None
    either_way: bool = False
    """Who took from whom is not asked."""


class Situation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    kind: str
    """What it is an example of: a kind of relation, or of refusal."""
    why: str
    """What a newsroom would say, and for which reason."""
    article: tuple[Piece, ...]
    pair: tuple[ExpectedPair, ...] = ()
    together: tuple[tuple[str, ...], ...] = ()
    apart: tuple[tuple[str, str], ...] = ()
    roles: Mapping[str, tuple[Role, ...]] = msgspec.field(default_factory=dict)
    screened: Mapping[str, tuple[ScreenReason, ...]] = msgspec.field(default_factory=dict)
    matched: tuple[str, ...] = ()
    """Kept out by no screen."""
    withdrawn: tuple[str, ...] = ()
    of_withdrawn: tuple[str, ...] = ()


class SituationFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    text: Mapping[str, str]
    situation: tuple[Situation, ...]


class Told(NamedTuple):
    """A situation with its articles as ingest would give them on."""

    language: str
    situation: Situation
    sightings: Sequence[Sighting]
    """In order of their times."""
    article_ids: Mapping[str, str]
    """By the name of the piece."""

    @property
    def name(self) -> str:
        return f"{self.language}/{self.situation.name}"


class BadSituation(ValueError):
    """A file that says something that cannot be."""


def read_situations(folder: Path = FOLDER) -> Iterator[Told]:
    """All of a folder by language, in the order of the files. Raises `BadSituation`."""
    for path in sorted(folder.glob("??.toml")):
        try:
            content = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), SituationFile)
        except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
            raise BadSituation(f"{path.name}: {error}") from None
        for situation in content.situation:
            yield told(situation, content.text, path.stem)


def read_misses(path: Path = MISSES) -> dict[str, str]:
    """Situations that are known to come out wrong, with the reason."""
    found: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    return {f"{language}/{name}": why for language, names in found.items() for name, why in names.items()}


def told(situation: Situation, paragraphs: Mapping[str, str], language: str) -> Told:
    """Raises `BadSituation`."""
    addresses = {piece.name: _address(situation, piece) for piece in situation.article}
    article_ids = {name: ids.article_id(url) for name, url in addresses.items()}
    _check_names(situation, article_ids)
    shown: dict[str, Sighting] = {}
    sightings: list[Sighting] = []
    for piece in situation.article:
        url = addresses[piece.name]
        if piece.gone:
            sighting: Sighting = _withdrawal(piece, shown[url])
        else:
            sighting = shown[url] = from_archive(_reading(situation, piece, url, paragraphs, language))
        sightings.append(sighting)
    return Told(language, situation, sorted(sightings, key=rank), article_ids)


def _address(situation: Situation, piece: Piece) -> str:
    names = {one.name: one for one in situation.article}
    first = names.get(piece.version_of, piece)
    return f"https://www.{first.outlet}.example/{situation.name}/{first.name}"


def _reading(
    situation: Situation, piece: Piece, url: str, paragraphs: Mapping[str, str], language: str
) -> ArchiveReading:
    return ArchiveReading(
        url=url,
        canonical_url=url,
        source=f"{piece.outlet}.example",
        feed=f"https://www.{piece.outlet}.example/rss",
        title=piece.title,
        text=_text(situation, piece, paragraphs),
        language=language if piece.language is None else piece.language,
        published_at=None,
        at=_time(situation, piece.at),
    )


def _text(situation: Situation, piece: Piece, paragraphs: Mapping[str, str]) -> str:
    try:
        text = _NAMED.sub(lambda found: paragraphs[found[1]].strip(), piece.text).strip()
    except KeyError as missing:
        raise BadSituation(f"{situation.name}: {piece.name}: no paragraph {missing}") from None
    text = "\n\n".join(" ".join(part.split("\n")) for part in _BETWEEN.split(text))
    for old, new in piece.swap:
        if old not in text:
            raise BadSituation(f"{situation.name}: {piece.name}: nothing to swap: {old!r}")
        text = text.replace(old, new)
    return text


def _withdrawal(piece: Piece, shown: Sighting) -> Withdrawal:
    return Withdrawal(
        article_id=shown.article_id,
        version_id=shown.version_id,
        url=shown.url,
        source=shown.source,
        language=shown.language,
        at=_time(None, piece.at),
        note=piece.gone,
    )


def _time(situation: Situation | None, at: str) -> datetime:
    found = _AT.fullmatch(at)
    if found is None:
        raise BadSituation(f"{situation.name if situation else 'a withdrawal'}: {at!r} is no time")
    days = int(found["day"] or 1) - 1
    return MORNING + timedelta(days=days, hours=int(found["hour"]), minutes=int(found["minute"]))


def _check_names(situation: Situation, known: Mapping[str, str]) -> None:
    named = {name for one in situation.pair for name in (one.newer, one.older)}
    named |= {name for group in (*situation.together, *situation.apart) for name in group}
    named |= {*situation.roles, *situation.screened, *situation.matched}
    named |= {*situation.withdrawn, *situation.of_withdrawn}
    named |= {piece.version_of for piece in situation.article if piece.version_of}
    if named - known.keys():
        raise BadSituation(f"{situation.name}: no article {', '.join(sorted(named - known.keys()))}")
