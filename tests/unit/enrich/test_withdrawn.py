from services.enrich.story import story
from services.enrich.withdrawn import is_withdrawn, taken_from_withdrawn
from tests.unit.enrich.members import at, cluster, member

GONE = member("a", withdrawn_at=at(5), withdrawn_note="410 Gone")
COPY = member("b", 1, kind="syndicated", of="a", words=50)
SECOND = member("c", 2, kind="derivative", of="b", words=50)


def test_a_story_whose_original_was_withdrawn_says_so_and_marks_the_copies() -> None:
    told = story(cluster(GONE, COPY, SECOND))
    assert told.withdrawn
    assert [(m.withdrawn_at, m.withdrawn_note, m.of_withdrawn) for m in told.members] == [
        (at(5), "410 Gone", False),
        (None, "", True),
        (None, "", True),
    ]
    assert told.headline == GONE.title


def test_a_withdrawn_copy_withdraws_nothing_else_and_does_not_speak_for_the_story() -> None:
    copy = member("b", 1, kind="syndicated", of="a", words=900, withdrawn_at=at(5))
    told = story(cluster(member("a"), copy, SECOND))
    assert (told.withdrawn, told.headline) == (False, "Title of a")
    assert [m.of_withdrawn for m in told.members] == [False, False, True]


def test_a_story_that_lost_its_original_stands_by_its_first_article() -> None:
    assert not is_withdrawn([COPY, member("c", kind="syndicated", of="b", withdrawn_at=at(5))])
    assert is_withdrawn([member("b", kind="syndicated", withdrawn_at=at(5)), SECOND])


def test_members_that_name_each_other_as_their_source_end_the_search() -> None:
    ring = [member("b", kind="derivative", of="c"), member("c", kind="derivative", of="b")]
    assert taken_from_withdrawn(ring) == set()
