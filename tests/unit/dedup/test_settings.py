import math

import msgspec
import numpy as np
import pytest

from services.dedup.search.seen import pack, unpack
from services.dedup.settings import DedupSettings, scheme


def fields() -> list[msgspec.inspect.Field]:
    found = msgspec.inspect.type_info(DedupSettings)
    assert isinstance(found, msgspec.inspect.StructType)
    return list(found.fields)


def test_every_tunable_has_a_range_and_a_default_inside_it() -> None:
    for field in fields():
        assert isinstance(field.type, (msgspec.inspect.IntType, msgspec.inspect.FloatType)), field.name
        lowest = field.type.ge if field.type.ge is not None else field.type.gt
        assert lowest is not None, field.name
        assert field.type.le is not None, field.name
        assert lowest <= field.default <= field.type.le, field.name


@pytest.mark.parametrize(
    "wrong", [{"permutations": 31}, {"story_link": 1.1}, {"window_days": 0}, {"colour": "blue"}]
)
def test_what_is_out_of_range_or_unknown_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(wrong, DedupSettings)


def test_the_default_bands_catch_what_the_issue_asks_for() -> None:
    """Recall of a pair at Jaccard .5 over narrow shingles, from its bands alone."""
    settings = DedupSettings()
    bands = settings.permutations // settings.band_rows
    assert 1 - (1 - 0.5**settings.band_rows) ** bands > 0.99


def test_counts_that_are_kept_with_a_version_reach_the_highest_novelty_bound() -> None:
    """Or a version restored from the changelog would look fresher than it was."""
    bounds = {field.name: field.type for field in fields()}
    highest = getattr(bounds["novelty_least"], "le", math.inf)
    assert unpack(pack(np.array([highest], np.uint8)), 1).tolist() == [highest]


def test_the_scheme_names_what_two_sketches_must_share() -> None:
    assert scheme(DedupSettings(seed=7, permutations=64)) != scheme(DedupSettings())
    assert scheme(DedupSettings(window_days=9)) == scheme(DedupSettings())
