"""Pairs and articles, line against line."""

from typing import Any

import pytest

from services.console.compare.articles import presence_differences, role_differences, screen_differences
from services.console.compare.difference import Difference, Differences
from services.console.compare.pairs import pair_differences

Row = dict[str, Any]


def relation(kind: str = "syndicated", **more: object) -> Row:
    row = {
        "url": "new",
        "other_url": "old",
        "kind": kind,
        "correction": False,
        "reason": "runs it whole",
        "jaccard": 0.8,
        "passages": [{"start": 0}],
        "story_id": "s",
        "first_seen_at": "2026-03-02T06:00:00Z",
    }
    return row | more


def refusal(reason: str = "template", **more: object) -> Row:
    row = {"url": "new", "other_url": "old", "reason": reason, "detail": "two days"}
    return row | {"first_seen_at": "2026-03-02T06:00:00Z"} | more


def told(before: list[Row], after: list[Row]) -> list[tuple[str, str]]:
    return [(one.kind, one.what) for one in pair_differences(before, after)]


@pytest.mark.parametrize(
    ("before", "after", "wanted"),
    [
        ([], [relation()], [("related", "syndicated")]),
        ([relation("update")], [], [("unrelated", "update")]),
        ([relation()], [relation("derivative")], [("kind", "syndicated → derivative")]),
        ([relation()], [relation(url="old", other_url="new")], [("direction", "syndicated")]),
        ([relation("update")], [relation("update", correction=True)], [("correction", "correction")]),
        ([relation()], [relation(reason="a cut", jaccard=0.7)], [("evidence", "reason")]),
        ([relation()], [relation(jaccard=0.7)], [("evidence", "numbers")]),
        ([relation()], [relation(passages=[])], [("evidence", "passages")]),
        ([relation()], [relation(story_id="t")], []),
        ([relation()], [relation(field_of_tomorrow=1)], []),
        ([], [refusal()], [("refused", "template")]),
        ([refusal()], [], [("unrefused", "template")]),
        ([refusal()], [refusal("teaser")], [("refusal", "template → teaser")]),
        ([refusal()], [refusal(detail="three days")], [("refusal-evidence", "template")]),
        ([refusal()], [refusal(), refusal(detail="three days")], [("refusal-evidence", "template")]),
        ([relation()], [relation(others=3)], []),
        ([relation(others=0)], [relation(others=3)], [("evidence", "others")]),
        ([refusal()], [relation()], [("related", "syndicated"), ("unrefused", "template")]),
    ],
)
def test_what_is_told_of_a_pair(before: list[Row], after: list[Row], wanted: list[tuple[str, str]]) -> None:
    assert told(before, after) == wanted


def test_a_pair_that_is_related_now_says_that_it_was_refused_and_why() -> None:
    found = next(pair_differences([refusal()], [relation()]))
    assert found.detail == "was refused as template: two days"


def article(**more: object) -> Row:
    return {"url": "a", "version_id": "1", "source": "s", "first_seen_at": "2026-03-02T06:00:00Z"} | more


def member(role: str, **more: object) -> Row:
    return article(role=role, **more)


def test_articles_that_are_on_one_side_or_show_another_text_are_told() -> None:
    assert [one.kind for one in presence_differences([article()], [])] == ["only-before"]
    assert [one.kind for one in presence_differences([], [article()])] == ["only-after"]
    assert [one.kind for one in presence_differences([article()], [article(version_id="2")])] == [
        "other-text"
    ]


def test_a_screen_is_told_when_it_comes_goes_or_changes_its_reason() -> None:
    stub, ticker = article(reason="stub", detail=""), article(reason="ticker", detail="")
    assert [one.kind for one in screen_differences([], [stub])] == ["screened"]
    assert [one.kind for one in screen_differences([stub], [])] == ["unscreened"]
    assert [one.what for one in screen_differences([stub], [ticker])] == ["stub → ticker"]
    (other,) = screen_differences([stub], [stub | {"detail": "90 words"}], frozenset({"detail"}))
    assert (other.kind, other.what, other.detail) == ("screen-evidence", "stub", "none → 90 words")


def test_what_another_version_brings_is_told_once() -> None:
    fields = frozenset({"text", "title", "version_id", "first_seen_at", "agencies"})
    other = article(version_id="2", text="y", title="t", agencies=["dpa"])
    found = presence_differences([article(text="x", agencies=[])], [other], fields)
    assert [(one.kind, one.what) for one in found] == [
        ("other-text", "version"),
        ("article-field", "agencies"),
    ]


def test_the_numbers_of_another_role_are_told_once() -> None:
    fields = frozenset({"role", "kind", "jaccard", "words"})
    one, other = member("copy", kind="syndicated", words=3), member("rewrite", kind="derivative", words=4)
    found = [(told.kind, told.what) for told in role_differences([one], [other], fields)]
    assert found == [("role", "copy → rewrite"), ("member-field", "words")]


def test_a_role_a_source_of_text_and_a_withdrawal_are_told_apart() -> None:
    assert [one.what for one in role_differences([member("copy")], [member("rewrite")])] == ["copy → rewrite"]
    other = role_differences([member("copy", of="x")], [member("copy", of="y")])
    assert [(one.kind, one.detail) for one in other] == [("taken-from", "x → y")]
    gone = role_differences([member("copy")], [member("copy", withdrawn_at="2026-03-02T07:00:00Z")])
    assert [one.kind for one in gone] == ["withdrawal"]
    assert not list(role_differences([], [member("copy")]))


def test_all_are_counted_and_the_earliest_are_kept_within_bounds() -> None:
    found = Differences(examples=2)
    found.add(Difference(f"2026-03-{day:02}", (f"u{day}",), "related", "update") for day in range(28, 0, -1))
    assert found.counts["related"] == {"update": 28}
    assert [one.urls for one in found.examples("related", "update")] == [("u1",), ("u2",)]
    assert found.shown() == {"u1", "u2"}
    assert found
    assert not Differences(examples=2)
