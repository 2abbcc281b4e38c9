"""datasketch as its tutorial shows it."""

from collections.abc import Iterable, Sequence

from bench.speed.peers import Peer
from bench.tutorial import Taken, Tutorial
from services.contracts.articles import Article


class DatasketchTutorial(Peer):
    """`update` for each run of words, SHA-1, `threshold=0.5`; alike is what `query` gives."""

    def __init__(self) -> None:
        super().__init__()
        self._index = Tutorial()
        self._taken: dict[int, Taken] = {}

    def candidates(self, number: int, article: Article) -> list[int]:
        return [int(name) for name in self._index.take(str(number), article.text).found]

    def alike(self, number: int, candidates: Sequence[int]) -> list[int]:  # noqa: ARG002 - as its tutorial
        return list(candidates)

    def forget(self, numbers: Iterable[int]) -> None:
        self._index.forget(str(number) for number in numbers)
