"""Notices of withdrawal: in place of a text, at another address, and what they leave alone."""

from tests.integration.dedup.shard import Shard, promised
from tests.integration.dedup.test_versions import LONGER, TEXT, copy, piece, played, story_of
from tests.unit.dedup.pieces import article

GONE = "Dieser Artikel wurde zurückgezogen, weil die Angaben darin falsch waren."


def changes(shard: Shard) -> list[str]:
    return [change.change for change in shard.changes()]


def test_a_notice_in_place_of_a_text_withdraws_it_and_founds_nothing() -> None:
    shard = played(piece(TEXT, 0), copy(1), piece(GONE, 2))
    (story,) = shard.stories().values()
    original, copied = story.members
    assert changes(shard) == ["created", "grew", "withdrawn"]
    assert (original.withdrawn_note, original.version_id) == (GONE, piece(TEXT, 0).version_id)
    assert (copied.kind, copied.of) == ("syndicated", original.article_id)
    assert shard.all_verdicts()[-1].story_id == story.story_id


def test_a_copy_that_is_taken_down_leaves_its_original_alone() -> None:
    shard = played(piece(TEXT, 0), copy(1), copy(2, GONE))
    original, copied = story_of(shard, copy(1).url).members
    assert (original.withdrawn_at, copied.withdrawn_note) == (None, GONE)


def test_a_text_that_follows_the_notice_lifts_it() -> None:
    shard = played(piece(TEXT, 0), piece(GONE, 1), piece(LONGER, 2))
    assert changes(shard) == ["created", "withdrawn", "updated"]
    assert story_of(shard, piece(TEXT, 0).url).members[0].withdrawn_at is None


def test_a_notice_at_another_address_withdraws_what_its_title_names() -> None:
    notice = article(
        "Bitte verwenden Sie die Meldung von heute nicht. Sie wird ersatzlos zurückgezogen.",
        "/notiz",
        source="talbote",
        title="ZURÜCKGEZOGEN: Hafen gesperrt",
        hours=2,
    )
    late = copy(3, source="abendkreis")
    shard = played(piece(TEXT, 0), copy(1), notice, late)
    story = story_of(shard, notice.url)
    assert [(m.source, m.kind, m.notice) for m in story.members] == [
        ("talbote", None, False),
        ("lindfunk", "syndicated", False),
        ("talbote", "update", True),
        ("abendkreis", "syndicated", False),
    ]
    assert changes(shard) == ["created", "grew", "withdrawn", "grew"]
    (relation,) = shard.verdicts()[notice.url].relations
    assert (relation.other_url, relation.kind, "withdraws" in relation.reason) == (
        piece(TEXT, 0).url,
        "update",
        True,
    )


def test_a_notice_above_the_text_takes_nothing_from_its_copies() -> None:
    notice = article(
        f"{GONE}\n\n{TEXT}", "/notiz", source="talbote", title="WITHDRAWN: Hafen gesperrt", hours=2
    )
    shard = played(piece(TEXT, 0), copy(1), notice)
    assert {r.other_url for r in shard.verdicts()[notice.url].relations} == {piece(TEXT, 0).url}


def test_a_notice_that_names_nothing_known_is_an_article_of_its_own() -> None:
    notice = article(GONE, "/notiz", source="talbote", title="WITHDRAWN: Unbekanntes", hours=2)
    shard = played(piece(TEXT, 0), notice)
    assert len(shard.families()) == 2


def test_cut_anywhere_notices_come_out_the_same() -> None:
    notice = article(GONE, "/notiz", source="talbote", title="WITHDRAWN: Hafen gesperrt", hours=3)
    log = promised([piece(TEXT, 0), copy(1), copy(2, GONE), notice, copy(4), piece(LONGER, 5)])
    whole = Shard(log).run()
    for position in range(len(log)):
        resumed = Shard(log, ranges=4).run(to=position).cut().run(batch=2)
        assert resumed.published() == whole.published()
        assert resumed.kept() == whole.kept()
