"""Invented pairs, one for each thing that two texts can be to each other."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.articles import Article
from services.contracts.relations import REUSE_KINDS, Relation
from services.dedup.relations.relate import Unrelated, relate
from services.dedup.text.words import fold
from tests.unit.dedup.pieces import SETTINGS, article, profiled, prose, related, words

BODY = prose("body", 300)
TITLE = "Hafen von Marsum gesperrt"


def relation(newer: Article, older: Article) -> Relation:
    found = related(newer, older)
    assert isinstance(found, Relation), found
    return found


def refusal(newer: Article, older: Article) -> Unrelated:
    found = related(newer, older)
    assert isinstance(found, Unrelated), found
    return found


def first(text: str, share: float) -> str:
    run = text.split()
    return " ".join(run[: round(len(run) * share)])


def older(text: str = BODY, **fields: object) -> Article:
    return article(text, "/older", **({"title": TITLE, "source": "hafenblatt"} | fields))


def newer(text: str = BODY, **fields: object) -> Article:
    return article(text, "/newer", **({"title": TITLE, "source": "hafenblatt", "hours": 3} | fields))


# ---- one publisher


def test_the_same_text_at_another_address_is_a_duplicate() -> None:
    found = relation(newer(), older())
    assert (found.kind, found.jaccard, found.containment, found.other_containment) == ("duplicate", 1, 1, 1)
    assert [(p.start, p.end) for p in found.passages] == [
        (p.other_start, p.other_end) for p in found.passages
    ]


def test_a_later_state_that_grew_is_an_update() -> None:
    found = relation(newer(f"{BODY}\n\n{prose('more', 200)}"), older())
    assert (found.kind, found.correction) == ("update", False)
    assert found.containment < found.other_containment
    assert found.other_containment == pytest.approx(1, abs=0.02)
    assert "longer" in found.reason


def test_a_later_state_that_shrank_is_an_update() -> None:
    found = relation(newer(first(BODY, 0.5)), older())
    assert found.kind == "update"
    assert found.containment > found.other_containment
    assert "shorter" in found.reason


@pytest.mark.parametrize(
    "note",
    [
        "In einer früheren Version dieses Artikels stand ein falscher Name.",
        "Korrektur: Der Hafen ist seit Montag gesperrt.",
        "An earlier version of this report misstated the day.",
        "This story has been corrected.",
    ],
)
def test_an_update_that_says_so_is_a_correction(note: str) -> None:
    found = relation(newer(f"{first(BODY, 0.7)}\n\n{note}"), older())
    assert (found.kind, found.correction) == ("update", True)


def test_a_note_that_both_carry_corrects_nothing_anew() -> None:
    note = "Korrektur: Der Hafen ist seit Montag gesperrt."
    found = relation(newer(f"{first(BODY, 0.7)}\n\n{note}"), older(f"{BODY}\n\n{note}"))
    assert (found.kind, found.correction) == ("update", False)


def test_a_copy_that_runs_the_corrected_text_elsewhere_says_so_too() -> None:
    found = relation(newer(f"{BODY}\n\nKorrektur: Es war der Montag.", source="talbote"), older())
    assert (found.kind, found.correction, found.note) == (
        "syndicated",
        True,
        "Korrektur: Es war der Montag.",
    )


def test_a_text_that_is_nearly_the_same_but_for_its_note_is_an_update() -> None:
    found = relation(newer(f"{BODY}\n\nKorrektur: Es war der Montag."), older())
    assert (found.jaccard > 0.9, found.kind, found.correction) == (True, "update", True)


def test_passages_of_an_own_earlier_piece_are_a_derivative_of_it() -> None:
    found = relation(newer(f"{first(BODY, 0.35)} {prose('new', 200)}"), older())
    assert found.kind == "derivative"


def test_the_same_piece_with_other_furniture_of_its_site_is_a_duplicate() -> None:
    box = words("furniture", 60)
    mine = newer(f"{BODY} {' '.join(box)}")
    days = np.where(np.isin(profiled(mine).unique, profiled(older()).unique), 0, SETTINGS.novelty_least)
    found = relate(profiled(mine, days=days.tolist()), profiled(older()), SETTINGS)
    assert isinstance(found, Relation)
    assert (found.kind, found.jaccard < SETTINGS.duplicate_jaccard) == ("duplicate", True)
    assert relation(mine, older()).kind == "update"


# ---- another publisher


def test_the_text_run_whole_with_house_edits_is_syndicated() -> None:
    run = BODY.split()
    for place in range(20, 300, 40):
        run[place] = "hausgemacht"
    found = relation(newer(" ".join(run), source="talbote", title="Kein Schiff kommt rein"), older())
    assert found.kind == "syndicated"
    assert 0.54 <= found.jaccard < 0.9
    assert len(found.passages) == 8


def test_a_cut_of_the_text_is_syndicated() -> None:
    found = relation(newer(first(BODY, 0.4), source="talbote"), older())
    assert (found.kind, found.containment) == ("syndicated", 1)
    assert found.jaccard < 0.5
    assert "a cut" in found.reason


def test_the_whole_of_what_was_cut_before_is_a_derivative() -> None:
    """It holds more of its own than of the other's: the one seen first cannot have taken it from there."""
    found = relation(newer(source="talbote"), older(first(BODY, 0.4)))
    assert found.kind == "derivative"
    assert found.containment == pytest.approx(0.4, abs=0.02)
    assert found.other_containment == 1


