from bench.quality.evidence import Evidence, evidence
from bench.quality.outcome import Tie
from services.contracts.relations import Passage
from tests.unit.bench.pieces import outcome
from tests.unit.dedup.pieces import article

COMMON = "der rat der stadt hat am freitag den neuen deich gebilligt"
NEWER = article(f"Vorspann. {COMMON.title()}! Schluss.", "/newer")
OLDER = article(f"Ganz anders:  {COMMON}, heißt es.", "/older")
ARTICLES = {NEWER.url: NEWER, OLDER.url: OLDER}
WHOLE = Passage(10, 10 + len(COMMON), 14, 14 + len(COMMON))


def seen(*passages: Passage) -> Evidence:
    return evidence(outcome([Tie(NEWER.url, OLDER.url, "derivative", passages=passages)]), ARTICLES)


def test_a_passage_is_right_when_its_words_are_equal_after_folding() -> None:
    assert seen(WHOLE) == Evidence(1, 1, 11, 11)


def test_a_passage_that_points_elsewhere_or_outside_is_wrong() -> None:
    for wrong in (
        Passage(10, 30, 20, 40),
        Passage(10, 9_000, 14, 9_000),
        Passage(-3, 20, 14, 20),
        Passage(8, 10, 12, 14),
    ):
        assert seen(wrong).equal == 0
        assert seen(wrong, WHOLE).right == 0.5


def test_what_is_shared_and_in_no_passage_lowers_the_coverage() -> None:
    half = COMMON.index("am")
    assert seen(Passage(10, 10 + half - 1, 14, 14 + half - 1)) == Evidence(1, 1, 11, 5)
    assert seen().coverage == 0


def test_soft_hyphens_and_compatibility_characters_fold_away() -> None:
    one = article("Deich\u00adbau im \uff2fsten", "/one")
    other = article("deichbau im osten", "/other")
    tie = Tie(one.url, other.url, "syndicated", passages=(Passage(0, len(one.text), 0, len(other.text)),))
    assert evidence(outcome([tie]), {one.url: one, other.url: other}).right == 1
