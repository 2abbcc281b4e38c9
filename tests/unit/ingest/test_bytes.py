"""Character sets and plain text: whatever bytes come, text comes out and nothing is raised."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.text.charset import text_of
from services.ingest.text.plain import plain, title


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("Brücke".encode(), ""),
        ("Brücke".encode(), "text/html; charset=iso-8859-1"),
        ("Brücke".encode("cp1252"), "text/html; charset=iso-8859-1"),
        ("Brücke".encode("utf-16"), "text/html"),
        ("\ufeffBrücke".encode(), "text/html; charset=utf-16"),
    ],
)
def test_text_is_read_by_its_bytes_first(body: bytes, content_type: str) -> None:
    assert text_of(body, content_type) == "Brücke"


def test_a_few_bad_bytes_in_declared_utf_8_cost_only_themselves() -> None:
    body = ("Brücke über die Ilse " * 20).encode() + b"\xff" + "für alle".encode()
    assert text_of(body, "text/xml; charset=utf-8") == "Brücke über die Ilse " * 20 + "\ufffd" + "für alle"


def test_a_declaration_in_the_document_counts() -> None:
    assert text_of("<?xml version='1.0' encoding='windows-1251'?>Мост".encode("cp1251"), "").endswith("Мост")


@given(st.binary(max_size=200), st.text(max_size=40))
def test_no_bytes_and_no_header_make_it_raise(body: bytes, content_type: str) -> None:
    text_of(body, content_type)


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
