"""The model that tells languages apart. Importing it loads it: most of a second, once for all threads."""

import numpy as np
from py3langid.langid import MODEL_FILE, LanguageIdentifier


def _identifier() -> LanguageIdentifier:
    """By the package's own constructor: the public `classify` has no normalised probabilities.

    Weights are stored in half the precision they are reckoned with. To widen, for each text, those that it
    needs took a third of the time.
    """
    stored = LanguageIdentifier.from_model_file(MODEL_FILE)
    return LanguageIdentifier(
        stored.nb_ptc.astype(np.float32),
        stored.nb_pc,
        stored.nb_classes,
        stored.tk_nextmove,
        stored.tk_output,
        norm_probs=True,
        tk_row=stored.tk_row,
    )


IDENTIFIER = _identifier()
