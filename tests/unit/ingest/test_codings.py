"""Content codings: what comes out is whole, bounded, or refused by name."""

import gzip
import zlib

import brotli
import pytest
from backports import zstd
from hypothesis import assume, given
from hypothesis import strategies as st

from services.ingest.http.codings import (
    MAX_MEMBERS,
    Bomb,
    CutShort,
    Decoder,
    Unsupported,
    beginning,
    decode,
    layers,
)
from services.ingest.http.unpack import Damaged
from tests.unit.ingest.packing import PACKED

MIB = 1 << 20
DOCUMENT = b"<rss><channel><title>Ferry timetable</title></channel></rss>"
packings = st.sampled_from(sorted(PACKED))
documents = st.binary(max_size=3_000).map(lambda body: b"<" + body)


@given(packings, documents, st.integers(1, 200))
def test_pieces_of_any_size_decode_to_the_body(name: str, body: bytes, size: int) -> None:
    encoding, pack = PACKED[name]
    packed = pack(body)
    decoder = Decoder(encoding, MIB)
    pieces = [decoder.feed(packed[start : start + size]) for start in range(0, len(packed), size)]
    assert b"".join([*pieces, decoder.finish()]) == body
    assert not decoder.mislabelled


@given(packings, documents, st.data())
def test_a_body_that_is_cut_anywhere_is_never_a_shorter_body(
    name: str, body: bytes, data: st.DataObject
) -> None:
    encoding, pack = PACKED[name]
    packed = pack(body)
    kept = data.draw(st.integers(1, len(packed) - 1))
    with pytest.raises((CutShort, Damaged)):
        decode(packed[:kept], encoding, MIB)


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
def test_streams_that_follow_each_other_are_one_body_and_the_last_one_has_to_end(coding: str) -> None:
    _, pack = PACKED[coding]
    packed = pack(b"one " * 50) + pack(b"two " * 50)
    assert decode(packed, coding, MIB) == b"one " * 50 + b"two " * 50
    whole_first = len(pack(b"one " * 50))
    for kept in range(whole_first + 1, len(packed)):
        with pytest.raises((CutShort, Damaged)):
            decode(packed[:kept], coding, MIB)


def test_a_frame_of_zstd_that_is_to_be_skipped_is_skipped() -> None:
    skipped = b"\x53\x2a\x4d\x18" + (3).to_bytes(4, "little") + b"abc"
    assert decode(skipped + zstd.compress(DOCUMENT), "zstd", MIB) == DOCUMENT


@pytest.mark.parametrize("padding", [b"\x00" * 700, b"<!-- cached -->", b"\x1fnot a member"])
@pytest.mark.parametrize("name", ["gzip", "unlabelled gzip", "deflate", "zstd"])
def test_what_follows_the_end_is_no_fault(name: str, padding: bytes) -> None:
    encoding, pack = PACKED[name]
    decoder = Decoder(encoding, MIB)
    packed = pack(DOCUMENT) + padding
    out = [decoder.feed(packed[start : start + 7]) for start in range(0, len(packed), 7)]
    assert b"".join([*out, decoder.finish()]) == DOCUMENT


@pytest.mark.parametrize(
    "encoding", ["", "identity", "utf-8", "UTF-8", "none", "binary", "aws-chunked", ",", "a, b", "8bit;x=1"]
)
def test_a_word_that_is_no_coding_says_nothing(encoding: str) -> None:
    assert layers(encoding) == ()
    assert decode(DOCUMENT, encoding, MIB) == DOCUMENT


@pytest.mark.parametrize(
    "encoding", ["compress", "gzip, compress", "exi", "gzip, br, zstd", "gzip,gzip,gzip"]
)
def test_codings_that_are_not_undone_are_refused_by_name(encoding: str) -> None:
    with pytest.raises(Unsupported, match=repr(encoding)):
        Decoder(encoding, MIB)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd", "gzip, br"])
