"""The roles of a spread dedup by name, as the run loop takes them."""

from collections.abc import Callable
from typing import Any

from services.contracts.topics import FOLLOWS
from services.dedup.memory.store import HeapStore, OpenStore
from services.dedup.service import Begin, at_once
from services.dedup.settings import DedupSettings
from services.dedup.spread.fold.task import FoldService
from services.dedup.spread.layout import Stage
from services.dedup.spread.pair.task import PairTask
from services.dedup.spread.plan.task import PlanTask
from services.dedup.spread.range import RangeTask
from services.dedup.spread.sign import SignTask
from services.stream.service import Feeder, Service

_FOLLOWED = f"newsfold-{FOLLOWS['plan']}"


def stage(
    role: str,
    settings: DedupSettings,
    *,
    open_store: OpenStore = HeapStore,
    begin: Begin = at_once,
    feed: Callable[[Any, int], Feeder] | None = None,
) -> Service:
    """`feed`: what gives plan the changelog of dedup, to go on from there; else it begins by itself."""
    made: dict[str, Callable[[], Service]] = {
        "plan": lambda: Stage(
            "plan",
            ("articles", "notices"),
            "plan-state",
            lambda number: PlanTask(number, settings, open_store, follows=_FOLLOWED if feed else ""),
            feed,
        ),
        "sign": lambda: Stage("sign", ("spans",), None, lambda number: SignTask(number, settings)),
        "range": lambda: Stage("range", ("keys",), "range-state", lambda number: RangeTask(number, settings)),
        "pair": lambda: Stage(
            "pair", ("pairs",), "pair-state", lambda number: PairTask(number, settings, open_store)
        ),
        "fold": lambda: FoldService(settings, open_store=open_store, begin=begin),
    }
    return made[role]()
