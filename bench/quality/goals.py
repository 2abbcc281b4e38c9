"""What is measured on which data, and what it must reach: the table, before there are numbers in it."""

from enum import Enum
from typing import Literal, NamedTuple

Form = Literal["share", "count", "mean", "yes"]


class Figure(Enum):
    """A figure in words, and how its number is written."""

    ORACLE = "pairs of the data are the brute-force oracle's, to the last shingle", "yes"
    RECALL_J_ACROSS = "recall of true pairs with J ≥ .5, across sources", "share"
    RECALL_J_WITHIN = "recall of true pairs with J ≥ .5, within a source", "share"
    RECALL_C_ACROSS = "recall of true pairs with containment ≥ .5, across sources", "share"
    RECALL_C_WITHIN = "recall of true pairs with containment ≥ .5, within a source", "share"
    CANDIDATES = "verified candidates an article, mean", "mean"
    REPEATS_REPORTED = "stub and template pairs reported as re-use", "count"
    REPEATS_TOGETHER = "stub and template pairs in one story", "count"
    WITHOUT_OVERLAP = "share of reported re-use with J < .1 and C < .3", "share"
    STRANGERS = "pairs in one story with J and containment < .1", "count"
    OVERLONG = "stories over 3 days that are no version chain", "count"
    UPDATES = "contained updates (C ≥ .8, J < .5): kind and direction right", "share"
    KINDS = "relation kinds against labels, macro F1", "share"
    KINDS_FIRST = "relation kinds on pairs read whole, macro F1, first choice", "share"
    KINDS_EITHER = "relation kinds on pairs read whole, macro F1, either choice", "share"
    REUSE = "related against not on labels, F1", "share"
    PASSAGES = "share of passages that point at equal text", "share"
    COVERAGE = "share of words in runs of ≥ 8 equal ones inside passages", "share"
    FALSE_MERGES = "false merges among real pages", "count"
    CUT = "cut and resumed at 5 places: same bytes", "yes"
    RANGES = "4 and 16 key ranges: same bytes", "yes"
    BLOCKS = "blocks in any order and twice, in 1, 4, 16 ranges: same pairs", "yes"
    SHUFFLED = "articles within one hour shuffled: B-cubed of stories", "share"
    KEPT = "share of articles whose story id never changes", "share"
    UNEXPLAINED = "changes of a story id that no merge or split record tells", "count"
    REBUILT = "stories rebuilt from their changes alone: same bytes", "yes"
    SAMPLE_BACKGROUND = "samples 000 and 001: background with passages, two stories", "yes"
    SAMPLE_OTHERS = "relations between the other sample pairs", "count"

    def __init__(self, words: str, form: Form) -> None:
        self.words = words
        self.form = form


class Bar(NamedTuple):
    """What a figure must reach."""

    side: Literal["≥", "≤", "="]
    value: float

    def reached(self, value: float) -> bool:
        if self.side == "=":
            return value == self.value
        return value >= self.value if self.side == "≥" else value <= self.value


class Goal(NamedTuple):
    figure: Figure
    data: str
    bar: Bar


def least(value: float) -> Bar:
    return Bar("≥", value)


def most(value: float) -> Bar:
    return Bar("≤", value)


def exactly(value: float) -> Bar:
    return Bar("=", value)


DE, REUTERS, WEEK, WEEK_ARCHIVE, PAGES, SAMPLES = (
    "de-press",
    "reuters",
    "week",
    "week-archive",
    "pages",
    "samples",
)
_YES, _NONE, _ALL = exactly(1), exactly(0), exactly(1)
_EVERYWHERE = (DE, REUTERS, WEEK, WEEK_ARCHIVE, PAGES, SAMPLES)
_RELATED = (DE, REUTERS, WEEK, WEEK_ARCHIVE, SAMPLES)
_STREAMS = (DE, REUTERS, WEEK)

GOALS: tuple[Goal, ...] = (
    *(Goal(Figure.ORACLE, data, _YES) for data in (DE, REUTERS)),
    Goal(Figure.RECALL_J_ACROSS, DE, _ALL),
    Goal(Figure.RECALL_J_WITHIN, DE, least(0.995)),
    Goal(Figure.RECALL_J_WITHIN, REUTERS, least(0.995)),
    Goal(Figure.RECALL_C_ACROSS, DE, least(0.99)),
    Goal(Figure.RECALL_C_WITHIN, DE, least(0.99)),
    Goal(Figure.RECALL_C_WITHIN, REUTERS, least(0.985)),
    *(Goal(Figure.CANDIDATES, data, most(3)) for data in _EVERYWHERE),
    *(Goal(Figure.REPEATS_REPORTED, data, most(3)) for data in (DE, REUTERS)),
    *(Goal(Figure.REPEATS_REPORTED, data, _NONE) for data in (WEEK, WEEK_ARCHIVE)),
    *(Goal(Figure.REPEATS_TOGETHER, data, _NONE) for data in (DE, REUTERS, WEEK, WEEK_ARCHIVE)),
    *(Goal(Figure.WITHOUT_OVERLAP, data, most(0.005)) for data in _EVERYWHERE),
    *(Goal(Figure.STRANGERS, data, _NONE) for data in _EVERYWHERE),
    *(Goal(Figure.OVERLONG, data, _NONE) for data in _EVERYWHERE),
    Goal(Figure.UPDATES, REUTERS, least(0.99)),
    Goal(Figure.KINDS, DE, least(0.92)),
    Goal(Figure.KINDS_FIRST, DE, least(0.85)),
    Goal(Figure.KINDS_EITHER, DE, least(0.93)),
    Goal(Figure.REUSE, DE, least(0.99)),
    *(Goal(Figure.PASSAGES, data, _ALL) for data in _RELATED),
    *(Goal(Figure.COVERAGE, data, least(0.98)) for data in _RELATED),
    Goal(Figure.FALSE_MERGES, PAGES, _NONE),
    *(Goal(figure, data, _YES) for figure in (Figure.CUT, Figure.RANGES, Figure.BLOCKS) for data in _STREAMS),
    *(Goal(Figure.SHUFFLED, data, least(0.995)) for data in _STREAMS),
    Goal(Figure.KEPT, DE, least(0.99)),
    Goal(Figure.UNEXPLAINED, DE, _NONE),
    *(Goal(Figure.REBUILT, data, _YES) for data in _EVERYWHERE),
    Goal(Figure.SAMPLE_BACKGROUND, SAMPLES, _YES),
    Goal(Figure.SAMPLE_OTHERS, SAMPLES, _NONE),
)
