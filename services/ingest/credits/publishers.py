"""Which agency a publisher is, by the names that copy credits it under and by its site."""

import re
import unicodedata
from functools import lru_cache

from services.ingest.credits.presses import AGENCIES

_REMEMBERED = 4_096
"""Publishers whose answer is kept."""


@lru_cache(maxsize=_REMEMBERED)
def agency_of(source: str, site: str) -> str:
    """Slug of the agency that publishes as `source`, or on `site` (registrable domain); else empty.

    A name says so as a whole, a site by its first label or where the agency's data name it.
    """
    names = (source, source.partition(".")[0], site.partition(".")[0])
    return _SITES.get(site, "") or next((slug for name in names if (slug := _slug_of(name))), "")


def _slug_of(name: str) -> str:
    return _KNOWN_AS.get(_squeezed(name), "")


def _squeezed(name: str) -> str:
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", name).casefold())


def _names() -> dict[str, str]:
    """Slugs win over names, names over homonyms; of two agencies with one name the first."""
    known: dict[str, str] = {}
    ranks = (
        [(slug, (slug,)) for slug in AGENCIES],
        [(slug, (*agency.names, agency.shown)) for slug, agency in AGENCIES.items()],
        [(slug, agency.homonyms) for slug, agency in AGENCIES.items()],
    )
    for slug, names in (one for rank in ranks for one in rank):
        for name in filter(None, map(_squeezed, names)):
            known.setdefault(name, slug)
    return known


_KNOWN_AS = _names()
_SITES = {site: slug for slug, agency in AGENCIES.items() for site in agency.sites}
