"""Many needles in one pass: which of some parts of words stand in the lower case of a text."""

from collections.abc import Sequence

from ahocorasick_rs import AhoCorasick, BytesAhoCorasick, Implementation

from services.dedup.text.letters import WESTERN_LOWER, western_bytes


class Needles:
    """Parts of lower-cased text. Of a text of Western Europe a byte is a character, and only needles that
    it can hold are looked for.
    """

    def __init__(self, parts: Sequence[str]) -> None:
        coded = [(number, western_bytes(part)) for number, part in enumerate(parts)]
        western = [(number, part) for number, part in coded if part is not None]
        self._numbers = [number for number, _ in western]
        self._western = BytesAhoCorasick([part for _, part in western], implementation=Implementation.DFA)
        self._anywhere = AhoCorasick(parts, implementation=Implementation.DFA, store_patterns=False)

    def stand_in(self, text: str) -> bool:
        """Whether any of them does."""
        coded = western_bytes(text)
        if coded is None:
            return bool(self._anywhere.find_matches_as_indexes(text.lower()))
        return bool(self._western.find_matches_as_indexes(coded.translate(WESTERN_LOWER)))

    def found(self, text: str) -> set[int]:
        """The numbers of those that do."""
        coded = western_bytes(text)
        if coded is None:
            matches = self._anywhere.find_matches_as_indexes(text.lower(), overlapping=True)
            return {number for number, _, _ in matches}
        matches = self._western.find_matches_as_indexes(coded.translate(WESTERN_LOWER), overlapping=True)
        return {self._numbers[number] for number, _, _ in matches}
