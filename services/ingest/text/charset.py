"""Bytes of feeds and pages to text, by header, declaration and the bytes themselves.

Bytes that are valid UTF-8 are UTF-8, whatever was declared; a declared encoding with a few bad bytes
keeps its name and loses the bytes. Never fails.
"""

import codecs

from w3lib.encoding import html_body_declared_encoding, http_content_type_encoding, read_bom, resolve_encoding

DECLARED_WITHIN = 4_096
ENOUGH_TO_GUESS = 50
"""Non-ASCII bytes below which guessing an encoding by its letters finds Chinese in every umlaut."""
_UNMARKED_UTF16 = {b"<\x00": "utf-16-le", b"\x00<": "utf-16-be"}


def text_of(body: bytes, content_type: str) -> str:
    """Text without BOM. `content_type` is the HTTP header, possibly empty."""
    marked, bom = read_bom(body)
    if marked and bom:
        return body[len(bom) :].decode(marked, "replace")
    unmarked = _UNMARKED_UTF16.get(body[:2])
    if unmarked:
        return body.decode(unmarked, "replace")
    declared = _declared(body, content_type)
    if declared is None or not body.isascii():
        try:
            return body.decode("utf-8")
        except UnicodeDecodeError:
            pass
    if declared is None or (declared == "utf-8" and not _nearly_utf8(body)):
        return body.decode(_guessed(body), "replace")
    return body.decode(declared, "replace")


def _declared(body: bytes, content_type: str) -> str | None:
    by_header = http_content_type_encoding(content_type)
    named = by_header or html_body_declared_encoding(body[:DECLARED_WITHIN])
    if named is None:
        return None
    resolved = resolve_encoding(named)
    try:
        return codecs.lookup(resolved).name if resolved else None
    except LookupError:
        return None


def _nearly_utf8(body: bytes) -> bool:
    """Whether bad bytes are the exception among the non-ASCII characters."""
    text = body.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    return bad * 4 <= len(text) - len(text.encode("ascii", "ignore"))


def _guessed(body: bytes) -> str:
    if len(body) - len(body.decode("ascii", "ignore")) < ENOUGH_TO_GUESS:
        return "cp1252"
    from trafilatura.utils import detect_encoding

    guesses: list[str] = detect_encoding(body[:65_536])
    return next((guess for guess in guesses if guess.replace("-", "") not in {"utf8", "ascii"}), "cp1252")
