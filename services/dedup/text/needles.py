"""Many needles in one pass: which of some parts of words stand in the lower case of a text."""

from collections.abc import Iterator, Sequence
from itertools import product

from ahocorasick_rs import BytesAhoCorasick, Implementation

ODD = "\u0130\u03a3\u03f4\u1e9e\u2126\u212a\u212b"
"""Letters whose lower case is that of another letter as well, or hangs on what is around it."""


class Needles:
    """Parts of lower-cased text. They are looked for in the bytes of a text, of which but ASCII is lowered;
    of any other letter a needle holds both cases.
    """

    def __init__(self, parts: Sequence[str]) -> None:
        cases = [(number, case) for number, part in enumerate(parts) for case in _cases(part)]
        self._numbers = [number for number, _ in cases]
        looked_for = [_coded(case) for case in (*(case for _, case in cases), *ODD)]
        self._inside = BytesAhoCorasick(looked_for, implementation=Implementation.DFA)
        self._lowered = BytesAhoCorasick(list(map(_coded, parts)), implementation=Implementation.DFA)

    def stand_in(self, text: str) -> bool:
        """Whether any of them does."""
        matches = self._inside.find_matches_as_indexes(_coded(text).lower())
        if any(number < len(self._numbers) for number, _, _ in matches):
            return True
        return bool(matches) and bool(self._lowered.find_matches_as_indexes(_coded(text.lower())))

    def found(self, text: str) -> set[int]:
        """The numbers of those that do."""
        matches = self._inside.find_matches_as_indexes(_coded(text).lower(), overlapping=True)
        if all(number < len(self._numbers) for number, _, _ in matches):
            return {self._numbers[number] for number, _, _ in matches}
        matches = self._lowered.find_matches_as_indexes(_coded(text.lower()), overlapping=True)
        return {number for number, _, _ in matches}


def _coded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _cases(part: str) -> Iterator[str]:
    """It with each letter beyond ASCII in either case."""
    either = (
        letter if letter.isascii() or len(letter.upper()) > 1 else dict.fromkeys((letter, letter.upper()))
        for letter in part
    )
    return map("".join, product(*either))
