from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rich.console import Console

from services.console.export.lines import whole
from services.console.export.tally import Tally
from services.console.replay.newsroom import largest, read_stories, stories_table, why_empty
from services.contracts.stories import Role, Story, StoryMember

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def member(source: str, role: Role, minutes: int, **more: object) -> StoryMember:
    return StoryMember(
        article_id=source,
        version_id=f"{source}-1",
        url=f"https://{source}.example/{minutes}",
        source=source,
        title="Ferry back in service",
        language="en",
        role=role,
        first_seen_at=NOON + timedelta(minutes=minutes),
        **more,  # type: ignore[arg-type]
    )


def story(*members: StoryMember, headline: str = "Ferry back in service") -> Story:
    return Story(
        story_id=members[0].article_id,
        revision=len(members),
        headline=headline,
        lead_url=members[0].url,
        articles=tuple(one.url for one in members),
        members=members,
        first_seen_at=members[0].first_seen_at,
        last_seen_at=members[-1].first_seen_at,
    )


FERRY = story(
    member("harbour-post", "original", 0, agencies=("dpa",)),
    member("city-daily", "copy", 5),
    member("city-daily", "copy", 6),
    member("harbour-post", "duplicate", 7),
    member("evening-gazette", "rewrite", 30),
    member("harbour-post-late", "correction", 60, versions=2),
)


def printed(*stories: Story) -> str:
    console = Console(width=200)
    with console.capture() as captured:
        console.print(stories_table(stories))
    return captured.get()


def test_the_table_says_who_had_it_first_who_copied_who_rewrote_and_what_was_corrected() -> None:
    text = printed(FERRY)
    for part in (
        "Ferry back in service",
        "harbour-post (dpa), 2026-03-01 12:00",
        "city-daily (2)",
        "evening-gazette",
        "13:00 (correction)",
        "2 versions",
    ):
        assert part in text, part


def test_headlines_from_strangers_cannot_style_or_clear_the_terminal() -> None:
    text = printed(
        story(member("a", "original", 0), member("b", "copy", 1), headline="[red]Ferry\x1b[2J[/red]")
    )
    assert "\x1b[2J" not in text
    assert "[red]Ferry[2J[/red]" in text


def test_stories_of_one_article_and_one_version_are_not_listed_and_the_most_told_comes_first() -> None:
    alone = story(member("alone", "original", 0))
    twice = story(member("twice", "original", 0), member("other", "copy", 1))
    assert largest([alone, twice, FERRY]) == [FERRY, twice]
    assert largest([twice, FERRY], count=1) == [FERRY]


def test_stories_are_read_back_from_an_export(tmp_path: Path) -> None:
    file = tmp_path / "stories.jsonl"
    file.write_bytes(whole(FERRY) + b"\n")
    assert list(read_stories(file)) == [FERRY]


def test_where_there_is_no_story_to_show_it_is_said_why() -> None:
    screened = Tally(articles=7, screened=Counter({"stub": 4, "empty": 1}), stories=2)
    text = "\n".join(why_empty(screened))
    assert "5 of 7 articles were kept out of matching: stub 4, empty 1" in text
    assert "Stories of one article each, in stories.jsonl: 2" in text
    assert "No input gave an article" in "\n".join(why_empty(Tally()))
