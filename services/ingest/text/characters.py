"""Characters that may stand in a record: nothing a database refuses, nothing a terminal obeys."""

import re
import sys
import unicodedata
from html import unescape

_SURROGATE = re.compile(r"[\ud800-\udfff]")
_REPLACED = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufdd0-\ufdef\ufeff]"
    "|[" + "".join(f"{chr((plane << 16) + 0xFFFE)}{chr((plane << 16) + 0xFFFF)}" for plane in range(17)) + "]"
)
_SUSPECT = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufdd0-\ufdef\ufeff\ufffe\uffff\U0001fffe-\U0010ffff]"
)
"""All that is replaced, in a few ranges, which is quick to look for; the last one holds letters, too."""
_LINE_ENDS = frozenset("\u2028\u2029")


def printable(text: str) -> str:
    """`without_controls`, and in NFC: what a record may hold."""
    if text.isascii() and text.isprintable():
        return text
    return unicodedata.normalize("NFC", without_controls(text))


def without_controls(text: str) -> str:
    """The text without control characters (line break and tab stay), BOMs and noncharacters.

    C1 controls are what a copy from Windows meant by them, as the HTML standard has it (&#150; is a dash).
    Two halves of a surrogate pair are joined; a half without its other is U+FFFD.
    """
    if text.isprintable():
        return text
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not _SUSPECT.search(text):
        return text
    if _SURROGATE.search(text):
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return _REPLACED.sub(_replacement, text)


def _replacement(match: re.Match[str]) -> str:
    character = match[0]
    if character in _LINE_ENDS:
        return "\n"
    return windows_1252(ord(character)) if "\x80" <= character <= "\x9f" else ""


def windows_1252(code: int) -> str:
    """What the HTML standard reads in a reference to a C1 control; empty for the five it has no word for."""
    return bytes([code]).decode("cp1252", "ignore")


def one_line(text: str) -> str:
    """Printable, on one line, one space between words."""
    return " ".join(printable(text).split())


REFERENCE = re.compile(r"&(?:#[xX]([0-9a-fA-F]{1,20});?|#([0-9]{1,20});?|[a-zA-Z]\w{1,31};)")
"""A character reference, numeric (its semicolon may be missing) or by its name in HTML."""


_NUMERIC = re.compile(r"&(?:#[xX]([0-9a-fA-F]{1,20});?|#([0-9]{1,20});?)")
"""The numeric ones: a name stands for an ordinary character or for nothing."""


def referenced(match: re.Match[str]) -> str:
    """What a match of `REFERENCE` stands for in HTML: empty for a control character, itself if for nothing.

    Half a surrogate pair comes as it is: `printable` joins it to its other half.
    """
    if not (match[1] or match[2]):
        return unescape(match[0])
    code = int(match[1], 16) if match[1] else int(match[2])
    if 0x7F <= code <= 0x9F:
        return windows_1252(code)
    if code > sys.maxunicode or (code < 0x20 and code not in {0x9, 0xA, 0xD}):
        return ""
    return chr(code)


def without_odd_references(markup: str) -> str:
    """Markup in which no reference names a control character, half a pair or nothing; printable."""
    return printable(_NUMERIC.sub(_unless_ordinary, markup))


def _unless_ordinary(match: re.Match[str]) -> str:
    character = referenced(match)
    ordinary = character and printable(character) == character != "\ufffd"
    return match[0] if ordinary or character in {"\r", "\u2028", "\u2029"} else character
