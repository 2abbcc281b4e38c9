"""What no reader can see, out of a page before it is parsed and out of what is read from it.

One character that XML does not know, raw or by its number, would cost the whole page: the library gives up.
"""

import re
import sys

_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_REFERENCE = re.compile(
    r"&#(?:0*(\d{1,2}|12[7-9]|55[23]\d\d|5[67]\d{3}|6\d{4}|\d{6,20})"
    r"|[xX]0*([01]?[0-9a-fA-F]|7[fF]|[dD][89a-fA-F][0-9a-fA-F]{2}|[fF][dDfF][0-9a-fA-F]{2}|[0-9a-fA-F]{5,20}))"
    r"(?:;|(?![0-9a-fA-F]))"
)
"""Numbers that may be those of controls, of halves of a pair or of nothing. Of 128 to 159 browsers make
letters.
"""
_HALF = re.compile("[\ud800-\udfff]")
_SPACES = frozenset((9, 10, 13))


def parsable(markup: str) -> str:
    """Markup whose characters all are ones; two halves of a pair, each by its number, are the pair."""
    resolved = _REFERENCE.sub(_resolved, markup)
    if _HALF.search(resolved):
        resolved = resolved.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")
    return _UNPRINTABLE.sub("", resolved)


def _resolved(match: re.Match[str]) -> str:
    decimal, hexadecimal = match.groups()
    number = int(decimal) if decimal else int(hexadecimal, 16)
    if number < 32 or number == 127:
        return match[0] if number in _SPACES else ""
    if 0xD800 <= number <= 0xDFFF:
        return chr(number)
    nothing = number > sys.maxunicode or number & 0xFFFE == 0xFFFE or 0xFDD0 <= number <= 0xFDEF
    return "" if nothing else match[0]
