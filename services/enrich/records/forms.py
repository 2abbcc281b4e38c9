"""The forms there are, by name."""

from collections.abc import Callable, Mapping
from typing import Any

from services.contracts.stories import Story
from services.enrich.records.compact import compact
from services.enrich.records.jsonld import jsonld
from services.enrich.records.ninjs import ninjs

FORMS: Mapping[str, Callable[[Story], dict[str, Any]]] = {
    "ninjs": ninjs,
    "jsonld": jsonld,
    "compact": compact,
}
