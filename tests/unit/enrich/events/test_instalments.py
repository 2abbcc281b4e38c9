import math
from datetime import timedelta

import pytest
from msgspec.structs import replace

from services.contracts.events import EventReport
from services.enrich.events.instalments import are_instalments
from tests.unit.enrich.members import START

FRAME = {"lottery": 600, "draw": 500, "numbers": 400, "jackpot": 300}


def draw(*numbers: str, days: float = 0, said: str = "lottery draw", **words: int) -> EventReport:
    """A report in the frame of a series."""
    weights = FRAME | words | dict.fromkeys(numbers, 120)
    length = math.hypot(*weights.values())
    return EventReport(
        story_id=f"s{days}",
        number=round(days),
        seen_at=START + timedelta(days=days),
        words={term: round(1_000 * weight / length) for term, weight in weights.items()},
        headline=dict.fromkeys(said.split(), 1_000 // len(said.split())),
    )


FIRST = draw("4", "17", "23", "31")


@pytest.mark.parametrize(
    ("other", "are"),
    [
        (draw("6", "12", "23", "44", days=3), True),
        (draw("6", "12", "23", "44", days=0.1), False),  # counted twice on one day is counted anew
        (draw("4", "17", "23", "31", days=1), False),  # told again the day after
        (draw("4", "17", days=1), False),  # … and in short
        (draw(days=1), True),  # no numbers: the same headline, and hardly another word
        (draw(days=1, said="lottery draw winner jackpot"), False),
        (draw("6", "12", days=1, said="winner of the draw"), False),
        (draw("6", "12", days=1, thief=900, vault=900), False),
        (draw(days=1, thief=600), False),
    ],
)
def test_what_is_told_each_day_in_the_same_words_is_an_instalment(other: EventReport, are: bool) -> None:
    assert are_instalments(FIRST, other) is are_instalments(other, FIRST) is are


def test_figures_in_the_headline_keep_none_apart() -> None:
    one = replace(FIRST, headline={"lottery": 450, "draw": 450, "17": 100})
    other = replace(draw("6", "12", "44", days=7), headline={"lottery": 300, "draw": 300, "44": 400})
    assert are_instalments(one, other)
    assert not are_instalments(replace(one, headline={"17": 1_000}), other)
