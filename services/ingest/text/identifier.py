"""The model that tells languages apart. Importing it loads it: most of a second, once for all threads."""

from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
from py3langid.langid import MODEL_FILE, LanguageIdentifier

Scores = npt.NDArray[np.float32]


class Identifier(LanguageIdentifier):  # type: ignore[misc]
    """The package's own, whose walk through a text takes numpy a fifth of the time."""

    def __init__(self, *model: object, tk_row: Sequence[int]) -> None:
        """By the package's own constructor: the public `classify` has no normalised probabilities."""
        super().__init__(*model, norm_probs=True, tk_row=tk_row)
        self._next = np.asarray(self.tk_nextmove)
        self._row = np.asarray(tk_row, np.int64) << 8
        self._output = np.asarray(self.tk_output)

    def likeliest(self, text: str, possible: Callable[[str], bool]) -> tuple[str, float]:
        """The first of `rank` that is possible, with its share; empty where none has any."""
        shares: Scores = self._decide(text)
        while shares.any():
            best = int(shares.argmax())
            if possible(self.nb_classes[best]):
                return str(self.nb_classes[best]), float(shares[best])
            shares[best] = 0.0
        return "", 0.0

    def features(self, text: bytes) -> npt.NDArray[np.int64]:
        """What the model counts, in the order in which it occurs.

        The package's `visit_counts` is the definition: one state a byte, each of the one before it. Here all
        bytes step at once from what they take the state before them for, until every step leads where it
        did: after as many steps as the longest sequence has bytes that the model knows.
        """
        letters = np.frombuffer(text, np.uint8).astype(np.int64)
        states = self._next.take(self._row[0] + letters)
        while True:
            reached = self._next.take(self._row.take(states[:-1]) + letters[1:])
            if np.array_equal(reached, states[1:]):
                break
            states[1:] = reached
        found: npt.NDArray[np.int64] = self._output.take(states)
        return found[found >= 0]

    def _raw_score(self, text: bytes) -> Scores:
        visits = Counter(self.features(text).tolist())
        scores: Scores = self._sparse_score(visits, self.nb_ptc) if visits else super()._raw_score(b"")
        return scores


def _identifier() -> Identifier:
    """Weights are stored in half the precision they are reckoned with.

    To widen, for each text, those that it needs took a third of the time.
    """
    stored = LanguageIdentifier.from_model_file(MODEL_FILE)
    return Identifier(
        stored.nb_ptc.astype(np.float32),
        stored.nb_pc,
        stored.nb_classes,
        stored.tk_nextmove,
        stored.tk_output,
        tk_row=stored.tk_row,
    )


IDENTIFIER = _identifier()
