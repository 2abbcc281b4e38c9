import re
import sqlite3
import unicodedata
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.desk.search.marking import excerpt, mark
from services.desk.search.query import parse
from services.desk.search.words import first_of, fold, fold_all, places

SPECIAL = str.maketrans({"ß": "ss", "æ": "a", "ø": "o", "œ": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th"})


@pytest.fixture(scope="module")
def index() -> Iterator[sqlite3.Connection]:
    db = sqlite3.connect(":memory:")
    db.execute("create virtual table hit using fts5 (words, content='', columnsize=0)")
    texts = (
        "Die Straße nach Müllheim ist gesperrt",
        "Soldaten und Soldatinnen helfen",
        "The bridges were closed",
    )
    db.executemany(
        "insert into hit (rowid, words) values (?, ?)", enumerate(map(fold_all, map(str.split, texts)), 1)
    )
    yield db
    db.close()


def hits(index: sqlite3.Connection, query: str) -> list[int]:
    match = parse(query).match
    rows = index.execute("select rowid from hit where hit match ? order by rowid", (match,)) if match else ()
    return [number for (number,) in rows]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("strasse", [1]),
        ("STRASSE", [1]),
        ("muellheim", [1]),
        ("mullheim", [1]),
        ("Soldat", [2]),
        ("bridge", [3]),
        ('"nach müllheim"', [1]),
        ('"müllheim nach"', []),
        ("bridge -closed", []),
        ("bridge -open", [3]),
        ("strasse soldat", []),
        ("-bridge", []),
    ],
)
def test_forms_and_spellings_of_a_word_meet(index: sqlite3.Connection, query: str, found: list[int]) -> None:
    assert hits(index, query) == found


def by_definition(word: str) -> str:
    """What `fold` is, one step after the other."""
    lower = word[:64].casefold().translate(SPECIAL)
    lower = "".join(sign for sign in unicodedata.normalize("NFKD", lower) if not unicodedata.combining(sign))
    spelt = re.sub("ae|oe|(?<![aeq])ue", lambda found: found.group()[0], lower)
    return re.sub(r"(?<=\w{4})(?:innen|ern|en|er|es|em|in|ing|ed|e|n|s)$", "", spelt) or spelt


@given(
    st.from_regex(r"[^\W_]+", fullmatch=True)
    | st.text("aeionrsgdmqußäüéİǅ½", min_size=1, max_size=12).filter(
        lambda word: re.fullmatch(r"[^\W_]+", word)
    )
)
def test_a_word_is_folded_as_the_definition_says(word: str) -> None:
    assert fold(word) == by_definition(word)


@given(st.text(max_size=60) | st.text(alphabet="\"*-+^:(){}[]NEARANDOT \x00'", max_size=40))
def test_nothing_that_is_typed_is_an_operator_of_the_index(typed: str) -> None:
    db = sqlite3.connect(":memory:")
    db.execute("create virtual table hit using fts5 (words, content='')")
    db.execute("insert into hit (rowid, words) values (1, ?)", (fold_all(typed.split()),))
    found = hits(db, typed)
    query = parse(typed)
    if query.match and not query.problem and not query.unwanted:
        assert found == [1]
    db.close()


@given(st.text(max_size=200), st.text(max_size=8))
def test_marking_changes_no_sign(text: str, typed: str) -> None:
    terms = parse(typed).terms
    pieces = mark(text, terms)
    assert "".join(piece.text for piece in pieces) == text
    assert all({fold(piece.text)} <= terms for piece in pieces if piece.hit)


@given(st.text(min_size=1, max_size=20), st.integers(0, 300), st.integers(0, 300))
def test_an_excerpt_is_a_stretch_of_the_text(word: str, before: int, behind: int) -> None:
    text = f"{'x ' * before}{word}{' y' * behind}"
    pieces = excerpt(text, parse(word).terms)
    told = "".join(piece.text for piece in pieces).removeprefix("… ").removesuffix(" …")
    assert told in text
    assert len(told) <= 400


@given(st.text(max_size=100))
def test_a_word_is_where_it_is_said_to_be(text: str) -> None:
    for place in places(text):
        assert fold(text[place.start : place.end]) == place.folded
    assert fold_all(text.split()).split() == [place.folded for place in places(text)]


@given(st.text(max_size=100), st.frozensets(st.text(max_size=4)), st.integers(0, 5))
def test_the_first_of_some_words_is_the_first_that_is_marked(
    text: str, others: frozenset[str], number: int
) -> None:
    terms = others | {place.folded for place in list(places(text))[number : number + 2]}
    first = next((place.start for place in places(text) if place.folded in terms), 0)
    assert first_of(text, terms) == first
