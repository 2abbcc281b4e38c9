"""Newsfold as a contender: the whole dedup stage, and its search for candidates alone."""

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from bench.shard import BATCH, records_of
from bench.speed.contender import CANDIDATES, GROUPS, Contender, Found, Numbered, Watch
from services.console.tuning import tuned
from services.contracts import wire
from services.contracts.relations import Verdict
from services.dedup import kernels
from services.dedup.search.lookup import Hit, Search
from services.dedup.search.profile import read_all
from services.dedup.service import DedupService
from services.dedup.settings import DedupSettings
from services.stream.bus import Output, Record
from services.stream.spool import Spool


class Stage(Contender):
    """Encoded articles in, encoded verdicts, stories and changelog out."""

    stages = (GROUPS,)

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="newsfold-speed-")
        self._task = DedupService(open_store=partial(Spool, Path(self._folder.name))).task(0)
        self._offset = 0
        self._numbers: dict[str, int] = {}
        self._records: list[Record] = []
        self._outputs: list[Output] = []
        self.screened: set[int] = set()
        tuned()

    def prepare(self, block: Sequence[Numbered]) -> None:
        self._numbers.update((one.article.version_id, one.number) for one in block)
        self._records = records_of([one.article for one in block], 0, first=self._offset)
        self._offset += len(self._records)

    def take(self) -> dict[str, float]:
        with Watch() as watch:
            for start in range(0, len(self._records), BATCH):
                self._outputs += self._task.step(self._records[start : start + BATCH]).outputs
        return {GROUPS: watch.spent}

    def forget(self, numbers: Iterable[int]) -> None:
        """It has a window of its own."""

    def found(self) -> Iterator[Found]:
        """Of the candidates those told of: its verdicts list each relation and some of each refusal."""
        outputs, self._outputs = self._outputs, []
        for output in outputs:
            if output.partition.topic != "relations" or output.value is None:
                continue
            verdict = wire.decode(Verdict, output.value)
            mine = self._numbers[verdict.version_id]
            if verdict.outcome == "screened":
                self.screened.add(mine)
            alike = [self._numbers[one.other_version_id] for one in verdict.relations]
            refused = [self._numbers[one.other_version_id] for one in verdict.refused]
            yield Found(mine, alike + refused, alike)


class Candidates(Contender):
    """Text to the versions that are worth an exact look. All text is evidence: no phrase is known as worn."""

    stages = (CANDIDATES,)

    def __init__(self, seed: int = 1) -> None:
        settings = DedupSettings(seed=seed)
        self._search = Search(settings)
        self._numbers: dict[str, int] = {}
        self._versions: dict[int, str] = {}
        self._hits: dict[str, list[Hit]] = {}
        tuned()

    def prepare(self, block: Sequence[Numbered]) -> None:
        super().prepare(block)
        self._numbers.update((one.article.version_id, one.number) for one in block)
        self._versions.update((one.number, one.article.version_id) for one in block)

    def take(self) -> dict[str, float]:
        with Watch() as watch:
            for start in range(0, len(self.block), BATCH):
                part = self.block[start : start + BATCH]
                kernels.note_texts(len(part))
                articles = [one.article for one in part]
                readings = read_all([article.text for article in articles])
                days = [np.zeros(len(reading.unique), np.uint8) for reading in readings]
                signed = self._search.sign([*zip(articles, readings, days, strict=True)])
                found = self._search.find(signed)
                for one in signed:  # what is found of older ones is the same pairs
                    version = one.profile.article.version_id
                    hits = found.get(version)
                    wanted = self._search.eligible(one, hits, lambda: None)[0] if hits else []
                    self._hits[version] = wanted
        return {CANDIDATES: watch.spent}

    def forget(self, numbers: Iterable[int]) -> None:
        versions = [self._versions.pop(number) for number in numbers]
        for version in versions:
            del self._numbers[version]
        self._search.evict(versions)

    def found(self) -> Iterator[Found]:
        hits, self._hits = self._hits, {}
        for version, others in hits.items():
            mine = self._numbers.get(version)
            numbers = [self._numbers[other.version] for other in others if other.version in self._numbers]
            if mine is not None:
                yield Found(mine, [number for number in numbers if number < mine], ())
