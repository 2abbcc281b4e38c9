import pytest

from services.contracts.topics import BY_NAME, SHARD_COUNT, SHARDS, TOPICS, shard_of


@pytest.mark.parametrize(
    ("language", "alike"),
    [
        ("de", "nl"),
        ("DE", "de"),
        ("de-AT", "de"),
        ("de_CH", "de"),
        ("fr", "pt"),
        ("ja", "zh"),
        ("und", "ja"),
        ("", "und"),
    ],
)
def test_languages_of_one_group_share_a_shard(language: str, alike: str) -> None:
    assert shard_of(language, "language") == shard_of(alike, "language")


def test_without_a_wall_all_languages_share_a_shard() -> None:
    assert {shard_of(language, "one") for language in ("de", "en", "fr", "ja", "und", "")} == {0}


def test_groups_are_apart_and_the_last_takes_the_rest() -> None:
    assert [shard_of(language, "language") for language in ("de", "en", "fr", "ja")] == list(
        range(SHARD_COUNT)
    )
    named = [language for group in SHARDS for language in group]
    assert len(named) == len(set(named))


def test_the_topics_are_those_of_the_design() -> None:
    assert {topic.name: (topic.key, topic.compact) for topic in TOPICS} == {
        "feeds": ("feed_id", True),
        "feed-state": ("per record", True),
        "articles": ("article_id", False),
        "relations": ("article_id", False),
        "clusters": ("story_id", True),
        "stories": ("story_id", True),
        "story-changes": ("story_id", False),
        "events": ("event_id", True),
        "storylines": ("storyline_id", True),
        "canary": ("story_id", True),
        "dedup-state": ("per record", True),
        "enrich-state": ("per record", True),
        "dead-letters.ingest": ("as it came", False),
        "dead-letters.dedup": ("as it came", False),
        "dead-letters.enrich": ("as it came", False),
    }


def test_what_is_not_compacted_is_kept_for_the_window_and_some_days_more() -> None:
    for topic in TOPICS:
        if not topic.compact:
            assert topic.retention_s is not None, topic.name
            assert topic.retention_s >= 31 * 86_400, topic.name


def test_topics_that_are_read_together_have_as_many_partitions() -> None:
    """A shard is one number in all of them."""
    assert {topic.partitions for topic in TOPICS if topic.by == "shard"} == {SHARD_COUNT}
    assert BY_NAME["feeds"].partitions == BY_NAME["feed-state"].partitions


def test_every_topic_has_a_writer_and_a_reader() -> None:
    assert all(topic.writer and topic.readers and topic.about for topic in TOPICS)
    assert len(BY_NAME) == len(TOPICS)