def test_passages_taken_over_with_own_words_around_them_are_a_derivative() -> None:
    text = f"{prose('own lead', 150)} {first(BODY, 0.35)} {prose('own end', 150)}"
    found = relation(newer(text, source="talbote", title=""), older())
    assert found.kind == "derivative"
    ((passage,), taken) = found.passages, first(BODY, 0.35)
    assert text[passage.start : passage.end] == taken.removesuffix(".")


def test_an_agency_that_both_credit_is_part_of_the_reason() -> None:
    found = relation(newer(source="talbote", agencies=("afp", "dpa")), older(agencies=("dpa",)))
    assert found.reason.endswith("both credit dpa")


def test_recurring_paragraphs_are_background() -> None:
    shared = " ".join(words("agency background", 24))
    found = relation(
        newer(f"{prose('second', 280)} {shared}", source="talbote", hours=120),
        older(f"{prose('first', 280)} {shared}"),
    )
    assert (found.kind, len(found.passages)) == ("background", 1)


def test_a_passage_that_comes_back_in_its_publishers_articles_is_of_the_site() -> None:
    shared = f"Marsum {' '.join(words('offer', 40))}"
    mine, theirs = (
        newer(f"{prose('second', 280)} {shared}", hours=48, title="Marsum am Meer"),
        older(f"{prose('first', 280)} {shared}"),
    )
    assert relation(mine, theirs).kind == "background"
    again = relate(profiled(mine, days=2), profiled(theirs), SETTINGS)
    assert isinstance(again, Unrelated)
    assert (again.reason, again.detail) == (
        "teaser",
        "37 of 37 shared shingles come back in its publisher's articles",
    )


def test_a_passage_that_comes_back_in_two_outlets_is_background_still() -> None:
    shared = " ".join(words("agency background", 40))
    mine = newer(f"{prose('second', 280)} {shared}", source="talbote", hours=48)
    again = relate(profiled(mine, days=2), profiled(older(f"{prose('first', 280)} {shared}")), SETTINGS)
    assert isinstance(again, Relation)
    assert again.kind == "background"


def test_a_daily_frame_with_a_few_new_words_in_common_is_a_template() -> None:
    frame, news = prose("daily frame", 180), prose("of the day", 30)
    mine = newer(f"{frame} {prose('mine', 150)} {news}", source="talbote", hours=5)
    theirs = older(f"{frame} {prose('theirs', 150)} {news}")
    old = np.where(np.isin(profiled(mine).unique, profiled(article(frame)).unique), SETTINGS.novelty_least, 0)
    found = relate(profiled(mine, days=old.tolist()), profiled(theirs), SETTINGS)
    assert isinstance(found, Unrelated)
    assert (found.reason, "come back day after day" in found.detail) == ("template", True)


def test_background_in_crumbs_is_no_relation() -> None:
    crumbs = [" ".join(words(f"crumb {n}", 7)) for n in range(6)]
    mine = " ".join(f"{crumb} {prose(('a', n), 40)}" for n, crumb in enumerate(crumbs))
    theirs = " ".join(f"{crumb} {prose(('b', n), 40)}" for n, crumb in enumerate(crumbs))
    assert "no passage of 8 words" in refusal(newer(mine, source="talbote"), older(theirs)).detail


