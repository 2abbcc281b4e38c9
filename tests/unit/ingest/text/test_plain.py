"""Markup to plain text and titles."""

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree, html  # type: ignore[import-untyped]

from services.ingest.text.characters import printable, without_controls
from services.ingest.text.plain import _root_of, exact_title, loose_title, plain, tidy, title, title_of


@pytest.mark.parametrize(
    ("fragment", "expected"),
    [
        ("Plain words", "Plain words"),
        ("AT&T buys <b>two</b> ferries", "AT&T buys two ferries"),
        ("<p>One</p><p>Two<br>Three</p>", "One\nTwo\nThree"),
        ("<p>One\n wrapped</p>", "One wrapped"),
        ("a<script>bad()</script>b<style>x{}</style>c", "abc"),
        ("<ul><li>One</li><li>Two</li></ul>", "One\nTwo"),
        ("5 < 6 and 7 > 6", "5 < 6 and 7 > 6"),
        ("<!-- only a comment -->", ""),
        ("Br&uuml;cke&nbsp;auf", "Brücke auf"),
        ("soft\u00adhyphen", "softhyphen"),
    ],
)
def test_fragments_become_paragraphs(fragment: str, expected: str) -> None:
    assert plain(fragment) == expected


def test_a_title_is_one_line() -> None:
    assert title("<b>Two</b><br>lines") == "Two lines"


@given(st.text(max_size=200))
def test_no_fragment_makes_it_raise(fragment: str) -> None:
    plain(fragment)


def is_clean(text: str) -> bool:
    bad = {"Cc", "Cs"}
    return all(unicodedata.category(one) not in bad or one in "\n\t" for one in text) and "\ufffe" not in text


ANY = st.text(st.characters(exclude_categories=()), max_size=120)


@given(ANY)
def test_nothing_unprintable_is_left_and_the_text_is_in_nfc(text: str) -> None:
    once = printable(text)
    assert is_clean(once)
    assert unicodedata.is_normalized("NFC", once)
    assert printable(once) == once


def test_every_character_is_looked_at_by_itself_and_beside_one_that_goes() -> None:
    for character in map(chr, range(sys.maxunicode + 1)):
        assert without_controls(character) == without_controls(f"{character}\ufeff"), hex(ord(character))


@given(st.integers(0, 0x11FFFF), st.sampled_from(["&#{};", "&#x{:x};", "&#0{};"]))
def test_no_reference_brings_a_control_character(code: int, form: str) -> None:
    reference = form.format(code)
    for read in (plain, title, loose_title):
        assert is_clean(read(f"a {reference} b <i>c</i>"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\x00b", "ab"),
        ("e\u0301", "é"),
        ("5 \x96 6", "5 – 6"),
        ("\ud83d\ude00 and \ud83d", "😀 and \ufffd"),
        ("one\r\ntwo\rthree\u2028four", "one\ntwo\nthree\nfour"),
        ("\ufeffBOM\ufdd0", "BOM"),
    ],
)
def test_what_a_character_was_meant_to_be(text: str, expected: str) -> None:
    assert printable(text) == expected


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("A &#150; B", "A – B"),
        ("&#xD83D;&#xDE00; ferry", "😀 ferry"),
        ("&#55357;&#56832; ferry", "😀 ferry"),
        ("half &#xD83D; of it", "half \ufffd of it"),
        ("no &#0;&#x1;thing", "no thing"),
        ("R&amp;D &lt;b&gt; &amp;amp;", "R&D <b> &amp;"),
        ("caf&eacute; &nbsp;noir", "café noir"),
    ],
)
def test_references_are_resolved_once(markup: str, expected: str) -> None:
    assert plain(markup) == expected
    assert plain(f"<p>{markup}</p>") == expected
    assert loose_title(markup) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Under < 12 ride free, a > b", "Under < 12 ride free, a > b"),
        ("Use of <b> in ledgers", "Use of <b> in ledgers"),
        ("<b>Flood</b> on the <em>Ilse</em>", "Flood on the Ilse"),
        ("Flood<br/>on the Ilse", "Flood on the Ilse"),
        ("AT&T and Q&A with R&D", "AT&T and Q&A with R&D"),
        ("Tom &amp; Jerry&#8217;s", "Tom & Jerry’s"),
        ("Vector<int> leaks", "Vector<int> leaks"),
    ],
)
def test_a_loose_title_loses_its_markup_and_nothing_else(text: str, expected: str) -> None:
    assert loose_title(text) == expected


def test_an_exact_title_loses_nothing_but_white_space() -> None:
    assert exact_title(" <b> &amp;\n x ") == "<b> &amp; x"


@given(st.text(max_size=400))
def test_a_title_made_from_a_text_is_short_and_its_beginning(text: str) -> None:
    made = title_of(text)
    assert len(made) <= 101
    assert len(made.split()) <= 12
    assert tidy(text).startswith(made.removesuffix("…"))


def test_a_title_is_cut_at_a_word_and_says_so() -> None:
    words = "The ferry across the Ilse stays in port until its engine has been mended and paid for."
    assert title_of(words) == "The ferry across the Ilse stays in port until its engine has…"
    assert title_of("The ferry stays.\nNobody knows why.") == "The ferry stays."
    assert title_of("渡" * 90) == "渡" * 50 + "…"


PIECES = st.sampled_from(
    "<p> </p> <div> </div> <body> </body> <html> <head> </head> <title> <frameset> <br> <a href='#b'> </a>"
    " <td> </td> <b> </b> <script> </script> <!-- c --> <?pi?> &amp; &#13; word ü \x00 \n".split(" ")
)


@given(st.lists(PIECES, max_size=30).map(" ".join))
def test_a_fragment_is_read_as_lxml_reads_it(text: str) -> None:
    parser = html.HTMLParser(remove_comments=True, remove_pis=True)
    wanted = html.fromstring(f"<div>{text}</div>", parser=parser)
    assert etree.tostring(_root_of(f"<div>{text}</div>")) == etree.tostring(wanted)


@given(st.text(st.sampled_from("a ue\u0308\u0301\xa0\xad\n\t\r\u2028\ud83d\ude00\u1100\u1161\x85 ")))
def test_a_text_is_tidied_from_its_beginning(text: str) -> None:
    assert tidy(text).startswith(tidy(text[: text.rfind(" ") + 1]))
