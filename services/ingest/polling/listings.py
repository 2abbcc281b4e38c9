"""Which feeds list an entry. The first one answers for it; the others only lend their names."""

from collections.abc import Iterable

from services.contracts.feeds import SeenEntry


class Listings:
    """Entry keys of all feeds of a task. What it holds follows from the feeds' states alone."""

    def __init__(self) -> None:
        self._owner: dict[str, str] = {}
        self._others: dict[str, set[str]] = {}

    def owner(self, key: str) -> str | None:
        """The feed that answers for an entry."""
        return self._owner.get(key)

    def others(self, key: str) -> Iterable[str]:
        """Feeds that list it beside its owner."""
        return self._others.get(key, ())

    def update(self, feed_id: str, before: Iterable[SeenEntry], after: Iterable[SeenEntry]) -> None:
        """A feed's seen entries changed. An entry without digest is left to another feed."""
        gone = {entry.key: entry.digest for entry in before}
        for entry in after:
            if gone.get(entry.key) == entry.digest:
                del gone[entry.key]
                continue
            self._drop(feed_id, entry.key)
            gone.pop(entry.key, None)
            if entry.digest:
                self._owner.setdefault(entry.key, feed_id)
            else:
                self._others.setdefault(entry.key, set()).add(feed_id)
        for key in gone:
            self._drop(feed_id, key)

    def _drop(self, feed_id: str, key: str) -> None:
        if self._owner.get(key) == feed_id:
            del self._owner[key]
        others = self._others.get(key)
        if others:
            others.discard(feed_id)
            if not others:
                del self._others[key]
