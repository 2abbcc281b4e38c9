import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts import wire
from services.contracts.clusters import Cluster, Member, Replaced, Turn
from services.contracts.stories import Preference, Story, StoryChange
from services.enrich.extractor import Extractor
from services.enrich.lead import best
from services.enrich.memory import Memory
from services.enrich.service import EnrichTask
from services.enrich.states import states
from services.enrich.story import story
from services.stream.bus import Output, Partition, Record
from tests.unit.enrich.members import at, cluster, member

TEXTS = ("Rund 40 Boote sanken.", "Rund 50 Boote sanken.", "Nun sind es 60 Boote.")


def told(one: Member, text: str, **fields: object) -> Cluster:
    return cluster(one, text=text, article_id=one.article_id, **fields)


def version(number: int) -> Member:
    return member("a", version_id=f"a.{number}", version_seen_at=at(number), versions=number + 1)


def changes() -> list[Cluster]:
    """An article in three versions, another one beside it, the end."""
    other = member("b", 0.5, kind="syndicated", of="a")
    before = [Replaced(version_id=f"a.{n}", title="Title of a", text=text) for n, text in enumerate(TEXTS)]
    return [
        told(version(0), TEXTS[0]),
        cluster(version(0), other, text="Rund 45 Boote sanken.", article_id="b"),
        cluster(version(1), other, text=TEXTS[1], replaced=before[0], article_id="a", change="updated"),
        cluster(version(2), other, text=TEXTS[2], replaced=before[1], article_id="a", change="updated"),
        cluster(version(2), other, change="closed"),
    ]


def record(one: Cluster, offset: int) -> Record:
    return Record(Partition("clusters", 0), offset, one.story_id.encode(), wire.encode(one), (), 0)


def step(task: EnrichTask, clusters: list[Cluster]) -> list[Output]:
    return list(task.step([record(one, n) for n, one in enumerate(clusters)]).outputs)


def test_figures_are_a_timeline_across_versions_and_outlets() -> None:
    memory = Memory(Extractor())
    for one in changes()[:4]:
        memory.take([one])
    (line,) = story(changes()[3], memory.articles).figures
    assert [(point.source, point.figure.value) for point in line.points] == [
        ("a", 40),
        ("b", 45),
        ("a", 50),
        ("a", 60),
    ]
    assert line.conflict


def test_an_update_names_both_versions_and_what_is_different() -> None:
    memory = Memory(Extractor())
    updates = [one.update for one in memory.take(changes())]
    assert [bool(one) for one in updates] == [False, False, True, True, False]
    assert updates[2] is not None
    assert (updates[2].replaced_version_id, updates[2].version_id) == ("a.0", "a.1")
    assert [(edit.before, edit.after) for edit in updates[2].figures] == [("40 Boote", "50 Boote")]


def test_what_an_article_says_is_forgotten_with_its_story() -> None:
    memory = Memory(Extractor())
    learned = memory.take(changes())
    assert learned[-1].kept == {"a": None, "b": None}
    assert story(changes()[-1], learned[-1].articles).figures
    assert not memory.articles


def test_a_block_is_learned_as_its_changes_are_one_by_one() -> None:
    """Also where a version comes back, and where an article does whose story closed."""
    first, *_, closed = changes()
    given = [*changes(), first, *changes()[2:4], changes()[2], first, closed]
    together, apart = Memory(Extractor()), Memory(Extractor())
    assert together.take(given) == [learned for one in given for learned in apart.take([one])]
    assert together.articles == apart.articles


@given(st.integers(0, 5), st.integers(0, 5))
def test_a_restored_task_is_the_running_one_wherever_it_was_cut(cut: int, again: int) -> None:
    whole = step(EnrichTask(0), changes())
    state = [output for output in whole if output.partition.topic == "enrich-state"]
    public = [output for output in whole if output.partition.topic != "enrich-state"]
    parts, kept = [], dict[bytes, Output]()
    first, second = sorted((cut, again))
    for part in (changes()[:first], changes()[first:second], changes()[second:]):
        task = EnrichTask(0)
        for offset, output in enumerate(kept.values()):
            task.restore(Record(output.partition, offset, output.key, output.value, (), 0))
        task.restored()
        came = step(task, part)
        parts += [output for output in came if output.partition.topic != "enrich-state"]
        kept |= {output.key or b"": output for output in came if output.partition.topic == "enrich-state"}
    assert parts == public
    assert {key: output.value for key, output in kept.items()} == {
        output.key: output.value for output in state
    }


def test_the_change_and_the_story_carry_it() -> None:
    outputs = step(EnrichTask(0), changes()[:3])
    shown = {output.partition.topic: output.value or b"" for output in outputs}
    change, standing = wire.decode(StoryChange, shown["story-changes"]), wire.decode(Story, shown["stories"])
    assert change.update is not None
    assert standing.lead == TEXTS[1]
    assert standing.best_reason == "the latest state of the original"
    assert standing.origin is not None
    assert standing.pickup is not None


@pytest.mark.parametrize(
    ("prefer", "name", "reason"),
    [
        ("original", "a", "the original"),
        ("complete", "b", "the most complete text, of 105 words"),
        ("recent", "c", "the latest text"),
    ],
)
def test_the_version_to_show_is_chosen_as_wished_and_says_why(
    prefer: Preference, name: str, reason: str
) -> None:
    members = [member("a"), member("b", 1, kind="syndicated", words=105), member("c", 2, kind="syndicated")]
    assert (best(members, prefer).member.article_id, best(members, prefer).reason) == (name, reason)


def test_what_befell_a_story_is_told_in_order_of_time() -> None:
    gone = member("a", withdrawn_at=at(5), withdrawn_note="wrong")
    mended = member("b", 1, kind="update", correction=True, correction_note="Korrektur")
    turns = (
        Turn(change="merged", at=at(3), story_id="other"),
        Turn(change="split", at=at(4), story_id="new"),
    )
    found = states(cluster(gone, mended, turns=turns))
    assert [(one.state, one.at, one.note) for one in found] == [
        ("corrected", at(1), "Korrektur"),
        ("merged", at(3), "other"),
        ("split", at(4), "new"),
        ("withdrawn", at(5), "wrong"),
    ]
