"""Notices at other addresses that plan came by: what each withdraws, only the fold finds out.

Until it tells, plan decides what cannot hang on it, and stops before the rest: the fold may go as far.
"""

from collections.abc import Iterable

from services.contracts.articles import Article
from services.dedup.order import Sighting, seen_at
from services.dedup.spread.blocks import Notice
from services.dedup.text.notices import withdrawal
from services.dedup.window import Kept, Window, day_of


class Awaited:
    """Of a shard, in order of decision."""

    def __init__(self, notices: Iterable[Notice] = ()) -> None:
        self._notices = {notice.version: notice for notice in notices}

    def __bool__(self) -> bool:
        return bool(self._notices)

    def all(self) -> list[Notice]:
        return list(self._notices.values())

    def add(self, notice: Notice) -> None:
        self._notices[notice.version] = notice

    def settle(self, version: str) -> Notice | None:
        """That of a version, which is told of; None where it is not awaited."""
        return self._notices.pop(version, None)

    def concerns(self, sighting: Sighting, window: Window, today: int | None) -> bool:
        """Whether one may withdraw what a sighting is of.

        On another day that may be forgotten, and come anew, before it is told.
        """
        if not self._notices:
            return False
        is_later = today is not None and day_of(seen_at(sighting)) > today
        return is_later or self._may_withdraw(window.current(sighting.article_id))

    def settles(self, sighting: Sighting, window: Window) -> bool:
        """Whether one may be the reason that a sighting says nothing new."""
        at = seen_at(sighting)
        return any(at <= notice.at for notice in self._notices.values()) and self._may_withdraw(
            window.current(sighting.article_id)
        )

    def _may_withdraw(self, current: Kept | None) -> bool:
        """A notice withdraws what its own publisher shows."""
        if current is None:
            return False
        source = current.record.article.source
        return any(notice.source == source for notice in self._notices.values())


def may_withdraw(sighting: Sighting) -> bool:
    """Whether it is a notice, and withdraws another piece if it is new."""
    return isinstance(sighting, Article) and bool(withdrawal(sighting.title, sighting.text))
