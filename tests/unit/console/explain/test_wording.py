"""Everything that can be decided has its words, so that a new reason or kind cannot stop `explain`."""

from collections.abc import Collection
from typing import Any, get_args

import pytest

from services.console.explain import show, wording
from services.contracts.relations import Direction, RefusalReason, RelationKind


@pytest.mark.parametrize(
    ("words", "kind", "told_elsewhere"),
    [
        (wording._KINDS, RelationKind, ()),
        (show._STYLES, RelationKind, ()),
        (wording._REASONS, RefusalReason, ()),
        (wording._DIRECTIONS, Direction, ("first-seen",)),
    ],
)
def test_a_table_of_words_has_every_value(
    words: Collection[str], kind: Any, told_elsewhere: tuple[str, ...]
) -> None:
    assert {*words, *told_elsewhere} == set(get_args(kind))


def test_a_reason_that_speaks_of_a_pair_has_other_words_than_of_an_article() -> None:
    assert wording._OF_PAIRS.keys() <= set(get_args(RefusalReason))
    assert wording.refusal_reason("stub") != wording.screen_reason("stub")
    assert wording.refusal_reason("template") == wording._REASONS["template"]
