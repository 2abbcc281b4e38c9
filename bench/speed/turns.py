"""Contenders take turns, each in a process of its own: what one holds and collects costs no other.

The river flows through the process that measures, a block a turn; the window is the same for all. Who has
spent his time is let out, and his figures say of how many articles they are.
"""

import multiprocessing
import time
from collections import deque
from collections.abc import Iterator, Sequence
from datetime import datetime
from importlib import import_module
from importlib.util import find_spec
from itertools import islice
from multiprocessing.connection import Connection
from typing import NamedTuple, Self

from bench.footprint import resident
from bench.speed.contender import Contender, Found, Numbered
from bench.speed.river import WINDOW
from services.contracts import wire
from services.contracts.articles import Article


class Named(NamedTuple):
    """A contender, where its class is, what has to be installed, and how much CPU time it has."""

    name: str
    home: str
    needs: str = ""
    allowance_s: float = 600.0

    def is_here(self) -> bool:
        return not self.needs or find_spec(self.needs) is not None


class Turn(NamedTuple):
    """What a block took."""

    articles: int
    characters: int
    live: int
    """Articles in the window behind it."""
    cpu_s: dict[str, float]
    """By stage; what left the window is part of each."""
    resident: int
    found: list[Found]


class Alone(NamedTuple):
    """Articles one by one, in seconds of CPU: pauses of the collector count, other programs do not."""

    live: int
    seconds: list[float]


class Takers:
    """The processes, and the window of the river."""

    def __init__(self, contenders: Sequence[Named]) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipes: dict[str, Connection] = {}
        self._processes = []
        self._allowance = {one.name: one.allowance_s for one in contenders}
        self._window: deque[tuple[int, datetime]] = deque()
        self._next = 0
        self._turn = 0
        for one in contenders:
            here, there = context.Pipe()
            process = context.Process(target=_serve, args=(there, one.home), daemon=True)
            process.start()
            there.close()
            self._pipes[one.name] = here
            self._processes.append(process)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for pipe in self._pipes.values():
            pipe.close()
        for process in self._processes:
            process.join(10)
            process.kill()

    def take(self, articles: Sequence[Article]) -> dict[str, Turn]:
        """A turn of each who has time left; another goes first each time."""
        first, gone = self._enter(articles)
        encoded = [wire.encode(article) for article in articles]
        characters = sum(len(article.text) for article in articles)
        turns = {}
        waiting = [name for name, left in self._allowance.items() if left > 0]
        begin = self._turn % max(1, len(waiting))
        for name in waiting[begin:] + waiting[:begin]:
            self._pipes[name].send((False, first, encoded, gone))
            spent, resident, found = self._pipes[name].recv()
            self._allowance[name] -= max(spent.values())
            turns[name] = Turn(len(articles), characters, len(self._window), spent, resident, found)
        self._turn += 1
        return turns

    def alone(self, articles: Sequence[Article]) -> dict[str, Alone]:
        first, gone = self._enter(articles)
        encoded = [wire.encode(article) for article in articles]
        timed = {}
        for name in (name for name, left in self._allowance.items() if left > 0):
            self._pipes[name].send((True, first, encoded, gone))
            timed[name] = Alone(len(self._window), self._pipes[name].recv())
        return timed

    def _enter(self, articles: Sequence[Article]) -> tuple[int, list[int]]:
        """Number of the first, and which leave the window with it."""
        first, gone = self._next, []
        self._window.extend(enumerate((one.first_seen_at for one in articles), first))
        self._next += len(articles)
        while self._window[0][1] < articles[0].first_seen_at - WINDOW:
            gone.append(self._window.popleft()[0])
        return first, gone


def blocks(river: Iterator[Article], articles: int, size: int) -> Iterator[list[Article]]:
    """So many articles, each block behind the time of the one before."""
    begun: list[Article] = []
    for article in islice(river, articles):
        if len(begun) >= size and article.first_seen_at > begun[-1].first_seen_at:
            yield begun
            begun = []
        begun.append(article)
    if begun:
        yield begun


def _serve(pipe: Connection, home: str) -> None:
    """The process of a contender, until the pipe is closed."""
    module, _, name = home.rpartition(".")
    contender: Contender = getattr(import_module(module), name)()
    while True:
        try:
            alone, first, encoded, gone = pipe.recv()
        except EOFError:
            return
        articles = [wire.decode(Article, value) for value in encoded]
        block = [Numbered(number, article) for number, article in enumerate(articles, first)]
        began = time.process_time()
        contender.forget(gone)
        forgetting = time.process_time() - began
        if alone:
            pipe.send([_timed(contender, one) for one in block])
            continue
        contender.prepare(block)
        spent = {stage: forgetting + seconds for stage, seconds in contender.take().items()}
        pipe.send((spent, resident(), list(contender.found())))


def _timed(contender: Contender, one: Numbered) -> float:
    contender.prepare([one])
    began = time.process_time()
    contender.take()
    return time.process_time() - began
