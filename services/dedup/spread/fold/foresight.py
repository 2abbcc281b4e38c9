"""What the other stages told of a shard so far: what the fold asks instead of reading, joining, looking.

It is told ahead of the fold, and forgotten behind it. `gate` is how far the fold may go: what lies before
that offset of `articles` is answered whole.
"""

from collections import defaultdict, deque
from collections.abc import Collection
from typing import NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from services.contracts.relations import Relation
from services.contracts.spread import StageBlock
from services.dedup.batch.look import Look
from services.dedup.batch.rows import name_of
from services.dedup.foresight import Signing, Unforeseen
from services.dedup.order import Place
from services.dedup.relations.forms import Unrelated
from services.dedup.search.postings import Counts
from services.dedup.search.profile import Profile
from services.dedup.spread.blocks import Answer, BackAnswer, LookAnswer, PlanStep, body_of

K = TypeVar("K")
V = TypeVar("V")
Pair = tuple[int, int]
"""Names, in ascending order."""


Sighting = tuple[int, int]
"""A name, and the day on which it is read."""


class Neighbours(NamedTuple):
    """Who shares keys with a sighting, by name, beside each other."""

    names: npt.NDArray[np.uint64]
    counts: Counts


class _Expectation:
    """What is to come of some articles, and came."""

    def __init__(self, offset: int, planned: PlanStep) -> None:
        self.offset, self.since, self.until = offset, planned.since, planned.until
        self.before = planned.before
        self.end = planned.until + (planned.before is not None)
        """All of it is decided where that offset is the next to take."""
        self.missing = {("span", span) for span in planned.spans}
        self.missing |= {("back", back) for back in planned.backs}
        self.spans, self.backs = planned.spans, planned.backs
        self.sightings: list[Sighting] = []
        self.returned: list[int] = []
        """Names."""
        self.pairs: list[Pair] = []


