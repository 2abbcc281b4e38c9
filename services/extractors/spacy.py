"""Names found by spaCy, all else by the rules: `enrich.extractor = "services.extractors.spacy:facts"`.

Needs `newsfold[spacy]` and models that are installed already: nothing is downloaded. Their names stand in the
environment by language, `NEWSFOLD_SPACY_MODELS="de=de_core_news_sm,en=en_core_web_sm"`; a text in another
language is read by the rules. Models are loaded when this module is, so that one that is missing is told at
the start.
"""

import os
from collections import Counter
from threading import Lock
from typing import Any

import spacy
from msgspec.structs import replace

from services.contracts.facts import Facts, Name, NameKind
from services.enrich.facts.extract import base_of, facts_around
from services.enrich.facts.extract import facts as facts_by_rules
from services.enrich.facts.folding import fold_names
from services.enrich.facts.landmarks import NAMED
from services.enrich.facts.places import place_of

MODELS = "NEWSFOLD_SPACY_MODELS"
_KINDS: dict[str, NameKind] = {
    "PERSON": "person",
    "PER": "person",
    "ORG": "organisation",
    "GPE": "place",
    "LOC": "place",
}
_UNUSED = ["parser", "lemmatizer", "attribute_ruler"]
"""Parts of a model that names do not need."""


def facts(title: str, text: str, language: str) -> Facts:
    model = _models.get(base_of(language))
    if model is None:
        return facts_by_rules(title, text, language)
    with _lock:  # tasks run in threads, and a model promises nothing about them
        doc = model(f"{title}\n\n{text[:NAMED]}")
    return facts_around(names_in(doc), title, text, language)


def names_in(doc: Any) -> tuple[Name, ...]:
    """Spellings of one name under the one met most often."""
    found = (
        _name(" ".join(one.text.split()), _KINDS[one.label_]) for one in doc.ents if one.label_ in _KINDS
    )
    counts = Counter(name for name in found if name.name)
    return fold_names([tuple(replace(name, count=count) for name, count in counts.items())])


def _name(name: str, kind: NameKind) -> Name:
    place = place_of(name) if kind == "place" else None
    return Name(name=place.name, kind=place.kind, code=place.code) if place else Name(name=name, kind=kind)


def _loaded(models: str) -> dict[str, Any]:
    """Raises `ValueError` for what names no models, and what spaCy raises where one is missing."""
    named = [part.strip().split("=") for part in models.split(",")]
    if not all(len(pair) == 2 and all(pair) for pair in named):
        raise ValueError(f"{MODELS} is {models!r}; allowed: LANGUAGE=MODEL, more after commas")
    return {language: spacy.load(model, exclude=_UNUSED) for language, model in named}


_models = _loaded(os.environ.get(MODELS, ""))
_lock = Lock()
