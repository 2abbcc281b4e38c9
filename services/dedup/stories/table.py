"""The open stories of a shard, by their id and by the articles in them."""

from array import array
from collections import Counter

from services.contracts.clusters import Cluster
from services.dedup.memory.ids import Ids, IdTable, Numbers, key_of
from services.dedup.memory.parts import Holding, gather, scatter
from services.dedup.memory.records import Records
from services.dedup.memory.store import HeapStore, Store
from services.stream.service import Parts

MOST_CLUSTERS = 2048
"""At hand decoded at a time."""
_CLUSTER_BYTES = 2_500
"""Of one that is decoded, of CPython 3.11 on 64 bits, measured with tracemalloc."""


class StoryTable:
    """A story is a number; so is a place in it, which one article has."""

    def __init__(self, store: Store | None = None) -> None:
        self._records = Records(Cluster, store or HeapStore(), most=MOST_CLUSTERS)
        self._stories, self._story_ids = Numbers(), Ids()
        self._by_id = IdTable(self._story_ids)
        self._members = array("I")
        """How many a story has."""
        self._sizes: Counter[int] = Counter()
        """How many open stories have so many members."""
        self._places, self._article_ids = Numbers(), Ids()
        self._by_article = IdTable(self._article_ids)
        self._story_at = array("I")
        """The story of a place."""

    def __len__(self) -> int:
        return len(self._by_id)

    def __contains__(self, story: str) -> bool:
        return self._by_id.get(key_of(story)) is not None

    def __getitem__(self, story: str) -> Cluster:
        number = self._by_id.get(key_of(story))
        if number is None:
            raise KeyError(story)
        return self._records[number]

    def of(self, article: str) -> Cluster | None:
        """The story an article is in."""
        place = self._by_article.get(key_of(article))
        return None if place is None else self._records[self._story_at[place]]

    def put(self, cluster: Cluster, value: bytes | None = None) -> None:
        """Take a story as it stands. `value`: the same encoded, if it is."""
        key = key_of(cluster.story_id)
        number = self._by_id.get(key)
        if number is None:
            number = self._stories.take()
            self._story_ids.put(number, cluster.story_id, key)
            self._by_id.set(key, number)
            if number == len(self._members):
                self._members.append(0)
            before = set[str]()
        else:
            before = {member.article_id for member in self._records[number].members}
        self._resize(number, len(cluster.members))
        if value is None:
            self._records[number] = cluster
        else:
            self._records.put_encoded(number, value)
        for member in cluster.members:
            if member.article_id not in before:
                self._settle(member.article_id, number)

    def drop(self, story: str) -> None:
        """Forget a story, and of its articles those that are in no other since."""
        number = self._by_id.get(key_of(story))
        if number is None:
            return
        for member in self._records[number].members:
            self.leave(member.article_id, number)
        self._resize(number, 0)
        self._by_id.pop(self._story_ids.key(number))
        self._records.drop(number)
        self._stories.give_back(number)

    def leave(self, article: str, story: int | None = None) -> None:
        """Forget in which story an article is: if it is in this one, or in any."""
        key = key_of(article)
        place = self._by_article.get(key)
        if place is not None and (story is None or self._story_at[place] == story):
            self._by_article.pop(key)
            self._places.give_back(place)

    def largest(self) -> int:
        """Members of the largest open story."""
        return max(self._sizes, default=0)

    @property
    def bytes(self) -> int:
        """Memory, as an estimate."""
        return (
            4 * (len(self._members) + len(self._story_at))
            + sum(
                part.nbytes() for part in (self._story_ids, self._by_id, self._article_ids, self._by_article)
            )
            + self._records.nbytes()
            + _CLUSTER_BYTES * self._records.decoded()
        )

    def save(self) -> Parts:
        return gather(self._holding())

    def load(self, parts: Parts) -> None:
        scatter(self._holding(), parts)
        self._sizes = Counter(size for size in self._members if size)

    def _holding(self) -> Holding:
        return {
            "records": self._records,
            "stories": self._stories,
            "story_ids": self._story_ids,
            "by_id": self._by_id,
            "members": self._members,
            "places": self._places,
            "article_ids": self._article_ids,
            "by_article": self._by_article,
            "story_at": self._story_at,
        }

    def _settle(self, article: str, story: int) -> None:
        key = key_of(article)
        place = self._by_article.get(key)
        if place is None:
            place = self._places.take()
            self._article_ids.put(place, article, key)
            self._by_article.set(key, place)
            if place == len(self._story_at):
                self._story_at.append(0)
        self._story_at[place] = story

    def _resize(self, story: int, members: int) -> None:
        before, self._members[story] = self._members[story], members
        if members:
            self._sizes[members] += 1
        if before:
            self._sizes[before] -= 1
            if not self._sizes[before]:
                del self._sizes[before]
