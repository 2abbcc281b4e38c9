"""One article, several texts: what a new version changes, and what it leaves alone."""

from services.contracts.articles import Article
from services.contracts.clusters import Cluster
from services.dedup.order import Sighting
from tests.integration.dedup.shard import Shard, promised
from tests.unit.dedup.pieces import article, prose
from tests.unit.dedup.walls import pages

TEXT = prose("report", 150)
LONGER = f"{TEXT}\n\n{prose('more', 60)}"
OTHER = prose("something else", 150)


def piece(text: str, hours: float, *, path: str = "/a", source: str = "talbote") -> Article:
    return article(text, path, source=source, title="Hafen gesperrt", hours=hours)


def copy(hours: float, text: str = TEXT, *, source: str = "lindfunk") -> Article:
    return piece(text, hours, path="/copy", source=source)


def played(*sightings: Sighting) -> Shard:
    return Shard(promised(sightings)).run()


def story_of(shard: Shard, url: str) -> Cluster:
    (found,) = (story for story in shard.stories().values() if url in {m.url for m in story.members})
    return found


def sources(cluster: Cluster) -> list[str]:
    return [member.source for member in cluster.members]


def test_a_new_version_takes_the_place_of_the_old_one() -> None:
    shard = played(piece(TEXT, 0), copy(1), piece(LONGER, 2))
    story = story_of(shard, piece(TEXT, 0).url)
    original, copied = story.members
    assert [change.change for change in shard.changes()] == ["created", "grew", "updated"]
    assert (original.version_id, original.versions) == (piece(LONGER, 2).version_id, 2)
    assert (original.first_seen_at, original.version_seen_at) == (
        piece(TEXT, 0).first_seen_at,
        piece(LONGER, 2).first_seen_at,
    )
    assert (original.kind, copied.kind, copied.of) == (None, "syndicated", original.article_id)


def test_an_article_is_never_related_to_its_own_versions() -> None:
    shard = played(piece(TEXT, 0), piece(LONGER, 1), piece(f"{LONGER} {OTHER}", 2))
    assert shard.verdicts()[piece(TEXT, 0).url].relations == ()
    assert story_of(shard, piece(TEXT, 0).url).members[0].versions == 3


def test_a_new_version_is_compared_in_place_of_the_old_one() -> None:
    shard = played(piece(TEXT, 0), piece(OTHER, 1), copy(2), copy(3, OTHER, source="abendkreis"))
    assert shard.verdicts()[copy(2).url].relations == ()
    (relation,) = shard.verdicts()[copy(3, OTHER, source="abendkreis").url].relations
    assert relation.other_version_id == piece(OTHER, 1).version_id


def test_a_version_of_another_text_leaves_the_story_and_founds_its_own() -> None:
    shard = played(piece(TEXT, 0), copy(1), piece(OTHER, 2))
    left, right = story_of(shard, copy(1).url), story_of(shard, piece(OTHER, 2).url)
    assert (sources(left), left.change, left.split_into) == (["lindfunk"], "split", (right.story_id,))
    assert (sources(right), right.change, right.split_from) == (["talbote"], "created", left.story_id)
    assert shard.verdicts()[piece(OTHER, 2).url].story_id == right.story_id


def test_a_correction_at_the_same_address_is_told_as_one() -> None:
    note = "Korrektur: In einer früheren Version stand ein falscher Name."
    shard = played(piece(TEXT, 0), piece(f"{TEXT}\n\n{note}", 1), piece(f"{LONGER}\n\n{note}", 2))
    assert [change.change for change in shard.changes()] == ["created", "corrected", "updated"]


def test_an_article_that_goes_behind_a_wall_is_matched_by_the_text_it_showed() -> None:
    title, stub = pages("stub")["de: teaser and offer"]
    walled = article(stub, "/a", title=title, hours=2)
    late_copy = copy(3, source="abendkreis")
    shard = played(piece(TEXT, 0), copy(1), walled, late_copy, piece(LONGER, 4))
    assert [change.change for change in shard.changes()] == ["created", "grew", "grew", "updated"]
    assert sources(story_of(shard, late_copy.url)) == ["talbote", "lindfunk", "abendkreis"]
    assert shard.outcomes["screened"] == 1


def test_an_article_that_comes_out_from_behind_its_wall_is_matched_from_then_on() -> None:
    _, stub = pages("stub")["de: teaser and offer"]
    shard = played(copy(0), piece(stub, 1), piece(TEXT, 2))
    assert sources(story_of(shard, piece(TEXT, 2).url)) == ["lindfunk", "talbote"]


def test_an_older_version_that_comes_late_changes_no_story() -> None:
    log = promised([piece(LONGER, 5), copy(6, LONGER)])
    shard = Shard([*log, piece(TEXT, 1)]).run()
    assert shard.verdicts()[piece(TEXT, 1).url].late
    assert [change.change for change in shard.changes()] == ["created", "grew"]
    (relation,) = shard.verdicts()[copy(6).url].relations
    assert relation.other_version_id == piece(LONGER, 5).version_id


def test_cut_between_two_versions_nothing_changes() -> None:
    title, stub = pages("stub")["de: teaser and offer"]
    log = promised(
        [
            piece(TEXT, 0),
            copy(1),
            article(stub, "/a", title=title, hours=2),
            piece(LONGER, 3),
            piece(OTHER, 4),
        ]
    )
    whole = Shard(log).run()
    for position in range(len(log)):
        assert Shard(log).run(to=position).cut().run().published() == whole.published()


def test_an_address_that_shows_another_text_is_what_that_text_is() -> None:
    """First something of its own, then another outlet's report: a copy of it, in one story."""
    shard = played(piece(TEXT, 0), copy(1, OTHER), copy(2, TEXT))
    original, copied = story_of(shard, piece(TEXT, 0).url).members
    assert (original.kind, copied.kind, copied.of) == (None, "syndicated", original.article_id)
    assert len(shard.stories()) == 1


def test_an_original_that_grew_stays_one_though_a_copy_ran_the_rest_before() -> None:
    shard = played(piece(TEXT, 0), copy(1, LONGER), piece(LONGER, 2))
    original, copied = story_of(shard, piece(TEXT, 0).url).members
    assert (original.kind, copied.kind) == (None, "syndicated")
