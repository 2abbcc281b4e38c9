"""A version is what is shown now: texts that come back, copies that were withdrawn, pages that churn."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from services.contracts import ids
from services.contracts.articles import Article
from services.dedup.order import Sighting
from tests.integration.dedup.shard import Shard, Value, promised, withdrawal
from tests.integration.dedup.test_versions import LONGER, OTHER, TEXT, copy, piece, played, story_of
from tests.unit.dedup.pieces import START, article

HEADLINE = "Hafen gesperrt"


def changes(shard: Shard) -> list[str]:
    return [change.change for change in shard.changes()]


def titled(title: str, hours: float) -> Article:
    return article(TEXT, "/a", source="talbote", title=title, hours=hours)


def counted(views: int, hours: float, text: str = TEXT) -> Article:
    return piece(f"{text}\n\n{views} views", hours)


def gone(of: Article, hours: float) -> Sighting:
    return withdrawal(of, START + timedelta(hours=hours))


def test_a_headline_that_is_taken_back_is_shown_again() -> None:
    shard = played(titled(HEADLINE, 0), titled("Hafen offen", 1), titled(HEADLINE, 2))
    (member,) = story_of(shard, titled(HEADLINE, 0).url).members
    assert changes(shard) == ["created", "updated", "updated"]
    assert (member.title, member.version_id, member.versions) == (
        HEADLINE,
        titled(HEADLINE, 0).version_id,
        2,
    )
    assert member.first_seen_at == titled(HEADLINE, 0).first_seen_at
    assert member.version_seen_at == titled(HEADLINE, 2).first_seen_at
    assert shard.outcomes["shown-again"] == 1


def test_a_text_may_go_back_and_forth() -> None:
    shard = played(*(titled((HEADLINE, "Hafen offen")[n % 2], n) for n in range(6)))
    assert changes(shard) == ["created", *["updated"] * 5]
    assert story_of(shard, titled("", 0).url).members[0].title == "Hafen offen"


def test_a_record_delivered_again_between_two_showings_changes_nothing() -> None:
    first, second, back = titled(HEADLINE, 0), titled("Hafen offen", 1), titled(HEADLINE, 2)
    once = played(first, second, back)
    log: list[Value] = promised([first, second, back])
    again = Shard([*log, first, second, back, *log]).run(batch=2)
    assert again.published() == once.published()


def test_after_a_wrong_text_original_and_copy_are_as_before() -> None:
    shard = played(piece(TEXT, 0), copy(1), piece(OTHER, 2), piece(TEXT, 3))
    story = story_of(shard, copy(1).url)
    original, copied = story.members
    assert story.story_id == ids.story_id(piece(TEXT, 0).version_id)
    assert (original.kind, copied.kind, copied.of) == (None, "syndicated", original.article_id)
    assert shard.verdicts()[piece(TEXT, 3).url].relations == (), "it does not become its copy's copy"
    assert shard.verdicts()[piece(TEXT, 3).url].story_id == story.story_id


def test_what_is_shown_again_is_what_new_copies_are_compared_with() -> None:
    late = copy(4, source="abendkreis")
    shard = played(piece(TEXT, 0), piece(OTHER, 2), piece(TEXT, 3), late)
    (relation,) = shard.verdicts()[late.url].relations
    assert relation.other_version_id == piece(TEXT, 0).version_id


def test_the_same_text_at_a_new_address_of_its_article_is_told() -> None:
    old = piece(TEXT, 0)
    moved = replace(old, url="https://www.talbote.example/moved", first_seen_at=piece(TEXT, 1).first_seen_at)
    shard = played(old, copy(0.5), moved)
    assert changes(shard) == ["created", "grew", "updated"]
    assert story_of(shard, moved.url).members[0].url == moved.url
    later = copy(2, source="abendkreis")
    assert {r.other_url for r in played(old, moved, later).verdicts()[later.url].relations} == {moved.url}


def test_a_text_that_comes_back_is_remembered_from_then_on() -> None:
    log = promised([piece(TEXT, 0), piece(OTHER, 1), piece(TEXT, 24 * 29), copy(24 * 31)])
    shard = Shard(log).run()
    assert shard.kept().keys() >= {f"version:{piece(TEXT, 0).version_id}".encode()}


def test_a_withdrawn_original_keeps_its_copies_and_says_so() -> None:
    shard = played(piece(TEXT, 0), copy(1), gone(piece(TEXT, 0), 2))
    story = story_of(shard, copy(1).url)
    original, copied = story.members
    assert changes(shard) == ["created", "grew", "withdrawn"]
    assert story.at == original.withdrawn_at == START + timedelta(hours=2)
    assert (original.withdrawn_note, copied.of, copied.withdrawn_at) == (
        "410 Gone",
        original.article_id,
        None,
    )
    assert shard.outcomes["withdrawn"] == 1


def test_a_copy_of_withdrawn_copy_is_found() -> None:
    shard = played(piece(TEXT, 0), gone(piece(TEXT, 0), 1), copy(2))
    assert [m.kind for m in story_of(shard, copy(2).url).members] == [None, "syndicated"]


@pytest.mark.parametrize("text", [TEXT, LONGER], ids=["the same text", "another text"])
def test_what_is_shown_later_lifts_the_withdrawal(text: str) -> None:
    shard = played(piece(TEXT, 0), gone(piece(TEXT, 0), 1), piece(text, 2))
    assert changes(shard) == ["created", "withdrawn", "updated"]
    assert story_of(shard, piece(TEXT, 0).url).members[0].withdrawn_at is None


def test_an_older_sighting_does_not_lift_it() -> None:
    log = promised([piece(TEXT, 0), gone(piece(TEXT, 0), 3)])
    shard = Shard([*log, piece(LONGER, 2)]).run()
    assert story_of(shard, piece(TEXT, 0).url).members[0].withdrawn_at is not None


def test_a_withdrawal_of_what_was_never_seen_is_known_and_told_twice_it_counts_once() -> None:
    one = piece(TEXT, 0)
    assert played(gone(one, 1)).outcomes == {"watermark": 1, "known": 1}
    twice = Shard([*promised([one, gone(one, 1)]), *promised([gone(one, 1)])]).run()
    assert (twice.outcomes["withdrawn"], twice.outcomes["known"]) == (1, 1)


def test_a_page_that_churns_is_told_once_and_every_version_has_its_verdict() -> None:
    shard = played(*(counted(10 + n, n) for n in range(6)), copy(7))
    assert changes(shard) == ["created", "grew"]
    verdicts = [v.version_id for v in shard.all_verdicts()]
    assert verdicts[:6] == [counted(10 + n, n).version_id for n in range(6)]
    assert shard.outcomes["story"] == 7
    assert story_of(shard, copy(7).url).members[0].version_id == counted(10, 0).version_id


def test_what_changes_beside_the_counter_is_told() -> None:
    shard = played(counted(10, 0), counted(11, 1), counted(12, 2, LONGER), counted(13, 3, LONGER))
    assert changes(shard) == ["created", "updated"]
    assert story_of(shard, counted(10, 0).url).members[0].version_id == counted(12, 2, LONGER).version_id


def test_a_churned_text_that_comes_back_after_news_is_told() -> None:
    shard = played(counted(10, 0), counted(11, 1), counted(12, 2, LONGER), counted(11, 3))
    assert changes(shard) == ["created", "updated", "updated"]
    assert story_of(shard, counted(10, 0).url).members[0].version_id == counted(11, 1).version_id


def test_the_passages_of_a_churned_version_point_into_its_own_text() -> None:
    churned = piece(f"{7} views\n\n{TEXT}", 2, path="/copy", source="lindfunk")
    first = piece(f"{12345} views\n\n{TEXT}", 1, path="/copy", source="lindfunk")
    shard = played(piece(TEXT, 0), first, churned)
    verdict = shard.all_verdicts()[-1]
    assert verdict.version_id == churned.version_id
    (passage,) = verdict.relations[0].passages
    assert churned.text[passage.start : passage.end] == TEXT[passage.other_start : passage.other_end]


def test_cut_anywhere_all_of_it_comes_out_the_same() -> None:
    log = promised(
        [
            piece(TEXT, 0),
            copy(1),
            piece(OTHER, 2),
            piece(TEXT, 3),
            gone(copy(1), 4),
            counted(5, 30),
            counted(6, 31),
            copy(32),
            piece(TEXT, 50),
            gone(piece(TEXT, 50), 51),
            copy(60, source="abendkreis"),
        ]
    )
    whole = Shard(log).run()
    for position in range(len(log)):
        resumed = Shard(log, ranges=4).run(to=position).cut().run(batch=3)
        assert resumed.published() == whole.published()
        assert resumed.kept() == whole.kept()


def test_a_corrected_text_at_a_new_address_of_its_article_is_one_corrected_story() -> None:
    wrong = titled("Hafen für immer gesperrt", 0)
    text = f"{TEXT}\n\nKorrektur: In einer früheren Version stand, der Hafen sei für immer gesperrt."
    moved = replace(
        titled(HEADLINE, 1),
        url="https://www.talbote.example/hafen-gesperrt",
        text=text,
        version_id=ids.version_id(wrong.article_id, HEADLINE, text),
    )
    shard = played(wrong, moved)
    assert changes(shard) == ["created", "corrected"]
    (member,) = story_of(shard, moved.url).members
    assert (member.title, member.url, member.versions) == (HEADLINE, moved.url, 2)