class LiveForesight:
    """Of one shard."""

    def __init__(self) -> None:
        self.gate = 0
        self.before: Place | None = None
        """Of what is due by the promise at the gate, so much may be decided: up to that place."""
        self.asked: dict[str, int] = {}
        """Notices by version that plan waits for, and where they are decided at the latest."""
        self.day = 0
        """On which the fold decides: once its window is over, a sighting may be read on another again."""
        self._ahead: deque[_Expectation] = deque()
        self._of_span: dict[int, _Expectation] = {}
        self._of_back: dict[int, _Expectation] = {}
        self._read: defaultdict[Sighting, deque[tuple[Signing, Neighbours]]] = defaultdict(deque)
        self._backs: defaultdict[int, deque[Neighbours]] = defaultdict(deque)
        self._looks: dict[Pair, Look] = {}
        self._unread: set[Sighting] = set()
        self._begun = 0
        """What began before it is partly decided."""

    def begin(self, taken: int) -> None:
        """The fold goes on from that offset of `articles`."""
        self.gate = self._begun = taken

    def take(self, offset: int, block: StageBlock) -> None:
        """What is told of what is decided already is passed over."""
        if block.kind == "planned":
            planned = body_of(block, PlanStep)
            expected = _Expectation(offset, planned)
            self._plan(expected)
            self.asked |= dict.fromkeys(planned.notices, expected.end)
        elif block.kind == "returned":
            self._take_returned(body_of(block, BackAnswer))
        elif (step := self._of_span.get(block.start)) is not None:
            if block.kind == "answer":
                self._take_answer(step, block.start, body_of(block, Answer))
            else:
                looked = body_of(block, LookAnswer)
                self._take_looks(step, looked.looks)
                if looked.is_last:
                    step.missing.discard((f"lane {looked.lane} of", block.start))
        self._open()

    def _plan(self, step: _Expectation) -> None:
        if step.end <= self.gate:
            return
        self._ahead.append(step)
        self._of_span |= dict.fromkeys(step.spans, step)
        self._of_back |= dict.fromkeys(step.backs, step)

    def _take_answer(self, step: _Expectation, start: int, answer: Answer) -> None:
        bounds = np.frombuffer(answer.bounds, np.int64).tolist()
        others = np.frombuffer(answer.others, np.uint64)
        counts = np.frombuffer(answer.counts, np.uint32)
        for place, (name, signing) in enumerate(answer.rows):
            a, b = bounds[place], bounds[place + 1]
            sighting = name, signing.day
            self._read[sighting].append((signing, Neighbours(others[a:b], counts[a:b])))
            step.sightings.append(sighting)
            self._unread.add(sighting)
        self._take_looks(step, answer.looks)
        step.missing |= {(f"lane {lane} of", start) for lane in answer.asked}
        if answer.is_last:
            step.missing.discard(("span", start))

    def _take_looks(self, step: _Expectation, looks: Collection[tuple[int, Look]]) -> None:
        for name, look in looks:
            pair = _pair(name, look.other)
            self._looks[pair] = look
            step.pairs.append(pair)

    def _take_returned(self, told: BackAnswer) -> None:
        step = self._of_back.get(told.number)
        if step is None:
            return
        others = Neighbours(np.frombuffer(told.others, np.uint64), np.frombuffer(told.counts, np.uint32))
        if told.is_known:
            self._backs[told.name].append(others)
            step.returned.append(told.name)
        step.missing.discard(("back", told.number))

    def _open(self) -> None:
        for step in self._ahead:
            if step.missing or step.since > self.gate:
                return
            self.gate, self.before = max(self.gate, step.until), step.before

    def forget(self, taken: int) -> None:
        """What was told of articles before that offset: they are decided.

        Raises `Unforeseen` where a text was read, and counted on its day, that the fold did not ask for.
        """
        while self._ahead and self._ahead[0].end <= taken:
            step = self._ahead.popleft()
            unread = self._unread.intersection(step.sightings)
            if unread and step.since > self._begun:
                raise Unforeseen(f"{len(unread)} texts were read that are not to be")
            self._unread -= unread
            for sighting in step.sightings:
                _drop_first(self._read, sighting)
            for pair in step.pairs:
                self._looks.pop(pair, None)
            for name in step.returned:
                _drop_first(self._backs, name)
            for start in step.spans:
                self._of_span.pop(start, None)
            for back in step.backs:
                self._of_back.pop(back, None)

    def oldest_offset(self) -> int | None:
        """Where reading of `answers` must start again, for the sake of what is not decided."""
        return self._ahead[0].offset if self._ahead else None

    def held(self) -> int:
        return len(self._ahead)

    def signing(self, name: int) -> Signing | None:
        """To be asked once, when the text is read."""
        self._unread.discard((name, self.day))
        told = self._read.get((name, self.day))
        return told[-1][0] if told else None

    def neighbours(self, name: int) -> Neighbours | None:
        told = self._read.get((name, self.day))
        return told[-1][1] if told else None

    def back(self, name: int) -> Neighbours | None:
        """Of a sighting that is shown again now, or later: who came before is all among them."""
        told = self._backs.get(name)
        return told[-1] if told else None

    def answer(self, newer: Profile, older: Profile) -> Relation | Unrelated | None:
        look = self._look(newer, older)
        return look.answer(newer.article, older.article) if look else None

    def share(self, one: Profile, other: Profile) -> float | None:
        look = self._look(one, other)
        return look.share if look else None

    def _look(self, one: Profile, other: Profile) -> Look | None:
        return self._looks.get(_pair(_name(one), _name(other)))


def _drop_first(told: dict[K, deque[V]], key: K) -> None:
    told[key].popleft()
    if not told[key]:
        del told[key]


def _name(one: Profile) -> int:
    return name_of(one.article.version_id, one.at_us)


def _pair(one: int, other: int) -> Pair:
    return (one, other) if one < other else (other, one)
