"""Which feeds list an address, and which article stands behind it.

The first feed answers for it; the others only lend their names. What this holds follows from the feeds'
states alone.
"""

from collections.abc import Iterable

from services.contracts.feeds import SeenEntry


class Listings:
    """Addresses of all entries of a task, by their keys (`keys.address_key`)."""

    def __init__(self) -> None:
        self._owner: dict[str, str] = {}
        self._others: dict[str, set[str]] = {}
        self._articles: dict[str, str] = {}
        self._versions: dict[str, dict[str, str]] = {}
        """By article and who holds it: strings alone, at which the garbage collector does not look."""

    def owner(self, address: str) -> str | None:
        """The feed that answers for an address."""
        return self._owner.get(address)

    def others(self, address: str) -> Iterable[str]:
        """Feeds that list it beside its owner."""
        return self._others.get(address, ())

    def article(self, address: str) -> str:
        """The article that the entry linking to an address is published as; empty for none."""
        return self._articles.get(address, "")

    def disputes(self, article: str, version: str, feed_id: str, key: str) -> bool:
        """Whether another entry shows another text as this article."""
        holders = self._versions.get(article, {})
        return any(shown != version for one, shown in holders.items() if one != _holder(feed_id, key))

    def update(self, feed_id: str, before: Iterable[SeenEntry], after: Iterable[SeenEntry]) -> None:
        """A feed's seen entries changed. An entry without digest is left to another feed."""
        gone = {entry.key: entry for entry in before}
        new = []
        for entry in after:
            if gone.get(entry.key) == entry:
                del gone[entry.key]
            else:
                new.append(entry)
        for entry in gone.values():
            self._drop(feed_id, entry)
        for entry in new:
            self._put(feed_id, entry)

    def _put(self, feed_id: str, entry: SeenEntry) -> None:
        address = address_of(entry)
        if not entry.digest:
            self._others.setdefault(address, set()).add(feed_id)
            return
        self._owner.setdefault(address, feed_id)
        if entry.article and entry.version:
            self._articles.setdefault(address, entry.article)
            self._versions.setdefault(entry.article, {})[_holder(feed_id, entry.key)] = entry.version

    def _drop(self, feed_id: str, entry: SeenEntry) -> None:
        address = address_of(entry)
        if self._owner.get(address) == feed_id:
            del self._owner[address]
            self._articles.pop(address, None)
        others = self._others.get(address, set())
        others.discard(feed_id)
        if not others:
            self._others.pop(address, None)
        holders = self._versions.get(entry.article, {})
        holders.pop(_holder(feed_id, entry.key), None)
        if not holders:
            self._versions.pop(entry.article, None)


def _holder(feed_id: str, key: str) -> str:
    """An entry that an article is published for."""
    return f"{feed_id} {key}"


def address_of(entry: SeenEntry) -> str:
    """Key of an entry's own address: states of old have it as the entry's key."""
    return entry.link or entry.key
