"""Reports in different languages, which share no word, laid beside each other by an embedder."""

from collections.abc import Sequence

from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from services.contracts.clusters import Cluster
from services.contracts.events import Event, EventReport
from services.enrich.embedder import Embedder, NamedEmbed, whole
from services.enrich.events.desk import EventChanges, EventDesk
from services.enrich.events.senses import FLOOR, Senses, likeness
from tests.unit.enrich.events.happenings import BRIDGE_SHUT, CHOIR, STORM, Copy, told
from tests.unit.enrich.members import START

SHUT_ELSEWHERE = Copy("Мост закрыт", "Движение остановлено: найдена трещина, сообщил градоначальник.")
PRIZE_ELSEWHERE = Copy("Хор победил", "Девочки спели мессу и получили награду, дирижёр благодарит родителей.")
SENSES = {"bridge": (1.0, 0.0, 0.1), "storm": (0.0, 1.0, 0.1), "choir": (0.1, 0.0, 1.0)}
WORDS = {
    "Marsum": "bridge",
    "Мост": "bridge",
    "Saltholm": "storm",
    "Ulvstad": "choir",
    "Хор": "choir",
}


class Encoder:
    """Knows what a text is about by one word, and counts how often it is asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, text: str) -> Sequence[float]:
        self.asked.append(text)
        return SENSES[next(sense for word, sense in WORDS.items() if word in text)]


def in_language(one: Cluster, language: str) -> Cluster:
    return replace(one, members=tuple(replace(member, language=language) for member in one.members))


NEWS = [
    told(BRIDGE_SHUT[0], "a", 0),
    told(STORM[0], "b", 1),
    in_language(told(SHUT_ELSEWHERE, "c", 2), "ru"),
    told(CHOIR[0], "d", 3),
    in_language(told(PRIZE_ELSEWHERE, "e", 4), "ru-RU"),
    replace(told(BRIDGE_SHUT[0], "a", 0), revision=2, change="updated"),
]


def desk(encoder: Encoder) -> EventDesk:
    return EventDesk(Embedder(NamedEmbed("newsroom:encode", encoder)))


def stories(changes: Sequence[EventChanges]) -> set[tuple[str, ...]]:
    records = [record for change in changes for record, _ in change.told if isinstance(record, Event)]
    return {record.stories for record in {record.event_id: record for record in records}.values()}


def test_reports_in_different_languages_meet_where_their_senses_are_near() -> None:
    encoder = Encoder()
    at = desk(encoder)
    met = stories([at.take(one) for one in NEWS])
    assert met == {("story-a", "story-c"), ("story-b",), ("story-d", "story-e")}
    assert len(encoder.asked) == len({one.story_id for one in NEWS})
    plain = EventDesk()
    assert len(stories([plain.take(one) for one in NEWS])) == 5


def test_reports_in_one_language_are_compared_by_their_words_alone() -> None:
    at = desk(Encoder())
    assert len(stories([at.take(in_language(one, "en")) for one in NEWS])) == 5


@given(st.integers(0, len(NEWS)))
def test_a_desk_that_was_restored_asks_for_no_story_again(cut: int) -> None:
    whole_run = desk(Encoder())
    changes = [whole_run.take(one) for one in NEWS]
    kept = {key: state for change in changes[:cut] for key, state in change.kept.items()}
    encoder = Encoder()
    later = desk(encoder)
    later.restore([state for state in kept.values() if state is not None])
    assert [later.take(one) for one in NEWS[cut:]] == changes[cut:]
    assert len(encoder.asked) <= len(NEWS[cut:])


def kept_report(
    number: int, sense: tuple[int, ...], language: str = "en", embedder: str = "x:y"
) -> EventReport:
    return EventReport(
        story_id=f"s{number}", number=number, seen_at=START, sense=sense, language=language, embedder=embedder
    )


@given(st.lists(st.lists(st.floats(-1, 1), max_size=5), max_size=90), st.integers(1, 70))
@example([[1.0, n % 3 - 1.0, n % 5 / 9][: 1 + n % 3] for n in range(90)], 70)
def test_those_found_are_those_that_are_near(vectors: list[list[float]], window: int) -> None:
    """Also round and round, in vectors of several lengths: nobody near is missed."""
    reports = [
        kept_report(
            number,
            whole(vector) if any(abs(one) > 0.01 for one in vector) else (),
            "en" if number % 2 else "fr",
        )
        for number, vector in enumerate(vectors)
    ]
    senses = Senses()
    for new in reports:
        first = max(0, new.number - window)
        near = {old.number for old in reports[first : new.number] if likeness(new, old)}
        assert near <= set(senses.near(new))
        senses.put(new, first)


def test_only_what_one_embedder_made_of_two_languages_is_compared() -> None:
    one = kept_report(0, (1000, 0))
    assert likeness(one, kept_report(1, (1000, 0), "fr")) == 1_000_000 - FLOOR
    others = [
        kept_report(1, (1000, 0), "en"),
        kept_report(1, (1000, 0), ""),
        kept_report(1, (1000, 0), "fr", "other:embed"),
        kept_report(1, (1000, 0, 0), "fr"),
        kept_report(1, (0, 1000), "fr"),
        kept_report(1, (), "fr"),
    ]
    assert [likeness(one, other) for other in others] == [0] * len(others)
