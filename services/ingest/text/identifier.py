"""The model that tells languages apart. Importing it loads it: most of a second, once for all threads."""

from py3langid.langid import MODEL_FILE, LanguageIdentifier

# The package's own constructor: the public `classify` has no normalised probabilities.
IDENTIFIER = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
