"""What `explain` prints of an article, its relations and its story."""

import io
from datetime import timedelta

import msgspec
import pytest
from rich.console import Console

from services.console.explain import show
from services.console.explain.evidence import Evidence
from services.contracts.articles import Article, Withdrawal
from services.contracts.relations import Passage, Relation, Verdict
from services.contracts.stories import Role, Story, StoryMember
from services.dedup.relations.explain import compare
from tests.unit.dedup.pieces import SETTINGS, article, prose

ONE = article(prose("one", 120), "/one", title="Brücke gesperrt")
COPY = article(prose("one", 120), "/copy", source="lindfunk", hours=2, title="Brücke gesperrt")
GONE = Withdrawal(
    article_id=ONE.article_id,
    version_id=ONE.version_id,
    url=ONE.url,
    source=ONE.source,
    language=ONE.language,
    at=ONE.first_seen_at + timedelta(hours=5),
    note="kill: the quote was invented",
)


def member(on: Article, role: Role, **more: object) -> StoryMember:
    content = {
        "article_id": on.article_id,
        "version_id": on.version_id,
        "url": on.url,
        "source": on.source,
        "title": on.title,
        "language": on.language,
        "role": role,
        "first_seen_at": on.first_seen_at,
    }
    return msgspec.convert(content | more, StoryMember)


def story(*members: StoryMember, withdrawn: bool = False) -> Story:
    return Story(
        story_id="s",
        revision=1,
        headline="Brücke gesperrt",
        lead_url=ONE.url,
        articles=tuple(one.url for one in members),
        members=members,
        first_seen_at=ONE.first_seen_at,
        last_seen_at=COPY.first_seen_at,
        withdrawn=withdrawn,
    )


@pytest.fixture
def evidence() -> Evidence:
    return Evidence({one.url: one for one in (ONE, COPY)}, withdrawals={ONE.article_id: GONE})


@pytest.fixture
def console() -> Console:
    return Console(file=io.StringIO(), width=400, highlight=False)


def text(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def verdict(relation: Relation) -> Verdict:
    return Verdict(
        article_id=COPY.article_id,
        version_id=COPY.version_id,
        url=COPY.url,
        source=COPY.source,
        language=COPY.language,
        first_seen_at=COPY.first_seen_at,
        outcome="story",
        relations=(relation,),
    )


def relation(**changes: object) -> Relation:
    answer = compare(ONE, COPY, [], SETTINGS).answer
    assert isinstance(answer, Relation)
    return msgspec.structs.replace(answer, **changes)


def test_an_article_says_that_it_was_withdrawn_and_in_which_words(
    evidence: Evidence, console: Console
) -> None:
    show.head(evidence, ONE, console)
    show.head(evidence, COPY, console)
    assert text(console).count("withdrawn 2025-03-10 11:00:00: kill: the quote was invented") == 1


def test_its_time_is_that_of_the_version_shown(evidence: Evidence, console: Console) -> None:
    show.head(evidence, ONE, console)
    assert "this version seen 2025-03-10 06:00:00" in text(console)


def test_a_story_says_who_was_withdrawn_who_copied_that_and_who_corrects(
    evidence: Evidence, console: Console
) -> None:
    gone = member(ONE, "original", withdrawn_at=GONE.at, withdrawn_note=GONE.note)
    copy = member(COPY, "correction", of=ONE.url, of_withdrawn=True, correction_note="the sum was wrong")
    evidence.stories["s"] = story(gone, copy, withdrawn=True)
    show.story(evidence, ONE, SETTINGS, console)
    lines = text(console).splitlines()
    assert "  withdrawn: its originals were taken back" in lines
    (original,) = (line for line in lines if "talbote: original" in line)
    (other,) = (line for line in lines if "lindfunk: correction" in line)
    assert "withdrawn 2025-03-10 11:00:00: kill: the quote was invented" in original
    assert "says: the sum was wrong" in other
    assert "the copy it took its text from was withdrawn" in other


def test_a_correction_is_quoted(evidence: Evidence, console: Console) -> None:
    corrected = relation(kind="update", correction=True, note="an earlier version\nnamed another mayor")
    show.relation(evidence, verdict(corrected), corrected, console)
    assert "its words: an earlier version named another mayor" in text(console)


def test_the_bounds_of_a_story_are_those_in_use(evidence: Evidence, console: Console) -> None:
    evidence.stories["s"] = story(member(ONE, "original"), member(COPY, "copy", of=ONE.url))
    settings = msgspec.structs.replace(SETTINGS, story_days=11, story_link=0.77)
    show.story(evidence, ONE, settings, console)
    assert "within 11 days" in text(console)
    assert "share 77%" in text(console)


def test_a_passage_that_both_have_alike_is_shown_once_and_else_twice(console: Console) -> None:
    shown = ONE.text.split(".")[0]
    for text_of_copy, times in ((f"So. {shown}. Ende", 1), (f"So. {shown.upper()}. Ende", 2)):
        other = msgspec.structs.replace(COPY, text=text_of_copy)
        whole = relation(passages=(Passage(4, 4 + len(shown), 0, len(shown)),))
        show.relation(Evidence({one.url: one for one in (ONE, other)}), verdict(whole), whole, console)
        assert text(console).lower().count(shown.lower()) == times
        console.file = io.StringIO()
