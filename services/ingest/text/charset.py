"""Bytes of feeds and pages to text, by header, declaration and the bytes themselves.

Bytes that are valid UTF-8 are UTF-8, whatever was declared; a declared encoding with a few bad bytes
keeps its name and loses the bytes. Never fails.
"""

import codecs
import re

from chardetng_py import detect
from w3lib.encoding import html_body_declared_encoding, http_content_type_encoding, read_bom, resolve_encoding

DECLARED_WITHIN = 4_096
GUESSED_FROM = 1 << 20
"""Bytes that an encoding is guessed from."""
_BEGINNINGS = (b"<", b"{", b"[", b" ", b"\n", b"\r", b"\t")
"""What a document in markup or JSON begins with."""
LOOKED_AT = 1_024
_LETTERS = b"<az>"
_CESU_PAIR = re.compile(rb"\xed[\xa0-\xaf][\x80-\xbf]\xed[\xb0-\xbf][\x80-\xbf]")
_CESU_HALF = re.compile(rb"\xed[\xa0-\xbf][\x80-\xbf]|\xc0\x80")
_LABEL = re.compile(r"(?:charset|encoding)\s*=\s*[\"']?\s*([\w.:-]{3,40})", re.IGNORECASE)
_LABELS = {
    "x-gbk": "gb18030",
    "x-x-big5": "big5hkscs",
    "iso-8859-8-i": "iso8859-8",
    "logical": "iso8859-8",
    "koi8": "koi8-r",
    "dos-874": "cp874",
    "x-mac-cyrillic": "mac-cyrillic",
    **{f"x-cp125{digit}": f"cp125{digit}" for digit in range(9)},
}
"""Labels of the Encoding Standard that w3lib does not know."""
_NOT_OF_TEXT = frozenset({"idna", "punycode", "undefined", "utf-7", "unicode-escape", "raw-unicode-escape"})
"""Codecs of Python that are no charset of a document."""


def text_of(body: bytes, content_type: str) -> str:
    """Text without BOM. `content_type` is the HTTP header, possibly empty."""
    marked, bom = read_bom(body)
    if marked and bom and (marked == "utf-8" or _is_possible(marked, body[len(bom) :])):
        return _decoded(body[len(bom) :], marked)
    unmarked = _unmarked(body)
    if unmarked:
        return body.decode(unmarked, "replace")
    declared = _declared(body, content_type)
    mended = _without_surrogates(body)
    if _is_utf8(mended) and not (declared and body.isascii()):
        return mended.decode("utf-8")
    return _decoded(body, declared or _guessed(body))


def _decoded(body: bytes, charset: str) -> str:
    return (_without_surrogates(body) if charset == "utf-8" else body).decode(charset, "replace")


def _is_possible(charset: str, body: bytes) -> bool:
    """Whether bytes can be what their label says. Markup in UTF-16 and UTF-32 has bytes of zero, and none is
    in EBCDIC, where letters have other numbers.
    """
    if charset == "utf-8":
        return _nearly_utf8(_without_surrogates(body))
    if charset.replace("_", "-").startswith(("utf-16", "utf-32")):
        return b"\x00" in body[:LOOKED_AT]
    return _LETTERS.decode(charset, "replace").encode("ascii", "replace") == _LETTERS


def _unmarked(body: bytes) -> str | None:
    """UTF-16 or UTF-32 without a BOM, by the zeros around its first character (XML 1.0, appendix F)."""
    for charset, before, after in (
        ("utf-32-le", b"", b"\x00\x00\x00"),
        ("utf-32-be", b"\x00\x00\x00", b""),
        ("utf-16-le", b"", b"\x00"),
        ("utf-16-be", b"\x00", b""),
    ):
        if any(body.startswith(before + first + after) for first in _BEGINNINGS):
            return charset
    return None


def _without_surrogates(body: bytes) -> bytes:
    """UTF-8 of what is CESU-8: each half of a pair encoded by itself (Unicode TR 26)."""
    if b"\xed" not in body and b"\xc0\x80" not in body:
        return body
    return _CESU_HALF.sub("\ufffd".encode(), _CESU_PAIR.sub(_joined, body))


def _joined(match: re.Match[bytes]) -> bytes:
    halves = match[0].decode("utf-8", "surrogatepass")
    return halves.encode("utf-16-le", "surrogatepass").decode("utf-16-le").encode()


def _declared(body: bytes, content_type: str) -> str | None:
    """The codec of the first label that names one and that the bytes do not contradict."""
    head = body[:DECLARED_WITHIN]
    for label in (
        http_content_type_encoding(content_type) or _other_label(content_type),
        html_body_declared_encoding(head) or _other_label(head.decode("ascii", "replace")),
    ):
        codec = _codec(label) if label else None
        if codec and _is_possible(codec, body):
            return codec
    return None


def _other_label(text: str) -> str | None:
    return next((codec for label in _LABEL.findall(text) if (codec := _LABELS.get(label.lower()))), None)


def _codec(label: str) -> str | None:
    try:
        found = codecs.lookup(resolve_encoding(label) or "")
    except (LookupError, UnicodeError):
        return None
    is_text = getattr(found, "_is_text_encoding", True) and found.name.replace("_", "-") not in _NOT_OF_TEXT
    return found.name if is_text else None


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _nearly_utf8(body: bytes) -> bool:
    """Whether bad bytes are the exception among the non-ASCII characters."""
    text = body.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    return bad * 4 <= len(text) - len(text.encode("ascii", "ignore"))


def _guessed(body: bytes) -> str:
    return _codec(detect(body[:GUESSED_FROM], allow_utf8=False)) or "cp1252"


def utf8_fault(line: bytes) -> str:
    """Which byte of a line is no UTF-8, counted from one; empty where all are."""
    try:
        line.decode("utf-8")
    except UnicodeDecodeError as error:
        return f"not UTF-8: byte {error.start + 1} of the line is 0x{line[error.start]:02x}"
    return ""
