"""Stories of two exports, matched by their members."""

from hypothesis import given
from hypothesis import strategies as st

from services.console.compare.stories import ComparedStory, story_differences

KEPT = frozenset({"grew", "shrank", "exchanged"})


def story(name: str, *articles: str, lead: str = "") -> ComparedStory:
    return ComparedStory(name, f"About {name}", lead or articles[0], articles, "2026-03-02T06:00:00Z")


def stories(*several: ComparedStory) -> dict[str, ComparedStory]:
    return {one.story_id: one for one in several}


def kinds(before: list[ComparedStory], after: list[ComparedStory]) -> list[str]:
    found = story_differences(stories(*before), stories(*after))
    return sorted(one.kind for one in found if one.kind != "lead")


def test_a_story_with_one_more_article_grew() -> None:
    assert kinds([story("x", "a")], [story("x", "a", "b")]) == ["grew"]


def test_a_story_with_one_article_less_lost_it() -> None:
    assert kinds([story("x", "a", "b")], [story("x", "a")]) == ["shrank"]


def test_a_split_is_told_once_and_says_where_its_articles_were() -> None:
    before, after = [story("x", "a", "b", "c")], [story("x", "a", "b"), story("y", "c")]
    (split,) = story_differences(stories(*before), stories(*after))
    assert (split.kind, split.urls, split.detail) == ("split", ("c",), "was in: About x")


def test_what_is_lost_beside_a_split_is_told_too() -> None:
    before, after = [story("x", "a", "b", "c", "d")], [story("x", "a", "b"), story("y", "c")]
    found = {one.kind: one.detail for one in story_differences(stories(*before), stories(*after))}
    assert found == {"split": "was in: About x", "shrank": "lost d"}


def test_two_stories_in_one_are_a_merge_into_the_one_that_gave_most() -> None:
    found = list(
        story_differences(
            stories(story("x", "a"), story("y", "b", "c")), stories(story("x", "a", "b", "c", lead="b"))
        )
    )
    assert {(one.kind, one.urls) for one in found if one.kind != "lead"} == {
        ("merged", ("a",)),
    }


def test_the_same_members_under_another_id_are_the_same_story() -> None:
    assert kinds([story("x", "a", "b")], [story("z", "a", "b")]) == ["renamed"]


def test_of_two_halves_the_one_that_kept_its_id_is_the_same_story() -> None:
    found = story_differences(stories(story("x", "a", "b")), stories(story("w", "b"), story("x", "a")))
    assert [(one.kind, one.urls) for one in found] == [("split", ("b",))]


def test_stories_without_a_common_article_are_gone_and_new() -> None:
    assert kinds([story("x", "a")], [story("y", "b")]) == ["gone", "new"]


def test_another_lead_is_told_also_where_the_members_are_the_same() -> None:
    (found,) = story_differences(
        stories(story("x", "a", "b")), stories(story("x", "a", "b")._replace(lead_url="b"))
    )
    assert (found.kind, found.what, found.detail) == ("lead", "lead", "a → b")


PARTITIONS = st.dictionaries(st.sampled_from("abcdefgh"), st.sampled_from("uvwxyz"), max_size=8)


def folded(homes: dict[str, str]) -> dict[str, ComparedStory]:
    names = sorted(set(homes.values()))
    return stories(*(story(name, *sorted(url for url in homes if homes[url] == name)) for name in names))


@given(PARTITIONS, PARTITIONS)
def test_no_story_is_told_twice_and_no_difference_goes_untold(
    before: dict[str, str], after: dict[str, str]
) -> None:
    left, right = folded(before), folded(after)
    found = [one.kind for one in story_differences(left, right)]
    kept = sum(kind in KEPT for kind in found)
    assert bool(found) == (left != right)
    same = len({one.articles for one in left.values()} & {one.articles for one in right.values()})
    assert kept + found.count("merged") + found.count("gone") <= len(left) - same
    assert kept + found.count("split") + found.count("new") <= len(right) - same


@given(PARTITIONS)
def test_stories_compared_with_themselves_differ_in_nothing(homes: dict[str, str]) -> None:
    assert not list(story_differences(folded(homes), folded(homes)))