# ---- never a relation


def test_too_little_in_common_is_nothing() -> None:
    shared = " ".join(words("quote", 14))
    found = refusal(
        newer(f"{prose('a', 200)} {shared}", source="talbote"), older(f"{prose('b', 200)} {shared}")
    )
    assert found.reason == "little-evidence"
    assert found.detail.startswith("10 shared shingles, 0 of them")


def test_nothing_in_common_is_nothing() -> None:
    assert refusal(newer(prose("other", 300), source="talbote"), older()).reason == "little-evidence"


@pytest.mark.parametrize("text", ["", "Vier Worte sind wenig", "😀"])
def test_texts_too_short_to_have_a_shingle_are_nothing_to_each_other(text: str) -> None:
    assert refusal(newer(text), older(text)).reason == "little-evidence"


LEVELS = (
    "Am Pegel Marsum-Nord wurden am {day} um sechs Uhr {a} Zentimeter gemessen, am Pegel Fischerbrücke {b} "
    "Zentimeter. Die Vorhersage nennt für den Abend {c} Zentimeter am Nordpegel und {d} an der Brücke. "
    "Das Sperrwerk schließt bei {e} Zentimetern. Schiffer fragen unter der Nummer der Hafenwacht nach der "
    "Durchfahrtshöhe. Die Werte gelten bis zum nächsten Morgen und werden ohne Gewähr veröffentlicht."
)


def level(day: str, *figures: int) -> str:
    return LEVELS.format(day=day, **dict(zip("abcde", figures, strict=True)))


def test_the_same_frame_with_other_figures_next_day_is_a_template() -> None:
    found = refusal(
        newer(level("Dienstag", 407, 391, 422, 410, 505), hours=24, title="Die Pegel am Dienstag"),
        older(level("Montag", 412, 388, 417, 402, 500), title="Die Pegel am Montag"),
    )
    assert found.reason == "template"
    assert "of 5 agree" in found.detail


def test_a_copy_that_keeps_the_figures_is_no_template() -> None:
    text = level("Montag", 412, 388, 417, 402, 500)
    assert relation(newer(text, source="talbote"), older(text)).kind == "syndicated"


def test_an_update_of_some_figures_within_the_hour_is_no_template() -> None:
    found = relation(
        newer(level("Montag", 412, 388, 417, 402, 505), hours=1),
        older(level("Montag", 412, 388, 417, 402, 500)),
    )
    assert found.kind == "update"


FORM = (
    "{name} sucht zum nächstmöglichen Zeitpunkt freundliche Menschen mit Herz für die Küste. Geboten werden "
    "faire Bezahlung, kurze Wege und eine Mannschaft, die zusammenhält. Bewerbungen nimmt das Büro im Alten "
    "Zollhaus an jedem Werktag entgegen. {end}"
)


def test_a_short_form_filled_for_another_is_a_template() -> None:
    found = refusal(
        newer(FORM.format(name="Die Werft Brandt", end=prose("werft", 40)), title="Werft sucht"),
        older(FORM.format(name="Ein Fischgeschäft am Markt", end=prose("fisch", 40)), title="Geschäft sucht"),
    )
    assert found.reason == "template"
    assert "opens 'die werft brandt' here, 'ein fischgeschaeft am markt' there" in found.detail


def test_a_short_item_that_goes_on_from_the_same_opening_is_no_form() -> None:
    assert relation(
        newer(f"{FORM.format(name='Die Werft Brandt', end='')} {prose('werft', 40)}", title="Werft sucht"),
        older(FORM.format(name="Die Werft Brandt", end=prose("fisch", 40)), title="Werft in Not"),
    )


OFFER = prose("offer of the site", 60)


def test_text_of_the_site_below_two_titles_is_a_stub() -> None:
    found = refusal(
        newer(f"{prose('teaser one', 20)} {OFFER}", title="Die letzte Schleuse"),
        older(f"{prose('teaser two', 20)} {OFFER}", title="Krabben werden knapp"),
    )
    assert found.reason == "stub"


def test_a_box_of_the_site_below_two_long_articles_is_a_teaser() -> None:
    found = refusal(
        newer(f"{prose('article one', 250)} {OFFER}", title="Die letzte Schleuse"),
        older(f"{prose('article two', 250)} {OFFER}", title="Krabben werden knapp"),
    )
    assert found.reason == "teaser"


