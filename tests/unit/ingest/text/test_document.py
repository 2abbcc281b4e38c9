"""XML as it is sent: the tree, whether it is whole, and what one bad thing costs."""

from typing import Any
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.text.document import read_document
from services.ingest.text.markup import pieces
from services.ingest.text.mend import mended

WHOLE = "<rss><channel><item><title>One</title></item><item><title>Two</title></item></channel></rss>"


def titles(text: str) -> list[str]:
    found = read_document(text, {"rss"})
    assert found is not None
    return ["".join(one.itertext()) for one in found.root.iter() if one.tag == "title"]


@pytest.mark.parametrize(
    "text",
    [
        WHOLE,
        f"<?xml version='1.0'?><!DOCTYPE rss [<!ENTITY x 'y'>]>\n{WHOLE}\n<!-- served in 3 ms -->",
        f"<br />\n<b>Warning</b>: something in /srv/feed.php on line 12<br />\n{WHOLE}",
        WHOLE + "<script>count()</script>",
        WHOLE.replace("</rss>", "</RSS>"),
        WHOLE.replace("</rss>", "</x:rss >"),
        WHOLE.replace("One</title>", "One</titel>"),
        WHOLE.replace("</title></item><item>", "</title><item>"),
        WHOLE.replace("One</title>", "One"),
        WHOLE.replace("One", "<![CDATA[One"),
        WHOLE.replace("<title>One", "<!-- <title>One"),
        WHOLE.replace("<item>", "<item class=first checked a='1' a='2'>", 1),
        WHOLE.replace("<item>", "</p></div><item>"),
    ],
)
def test_both_items_survive_and_the_document_is_whole(text: str) -> None:
    found = read_document(text, {"rss"})
    assert found is not None
    assert found.whole
    assert found.tags["item"] == 2
    assert titles(text)[-2:] == ["One", "Two"]


def test_an_end_of_cdata_that_is_missing_costs_its_own_item_at_most() -> None:
    torn = WHOLE.replace("One", "<![CDATA[One & only").replace("Two", "<![CDATA[Two]]>")
    assert titles(torn) == ["One & only", "Two"]


@given(st.integers(0, len(WHOLE) - 1))
def test_a_document_cut_anywhere_is_not_whole(length: int) -> None:
    found = read_document(WHOLE[:length], {"rss"})
    assert found is None or not found.whole


@pytest.mark.parametrize("text", ["<rss/>", "<rss></rss>", "<rss>\n</rss\n>"])
def test_an_empty_root_is_whole(text: str) -> None:
    found = read_document(text, {"rss"})
    assert found is not None
    assert found.whole


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("AT&T and Q&A", "AT&T and Q&A"),
        ("caf&eacute;&nbsp;noir", "caf\u00e9\u00a0noir"),
        ("&unknown; stays", "&unknown; stays"),
        ("&amp;amp; once", "&amp; once"),
        ("&#xD83D;&#xDE00;", "😀"),
        ("&#xD83D; half", "\ufffd half"),
        ("no&#0;thing&#x1;", "nothing"),
        ("5 < 6 and a <3", "5 < 6 and a <3"),
        ("<![CDATA[<b>&amp;</b>]]>", "<b>&amp;</b>"),
    ],
)
def test_characters_are_what_was_meant(title: str, expected: str) -> None:
    assert titles(WHOLE.replace("One", title))[0] == expected
    assert titles(WHOLE.replace("One", title))[1] == "Two"


def test_entities_of_a_document_are_not_expanded() -> None:
    bomb = "<!DOCTYPE rss [<!ENTITY a 'lol'><!ENTITY b '&a;&a;&a;'>]>" + WHOLE.replace("One", "&b;")
    assert titles(bomb) == ["&b;", "Two"]
    assert titles(WHOLE.replace("One", "&file;")) == ["&file;", "Two"]


def test_lines_keep_their_numbers() -> None:
    text = "\n<!-- a\nb -->\n<rss>\n<!-- c\nd --><i a='1'\n b=2>\n&\n</i>\n<item/></rss>"
    found = read_document(text, {"rss"})
    assert found is not None
    (item,) = found.root.iter("item")
    assert found.lines_before + item.sourceline == text[: text.index("<item")].count("\n") + 1


NAMES = st.sampled_from(["a", "item", "title", "x:y"])
TREES: st.SearchStrategy[Any] = st.recursive(
    st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"), max_size=8),
    lambda inner: st.tuples(NAMES, st.lists(inner, max_size=3)),
    max_leaves=12,
)


def written(tree: Any) -> str:
    if isinstance(tree, str):
        return escape(tree)
    name, inside = tree
    return f"<{name}>{''.join(map(written, inside))}</{name}>"


@given(st.text(max_size=200) | st.text("<>/!-[]CDAT\"'= abi&;#x\n", max_size=200))
def test_pieces_lose_nothing_and_anything_can_be_mended(text: str) -> None:
    assert [piece.start for piece in pieces(text)] == sorted({piece.start for piece in pieces(text)})
    found = read_document(f"<rss>{text}</rss>", {"rss"})
    assert found is not None
    assert found.root.tag == "rss"


@given(TREES)
def test_what_is_well_formed_is_left_as_it_is(tree: Any) -> None:
    inside = written(tree)
    flat = mended(f"<r xmlns:x='x'>{inside}</r>", 0)
    found = read_document(f"<r xmlns:x='x'>{inside}</r>", {"r"})
    assert found is not None
    if "item" not in inside and "title" not in inside:  # these are closed where the next begins
        again = read_document(flat, {"r"})
        assert again is not None
        assert "".join(again.root.itertext()) == "".join(found.root.itertext())


@pytest.mark.timeout(10)
@pytest.mark.parametrize(
    "piece", ["<!--", "<![CDATA[", "<?", "<!", "<a b='", '<a "', "<a ", "</", "&#", "<item>"]
)
def test_a_hostile_document_is_read_in_seconds(piece: str) -> None:
    read_document("<rss>" + piece * 50_000, {"rss"})
