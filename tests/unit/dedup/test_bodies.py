"""How much of two bodies is one report: headings, furniture and what others ran are nobody's own."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.articles import Article
from services.contracts.relations import Relation
from services.dedup.relations.bodies import shared_body
from services.dedup.relations.passages import runs
from services.dedup.relations.relate import relate
from services.dedup.search.profile import Profile
from tests.unit.dedup.pieces import SETTINGS, article, profiled, prose

REPORT = prose("agency report", 200)
MORE = prose("rest of the agency report", 200)


def older(text: str, **fields: object) -> Article:
    return article(text, "/older", **({"source": "hafenblatt", "title": "Schleuse bricht"} | fields))


def newer(text: str, **fields: object) -> Article:
    return article(text, "/newer", **({"source": "talbote", "title": "Flut im Hafen", "hours": 5} | fields))


def third(text: str, **fields: object) -> Article:
    return article(text, "/third", **({"source": "lindfunk", "hours": 2} | fields))


def share(mine: Profile, theirs: Profile, *witnesses: Profile) -> float:
    return shared_body(mine, theirs, runs(mine, theirs), witnesses, stale_days=3, least_run=12)


def told(mine: Article, theirs: Article, *witnesses: Article) -> str:
    found = relate(profiled(mine), profiled(theirs), SETTINGS, witnesses=map(profiled, witnesses))
    assert isinstance(found, Relation), found
    return found.kind


def test_equal_bodies_share_all() -> None:
    assert share(profiled(newer(REPORT)), profiled(older(REPORT))) == 1


def test_bodies_that_share_nothing_share_nothing() -> None:
    assert share(profiled(newer(MORE)), profiled(older(REPORT))) == 0


def test_a_heading_of_ones_own_is_not_counted() -> None:
    headed = f"{prose('heading', 20)} {REPORT}"
    assert share(profiled(newer(headed)), profiled(older(REPORT))) == 1


def test_the_same_words_in_the_midst_of_the_report_are_counted() -> None:
    inserted = f"{prose('agency report', 96)} {prose('heading', 20)} {REPORT}"
    assert share(profiled(newer(inserted)), profiled(older(REPORT))) < 1


def test_what_the_site_repeats_is_not_counted() -> None:
    text = f"{REPORT} {prose('imprint', 80)}"
    mine, theirs = profiled(newer(text)), profiled(older(REPORT))
    again = profiled(newer(text), days=np.where(np.isin(mine.unique, theirs.unique), 0, 3).tolist())
    assert share(mine, theirs) == pytest.approx(200 / 280)
    assert share(again, theirs) > 0.97


@pytest.mark.parametrize("side", ["newer", "older"])
def test_what_a_third_outlet_ran_before_is_not_counted(side: str) -> None:
    longer = f"{REPORT} {MORE}"
    mine = profiled(newer(longer if side == "newer" else REPORT))
    theirs = profiled(older(longer if side == "older" else REPORT))
    witness = f"{prose('of its own', 60)} {MORE}"
    assert share(mine, theirs) == pytest.approx(0.5)
    assert share(mine, theirs, profiled(third(witness))) > 0.97


def test_who_came_later_or_is_of_one_of_the_houses_is_no_witness() -> None:
    mine, theirs = profiled(newer(f"{REPORT} {MORE}")), profiled(older(REPORT))
    late, own = third(MORE, hours=6), third(MORE, source="talbote")
    assert share(mine, theirs, profiled(late), profiled(own)) == pytest.approx(0.5)


def test_a_stray_phrase_in_a_third_outlet_is_no_witness() -> None:
    phrase = " ".join(MORE.split()[40:50])
    mine, theirs = profiled(newer(f"{REPORT} {MORE}")), profiled(older(REPORT))
    assert share(mine, theirs, profiled(third(f"{prose('x', 50)} {phrase}"))) == pytest.approx(0.5)


def test_two_outlets_that_each_cut_and_add_run_one_report() -> None:
    mine = f"{prose('heading', 40)} {REPORT} {prose('box', 60)}"
    theirs = f"{prose('another heading', 40)} {REPORT} {prose('rest', 70)}"
    assert told(newer(mine), older(theirs)) == "syndicated"


def test_an_outlet_whose_own_reporting_outweighs_the_report_rewrites() -> None:
    theirs = f"{REPORT} {prose('their reporting', 150)}"
    mine = f"{prose('my reporting', 150)} {REPORT} {prose('more of mine', 100)}"
    assert told(newer(mine, title=""), older(theirs)) == "derivative"


def test_a_third_outlet_tells_agency_copy_from_own_reporting() -> None:
    """Two cuts of one report overlap in less than half; the whole of it stands elsewhere."""
    lead, rest = prose("cut one", 120), prose("cut two", 120)
    mine, theirs = newer(f"{REPORT} {rest}"), older(f"{lead} {REPORT}")
    assert told(mine, theirs) == "derivative"
    assert told(mine, theirs, third(f"{lead} {REPORT} {rest}")) == "syndicated"


@given(st.integers(0, 200), st.integers(0, 200), st.integers(0, 200))
def test_more_of_ones_own_never_makes_more_in_common(own: int, extra: int, theirs: int) -> None:
    base = older(f"{REPORT} {prose('theirs', theirs)}")
    less = newer(f"{REPORT} {prose('mine', own)}")
    more = newer(f"{REPORT} {prose('mine', own + extra)}")
    assert 0 <= share(profiled(more), profiled(base)) <= share(profiled(less), profiled(base)) + 0.02
