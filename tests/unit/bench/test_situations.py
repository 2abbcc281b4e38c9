"""The labelled set that ships: each situation comes out as a newsroom would have it, or is known not to."""

import re
from fnmatch import fnmatch
from pathlib import Path

import pytest

from bench.situations.__main__ import main
from bench.situations.check import misses
from bench.situations.situation import (
    FOLDER,
    BadSituation,
    Told,
    read_misses,
    read_situations,
)
from services.contracts.articles import Article

ALL = list(read_situations())
KNOWN = read_misses()


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.name)
def test_a_situation_comes_out_as_a_newsroom_would_have_it(one: Told) -> None:
    wrong = misses(one)
    if one.name in KNOWN:
        assert wrong, f"right now: take {one.name} off misses.toml"
        pytest.xfail(KNOWN[one.name])
    assert not wrong, one.situation.why


def test_every_name_is_there_once_and_every_miss_is_a_situation() -> None:
    names = [one.name for one in ALL]
    assert len(set(names)) == len(names) > 60
    assert KNOWN.keys() <= set(names)


def test_six_languages_are_there_with_most_kinds_in_each() -> None:
    kinds = {one.language: {two.situation.kind for two in ALL if two.language == one.language} for one in ALL}
    assert len(kinds) == 6
    assert {"zh", "ar"} <= kinds.keys()
    for language, found in kinds.items():
        assert {"syndicated", "correction", "update", "quotation", "text"} <= found, language


def test_every_kind_and_every_role_of_a_relation_is_asked_for() -> None:
    answers = {answer for one in ALL for pair in one.situation.pair for answer in pair.answers}
    assert answers >= {"duplicate", "syndicated", "derivative", "update", "background", "refused", "none"}
    assert any(pair.correction for one in ALL for pair in one.situation.pair)
    screens = {reason for one in ALL for reasons in one.situation.screened.values() for reason in reasons}
    assert screens == {"stub", "consent", "ticker"}


def test_every_situation_asks_for_something_and_says_why() -> None:
    for one in ALL:
        asked = one.situation
        assert asked.pair or asked.together or asked.apart or asked.screened or asked.withdrawn, one.name
        assert len(asked.why) > 10, one.name


def test_texts_are_of_invented_hosts_and_none_is_endless() -> None:
    for one in ALL:
        for article in one.sightings:
            assert ".example/" in article.url
            assert not isinstance(article, Article) or len(article.text) < 4_000, one.name


SMALL = """
[text]
lead = "Der Rat von Odde hat am Montag den Bau einer Brücke beschlossen."
[[situation]]
name = "small"
kind = "syndicated"
why = "Nichts ist gemeinsam."
apart = [["a", "b"]]
{expected}
[[situation.article]]
name = "a"
outlet = "hafenblatt"
at = "06:00"
text = "{{lead}}"
[[situation.article]]
name = "b"
outlet = "talbote"
at = "07:00"
text = "{text}"
"""


def written(folder: Path, expected: str = "", text: str = "{lead}") -> list[Told]:
    (folder / "de.toml").write_text(SMALL.format(expected=expected, text=text), encoding="utf-8")
    return list(read_situations(folder))


@pytest.mark.parametrize(
    ("expected", "text", "says"),
    [
        ("rolls = {}", "x", "rolls"),
        ('matched = ["c"]', "x", "no article c"),
        ("", "{led}", "no paragraph 'led'"),
        ('roles = { a = ["hero"] }', "x", "hero"),
    ],
)
def test_a_file_that_says_what_cannot_be_is_refused(
    tmp_path: Path, expected: str, text: str, says: str
) -> None:
    with pytest.raises(BadSituation, match=says):
        written(tmp_path, expected, text)


@pytest.mark.parametrize(
    ("expected", "says"),
    [
        ('together = [["a", "b"]]', ["together: a, b: 2 stories"]),
        ('roles = { b = ["copy"] }', ["role of b: want copy, got original"]),
        ('screened = { a = ["stub"] }', ["screen of a: want stub, got none"]),
        ('withdrawn = ["a"]', ["a: not withdrawn"]),
        ('of_withdrawn = ["a"]', ["a: no copy of withdrawn copy"]),
        (
            '[[situation.pair]]\nnewer = "b"\nolder = "a"\nis = ["update"]',
            ["b of a: want update, got none"],
        ),
    ],
)
def test_what_does_not_come_out_is_told(tmp_path: Path, expected: str, says: list[str]) -> None:
    (one,) = written(tmp_path, expected, "Ein Schwan hat den Hafen besucht und ist wieder fort.")
    assert misses(one) == says


def test_the_table_counts_by_kind_and_language(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--only", "zh/*"]) == 0
    told = capsys.readouterr().out
    assert "situations     zh   all" in told
    assert f"{sum(one.language == 'zh' for one in ALL)} situations right" in told


def test_the_files_are_where_they_are_looked_for() -> None:
    assert {path.stem for path in FOLDER.glob("??.toml")} == {one.language for one in ALL}


def test_a_name_that_no_situation_has_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--only", "xx/nobody*"]) == 2
    assert "xx/nobody*: no situation has such a name" in capsys.readouterr().err


def test_the_examples_of_its_help_choose_something(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    globs = re.findall(r"'([^']*\*[^']*)'", capsys.readouterr().out)
    assert len(globs) == 2
    assert all(any(fnmatch(one.name, glob) for one in ALL) for glob in globs)