@pytest.mark.parametrize(
    "body",
    [
        DOCUMENT,
        b"\xef\xbb\xbf" + DOCUMENT,
        b"\n  <!doctype html><title>Ferry</title>",
        b'{"version": "https://jsonfeed.org/version/1.1"}',
        "<rss>\u00fcber</rss>".encode("utf-16"),
    ],
)
def test_a_body_that_was_decoded_on_its_way_is_taken_as_it_is(encoding: str, body: bytes) -> None:
    decoder = Decoder(encoding, MIB)
    assert decoder.feed(body) + decoder.finish() == body
    assert decoder.mislabelled


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd"])
def test_a_coded_body_of_no_bytes_is_cut(encoding: str) -> None:
    with pytest.raises(CutShort):
        decode(b"", encoding, MIB)


@pytest.mark.parametrize("name", sorted({*PACKED} - {"gzip beside words that are no coding"}))
def test_nothing_decodes_to_more_than_allowed(name: str) -> None:
    encoding, pack = PACKED[name]
    body = b"<" + bytes(MIB)
    with pytest.raises(Bomb):
        decode(pack(body), encoding, MIB)
    assert len(decode(pack(body[:-1]), encoding, MIB)) == MIB


def test_a_bomb_inside_another_stops_at_the_first_layer() -> None:
    inner = gzip.compress(bytes(64 * MIB))
    for encoding in ("gzip", "gzip, gzip"):
        with pytest.raises(Bomb):
            decode(gzip.compress(inner), encoding, MIB)


def test_a_zstd_frame_that_wants_a_huge_window_is_refused() -> None:
    options: dict[int, int] = {zstd.CompressionParameter.window_log: 27}
    packer = zstd.ZstdCompressor(options=options)
    with pytest.raises(Damaged, match="zstd"):
        decode(packer.compress(b"<rss>" * 99) + packer.flush(), "zstd", MIB)


@pytest.mark.parametrize(("coding", "empty"), [("gzip", gzip.compress(b"")), ("zstd", zstd.compress(b""))])
def test_endless_empty_streams_are_a_bomb(coding: str, empty: bytes) -> None:
    assert decode(empty * MAX_MEMBERS, coding, MIB) == b""
    with pytest.raises(Bomb, match="in a row"):
        decode(empty * (MAX_MEMBERS + 1), coding, MIB)


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", b"\x1f\x8b" + b"x" * 99),
        ("gzip", gzip.compress(DOCUMENT)[:-8] + b"\x00" * 8),
        ("deflate", zlib.compress(DOCUMENT)[:-4] + b"\x00" * 4),
        ("br", b"\xff" * 99),
        ("zstd", b"\x28\xb5\x2f\xfd" + b"\xff" * 99),
    ],
)
def test_bytes_that_are_not_what_they_claim_are_damaged(encoding: str, body: bytes) -> None:
    with pytest.raises(Damaged, match=f"damaged {encoding}"):
        decode(body, encoding, MIB)


@given(packings, st.binary(max_size=300))
def test_no_bytes_make_it_raise_by_surprise(name: str, body: bytes) -> None:
    try:
        decode(body, PACKED[name][0], MIB)
    except (CutShort, Damaged, Bomb):
        assume(False)


@given(packings, st.integers(1, 9_000))
def test_the_beginning_of_a_part_is_a_beginning(name: str, kept: int) -> None:
    encoding, pack = PACKED[name]
    body = b"".join(b"<p>%d</p>" % (number * 7_919 % 10_007) for number in range(2_000))
    packed = pack(body)
    assert body.startswith(beginning(packed[:kept], encoding, 1_000))
    assert len(beginning(packed, encoding, 1_000)) >= 1_000


def test_a_beginning_of_what_cannot_be_decoded_is_nothing() -> None:
    assert beginning(DOCUMENT, "compress", MIB) == b""
    assert beginning(brotli.compress(bytes(9 * MIB)), "br", 1_000) == b""
