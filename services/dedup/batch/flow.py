"""The flow of a batch on any engine: sight → what was seen a day → sign → join by key range → look."""

from functools import partial

from services.dedup.batch.answers import Answers
from services.dedup.batch.context import OpenContext
from services.dedup.batch.engine import Engine
from services.dedup.batch.look import look
from services.dedup.batch.rows import Table
from services.dedup.batch.stages import join, sight, sign, sum_up

RANGES = 16


def foresee(table: Table, open_context: OpenContext, engine: Engine, *, ranges: int = RANGES) -> Answers:
    """Find out of the rows of a shard all that a fold may ask.

    `open_context` is called where a stage runs, as often as it runs.
    """
    if not table.spans:
        return Answers(open_context().store, table)
    days = len({span.day for span in table.spans})
    seen = engine.spread(table.spans).each(partial(sight, open_context))
    engine.by_owner(seen, partial(sum_up, open_context), days).collect()
    keys = engine.spread(table.spans).each(partial(sign, open_context, ranges))
    pairs = engine.by_owner(keys, partial(join, open_context), ranges)
    engine.by_owner(pairs, partial(look, open_context), len(table.spans)).collect()
    return Answers(open_context().store, table)
