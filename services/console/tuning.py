"""How the interpreter is set for services that keep and move many records."""

import gc
import sys

SWITCH_S = 0.0002
YOUNG, MIDDLE, OLD = 50_000, 20, 20


def tuned() -> None:
    """Call when everything is imported, before the work begins. Twice is once.

    What services keep by the million, and what was imported, is no garbage: looking through it as
    often as by default cost an eighth of the CPU time of a replay of 12,000 articles. And who gives up the
    interpreter for a moment waits five milliseconds by default to have it back from a thread that computes:
    the log's threads at every row, the event loop at every send and close. At 500 polls a second
    that was most of the loop's lateness with one millisecond, and is a third as much with a fifth
    (`python -m bench.feeds --feeds 60000 --each 110s --for 24s`).
    """
    if gc.get_threshold() == (YOUNG, MIDDLE, OLD):
        return
    sys.setswitchinterval(SWITCH_S)
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, OLD)
