"""The versions a shard remembers: what new ones are compared with, until the window moves past them."""

from collections.abc import Iterator
from datetime import timedelta

import msgspec

from services.contracts.sketches import Remembered
from services.dedup.search import Signed
from services.dedup.settings import DedupSettings


class Kept(msgspec.Struct, eq=False):
    """One remembered version. `signed` is None for what is screened or superseded."""

    record: Remembered
    day: int
    signed: Signed | None


class Window:
    """Remembered versions by id, and the current one of each article."""

    def __init__(self, settings: DedupSettings) -> None:
        self._days = settings.window_days
        self.reach = timedelta(days=settings.window_days)
        self._kept: dict[str, Kept] = {}
        self._current: dict[str, str] = {}

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

    def get(self, version: str) -> Kept | None:
        return self._kept.get(version)

    def signed(self, version: str) -> Signed:
        """Raises `KeyError` where the version is not one to be compared with."""
        signed = self._kept[version].signed
        if signed is None:
            raise KeyError(version)
        return signed

    def put(self, kept: Kept) -> Remembered | None:
        """Remember a version; the record of the one it supersedes, if any, is given back."""
        article = kept.record.article
        before = self.current(article.article_id) if kept.record.current else None
        self._kept[article.version_id] = kept
        if kept.record.current:
            self._current[article.article_id] = article.version_id
        if before is None or before is kept:
            return None
        before.record = msgspec.structs.replace(before.record, current=False)
        before.signed = None
        return before.record

    def evict(self, today: int) -> list[Kept]:
        """Forget versions older than the window, oldest first."""
        old = [kept for kept in self._kept.values() if kept.day < today - self._days]
        old.sort(key=lambda kept: (kept.record.article.first_seen_at, kept.record.article.version_id))
        for kept in old:
            article = kept.record.article
            del self._kept[article.version_id]
            if self._current.get(article.article_id) == article.version_id:
                del self._current[article.article_id]
        return old
