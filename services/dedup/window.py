"""The versions a shard remembers: what new ones are compared with, until the window moves past them."""

import sys
from collections.abc import Iterator
from datetime import datetime, timedelta

import msgspec

from services.contracts.sketches import Remembered
from services.dedup.search.lookup import Signed
from services.dedup.settings import DedupSettings
from services.dedup.text.words import folded

# Of CPython 3.11 on 64 bits, measured with tracemalloc.
_RECORD_BYTES = 4_000
_POSTING_BYTES = 150
_WORD_BYTES = 130
_DAY_S = 86_400


def day_of(at: datetime) -> int:
    """The number of its day since 1970, UTC."""
    return int(at.timestamp() // _DAY_S)


class Kept(msgspec.Struct, eq=False):
    """One remembered version. `signed` is None for what is screened or superseded."""

    record: Remembered
    day: int
    """When it was last seen to be put in its article's place."""
    signed: Signed | None
    bytes: int = 0
    """Its share of the window's."""


class Window:
    """Remembered versions by id, and the current one of each article."""

    def __init__(self, settings: DedupSettings) -> None:
        self._days = settings.window_days
        self.reach = timedelta(days=settings.window_days)
        self._kept: dict[str, Kept] = {}
        self._current: dict[str, str] = {}
        self._titled: dict[tuple[str, str], set[str]] = {}
        """Versions by publisher and title."""
        self.bytes = 0
        """Memory of the remembered versions and of what they are found by, as an estimate."""

    @property
    def articles(self) -> int:
        return len(self._current)

    def __contains__(self, version: str) -> bool:
        return version in self._kept

    def __iter__(self) -> Iterator[Kept]:
        return iter(self._kept.values())

    def __len__(self) -> int:
        return len(self._kept)

    def __getitem__(self, version: str) -> Kept:
        return self._kept[version]

    def current(self, article: str) -> Kept | None:
        version = self._current.get(article)
        return self._kept[version] if version else None

    def titled(self, source: str, title: str) -> Kept | None:
        """The latest article that a publisher shows under a title."""
        versions = self._titled.get((source, folded(title)), ())
        shown = [kept for kept in map(self._kept.__getitem__, versions) if kept.record.current]
        return max(shown, key=lambda kept: kept.record.article.first_seen_at, default=None)

    def get(self, version: str) -> Kept | None:
        return self._kept.get(version)

    def signed(self, version: str) -> Signed:
        """Raises `KeyError` where the version is not one to be compared with."""
        signed = self._kept[version].signed
        if signed is None:
            raise KeyError(version)
        return signed

    def put(self, kept: Kept) -> Remembered | None:
        """Remember a version, or what became of it; the record of the one it supersedes is given back."""
        article = kept.record.article
        before = self.current(article.article_id) if kept.record.current else None
        old = self._kept.get(article.version_id)
        self.bytes -= old.bytes if old else 0
        self._kept[article.version_id] = kept
        kept.bytes = 0
        self._weigh(kept)
        self._titled.setdefault(_by_title(kept), set()).add(article.version_id)
        if kept.record.current:
            self._current[article.article_id] = article.version_id
        if before is None or before.record.article.version_id == article.version_id:
            return None
        before.record = msgspec.structs.replace(before.record, current=False)
        before.signed = None
        self._weigh(before)
        return before.record

    def evict(self, today: int) -> list[Kept]:
        """Forget versions older than the window, oldest first."""
        old = [kept for kept in self._kept.values() if kept.day < today - self._days]
        old.sort(key=lambda kept: (kept.record.article.first_seen_at, kept.record.article.version_id))
        for kept in old:
            article = kept.record.article
            del self._kept[article.version_id]
            versions = self._titled[_by_title(kept)]
            versions.discard(article.version_id)
            if not versions:
                del self._titled[_by_title(kept)]
            self.bytes -= kept.bytes
            if self._current.get(article.article_id) == article.version_id:
                del self._current[article.article_id]
        return old

    def _weigh(self, kept: Kept) -> None:
        self.bytes -= kept.bytes
        kept.bytes = _RECORD_BYTES + sys.getsizeof(kept.record.article.text) + len(kept.record.seen)
        if kept.signed is not None:
            kept.bytes += weight(kept.signed)
        self.bytes += kept.bytes


def _by_title(kept: Kept) -> tuple[str, str]:
    return kept.record.article.source, folded(kept.record.article.title)


def weight(signed: Signed) -> int:
    """Bytes of what a version is compared and found by, the entries of the search index included."""
    profile, keys = signed.profile, signed.keys.values
    shingles = (profile.shingles.wide, profile.unique, profile.numbers, profile.days)
    words = len(profile.title)
    return (
        sum(array.nbytes for array in shingles)
        + 2 * keys.nbytes
        + _POSTING_BYTES * len(keys)
        + _WORD_BYTES * words
        + len(signed.sketch.signature)
    )
