"""Encodings and character sets: what comes out is bounded and never raises by surprise."""

import gzip
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.http.inflate import Bomb, Damaged, Decoder, Unsupported, decode
from services.ingest.text.charset import text_of
from services.ingest.text.plain import plain, title

MIB = 1 << 20


def raw_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(body) + packer.flush()


PACKED: dict[str, Callable[[bytes], bytes]] = {
    "identity": lambda body: body,
    "": lambda body: body,
    "gzip": gzip.compress,
    "X-GZIP": gzip.compress,
    "deflate": zlib.compress,
}


@given(st.sampled_from(sorted(PACKED)), st.binary(max_size=3_000), st.integers(1, 64))
def test_pieces_of_any_size_decode_to_the_body(encoding: str, body: bytes, size: int) -> None:
    packed = PACKED[encoding](body)
    decoder = Decoder(encoding, MIB)
    pieces = [decoder.feed(packed[start : start + size]) for start in range(0, len(packed), size)]
    assert b"".join(pieces) == body


def test_deflate_without_its_wrapper_and_gzip_of_several_members_are_read() -> None:
    assert decode(raw_deflate(b"words" * 99), "deflate", MIB) == b"words" * 99
    assert decode(gzip.compress(b"one ") + gzip.compress(b"two"), "gzip", MIB) == b"one two"


@pytest.mark.parametrize("encoding", ["gzip, gzip", "gzip,deflate", "br", "zstd", "compress", "gzip;q=1"])
def test_stacked_and_unknown_encodings_are_refused(encoding: str) -> None:
    with pytest.raises(Unsupported):
        Decoder(encoding, MIB)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "identity"])
def test_nothing_decodes_to_more_than_allowed(encoding: str) -> None:
    body = bytes(MIB + 1)
    with pytest.raises(Bomb):
        decode(PACKED[encoding](body), encoding, MIB)
    assert len(decode(PACKED[encoding](body[1:]), encoding, MIB)) == MIB


def test_bytes_that_are_not_what_they_claim_are_damaged() -> None:
    with pytest.raises(Damaged):
        decode(b"not gzip at all", "gzip", MIB)


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
