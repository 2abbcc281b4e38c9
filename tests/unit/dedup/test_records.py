from services.contracts.clusters import Cluster, Replaced
from services.contracts.sketches import Remembered
from services.dedup.records import verdict, with_text, without_text
from tests.unit.dedup.pieces import article
from tests.unit.enrich.members import at, cluster, member


def remembered(text: str) -> Remembered:
    piece = article(text)
    said = verdict(piece, outcome="story")
    return Remembered(article=piece, sketch=None, verdict=said, first_seen_at=piece.first_seen_at)


PIECE = article("Die Brücke ist zu.")


def changed() -> list[Cluster]:
    return [cluster(member("a"), story_id="left"), cluster(member("b"), story_id="founded")]


def test_the_last_change_that_a_version_made_carries_its_words() -> None:
    left, founded = with_text(changed(), PIECE)
    assert (left.text, founded.text, founded.replaced) == ("", PIECE.text, None)
    assert not with_text([], PIECE)


def test_what_is_remembered_of_a_story_is_without_them() -> None:
    told = with_text(changed(), PIECE)
    assert [without_text(one) for one in told] == changed()
    bare = changed()[0]
    assert without_text(bare) is bare


def test_the_version_that_gave_way_goes_with_them() -> None:
    (told,) = with_text([cluster(member("a"), at=at(1))], PIECE, remembered("Die Brücke ist offen."))
    assert told.replaced == Replaced(
        version_id=article("Die Brücke ist offen.").version_id, title="", text="Die Brücke ist offen."
    )