def test_what_a_title_names_is_in_what_is_shared_and_makes_it_the_articles_own() -> None:
    shared = f"Schleuse {OFFER}"
    found = relation(
        newer(f"{prose('one', 20)} {shared}", title="Die letzte Schleuse"),
        older(f"{prose('two', 20)} {shared}", title="Krabben werden knapp"),
    )
    assert found.kind == "update"


def test_a_regular_column_under_its_headline_is_a_template() -> None:
    column = prose("column", 80)
    found = refusal(
        newer(f"{column} {prose('tuesday', 150)}", hours=24), older(f"{column} {prose('monday', 150)}")
    )
    assert found.reason == "template"
    assert "same headline 24 hours later" in found.detail


def test_text_that_keeps_coming_back_is_no_evidence() -> None:
    text = f"{first(BODY, 0.4)} {prose('own', 250)}"
    mine, theirs = newer(text, source="talbote", title="Anderer Titel"), older(title="Krabben")
    found = relate(profiled(mine, days=SETTINGS.novelty_least), profiled(theirs), SETTINGS)
    assert isinstance(found, Unrelated)
    assert "116 of them no evidence" in found.detail


@pytest.mark.parametrize("hours", [30, 80])
def test_a_text_that_comes_back_whole_elsewhere_is_that_text(hours: float) -> None:
    mine, theirs = newer(BODY, source="talbote", title="Anderer Titel", hours=hours), older(title="Krabben")
    found = relate(profiled(mine, days=SETTINGS.novelty_least), profiled(theirs), SETTINGS)
    assert isinstance(found, Relation)
    assert found.kind == "syndicated"


def test_a_whole_text_under_one_title_is_one_text_however_often_it_was_seen() -> None:
    mine, theirs = newer(source="talbote"), older()
    found = relate(profiled(mine, days=9), profiled(theirs, days=9), SETTINGS)
    assert isinstance(found, Relation)
    assert (found.kind, found.fresh_shared) == ("syndicated", 0)


def test_far_apart_and_seen_in_between_is_a_template() -> None:
    mine = newer(f"{BODY} {prose('new', 100)}", source="talbote", hours=24 * 9)
    found = relate(profiled(mine, days=2), profiled(older()), SETTINGS)
    assert isinstance(found, Unrelated)
    assert (found.reason, found.detail[:11]) == ("template", "7 days apar")
    assert isinstance(relate(profiled(mine, days=1), profiled(older()), SETTINGS), Relation)


# ---- whatever the pair

PART = st.sampled_from([" ".join(words(f"part {n}", 30)) for n in range(6)])
TEXT = st.lists(PART, max_size=8).map("\n\n".join)
NAME = st.sampled_from(["hafenblatt", "talbote"])
HEAD = st.sampled_from(["", TITLE, "Krabben werden knapp", "Korrektur"])


DAYS = st.integers(0, 3)
SIDE = st.tuples(TEXT, NAME, HEAD, DAYS)


@given(SIDE, SIDE, st.integers(0, 24 * 29))
def test_a_relation_says_what_its_numbers_say(
    this: tuple[str, str, str, int], that: tuple[str, str, str, int], hours: int
) -> None:
    (text, source, title, days), (other, there, headline, earlier) = this, that
    mine = article(text, "/newer", source=source, title=title, hours=hours)
    theirs = article(other, "/older", source=there, title=headline)
    found = relate(profiled(mine, days=days), profiled(theirs, days=earlier), SETTINGS, bands=2, samples=3)
    if isinstance(found, Unrelated):
        assert found.detail
        return
    assert (found.other_article_id, found.other_version_id, found.other_url) == (
        theirs.article_id,
        theirs.version_id,
        theirs.url,
    )
    assert (found.bands, found.samples) == (2, 3)
    assert found.reason
    assert found.passages
    assert 0 < found.jaccard <= min(found.containment, found.other_containment) <= 1
    assert (found.kind in ("duplicate", "update")) <= (source == there)
    assert (found.kind == "syndicated") <= (source != there)
    assert found.correction == bool(found.note) <= (found.kind in REUSE_KINDS)
    for passage in found.passages:
        assert fold(text[passage.start : passage.end]) == fold(other[passage.other_start : passage.other_end])
