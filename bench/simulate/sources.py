"""Sources: what a simulation starts from, as Markdown: measured, checked, assumed."""

from collections.abc import Iterator, Sequence

import msgspec

from bench.simulate.assumptions import WORDS
from bench.simulate.costs import Costs
from bench.simulate.elsewhere import Elsewhere
from bench.simulate.inputs import Inputs
from bench.simulate.table import brief, table
from bench.simulate.ways import DEDUP, ENRICH, FOLD, PAIR, RANGE, SIGN


def measured(inputs: Inputs) -> str:
    return "\n\n".join(
        [
            *_costs(inputs.costs),
            "By other commands:",
            table(("what", "figure", "by"), _others(inputs.elsewhere)),
            _distributions(inputs),
        ]
    )


def _costs(costs: Costs) -> Iterator[str]:
    yield (
        f"By this command, on {costs.articles:,} articles of {costs.copy}, {costs.words:,.0f} words and "
        f"{costs.looks:.2f} looks at pairs each: CPU of one core. And on copies of one story, of which each "
        "costs more the more came before it:"
    )
    head = ("stage", "µs an article", "µs of a story's first copy", "more for each copy before")
    yield table(head, (_stage(costs, name) for name in (DEDUP, SIGN, RANGE, PAIR, FOLD, ENRICH)))
    yield "`dedup` is all of it in one process. Bytes an article, encoded, by topic or between stages:"
    yield table(("hop", "bytes"), ((name, round(each)) for name, each in costs.hop_bytes.items()))
    groups = sorted(costs.key_shares, reverse=True)
    yield (
        f"A story's record grows by {costs.story_bytes[1]:,.0f} bytes an article. An article has "
        f"{costs.keys:.0f} keys. The fullest key group of {len(groups)} has "
        f"{len(groups) * groups[0]:.1f} times the mean, and half of all keys lie in {_half(groups)} of them."
    )


def _stage(costs: Costs, name: str) -> tuple[str, int, int, float]:
    first, more = costs.story_us[name]
    return name, round(costs.stage_us[name]), round(first), round(more, 1)


def _half(groups: Sequence[float]) -> int:
    held = 0.0
    for number, share in enumerate(groups, start=1):
        held += share
        if held >= 0.5:
            return number
    return len(groups)


def _others(known: Elsewhere) -> Iterator[tuple[str, str, str]]:
    speed, live = "`bench.speed`", "`bench.live`"
    yield "a page → text", f"{known.page_us:,.0f} µs", speed
    yield "embedded log, written and read", f"{known.log_us:,.0f} µs an article", speed
    yield "a second core for one process", f"× {known.second_core}", speed
    yield "restore from an image", f"{known.restore_image_us:.0f} µs an article", speed
    yield "restore from the log", f"{known.restore_log_us:.0f} µs an article", speed
    yield "memory of a live article", f"{known.live_bytes:,.0f} B", live
    yield "of it the index", f"{known.index_bytes:,.0f} B", live
    yield "memory of a process of dedup without any", f"{known.fixed_bytes / 1e6:,.0f} MB", live
    yield "disk of a live article, beside the log", f"{known.disk_bytes:,.0f} B", live
    yield "cost of dedup, by live articles", f"to the power of {known.growth:.2f}", live


def _distributions(inputs: Inputs) -> str:
    shape = inputs.shape
    return (
        "Distributions ([shape.json](../bench/simulate/shape.json), numbers alone): the hours of a day from "
        "11,000 items of a wire, whose stamps are its own; the days of the week, lengths, looks and stories "
        "from 6,516 articles of press, whose hours nobody recorded. "
        f"The busiest hour of the busiest day has {shape.peak:.1f} times the mean. The largest story has "
        f"{max(size for size, _ in shape.story_sizes)} articles."
    )


def checked(inputs: Inputs) -> str:
    rows = (
        (one.what, one.unit, brief(one.predicted), brief(one.measured), f"{100 * one.error:+.0f} %")
        for one in inputs.checks
    )
    return table(("what", "", "simulated", "measured", "error"), rows)


def assumed(inputs: Inputs) -> str:
    values = msgspec.to_builtins(inputs.assumed)
    rows = ((f"`--{name.replace('_', '-')}`", words, f"{values[name]:,g}") for name, words in WORDS.items())
    return table(("flag", "what", "value"), rows)
