"""Content codings: what comes out is bounded and never raises by surprise."""

import gzip
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.http.inflate import Bomb, Damaged, Decoder, Unsupported, decode

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
