import math
from itertools import repeat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.enrich.embedder import LENGTH, MOST, Embedder, NamedEmbed, whole


@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=20), st.floats(0.01, 100))
def test_a_vector_has_one_length_whatever_the_numbers(numbers: list[float], scale: float) -> None:
    if math.hypot(*numbers) < 1e-3:
        return
    sense = whole(numbers)
    assert abs(math.hypot(*sense) - LENGTH) <= math.sqrt(len(numbers))
    scaled = whole([number * scale for number in numbers])
    assert all(abs(one - other) <= 1 for one, other in zip(sense, scaled, strict=True))


@pytest.mark.parametrize(
    "numbers", [None, "text", [], [0.0, 0.0], [math.nan], [math.inf, 1], [1.0] * (MOST + 1), repeat(1.0)]
)
def test_where_it_gives_no_vector_there_is_none_and_it_is_counted(numbers: object) -> None:
    embedder = Embedder(NamedEmbed("x:y", lambda _: numbers))  # type: ignore[arg-type, return-value]
    assert embedder.vector("text") == ()
    assert embedder.failures.take() == 1
