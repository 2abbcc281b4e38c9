"""A story as schema.org JSON-LD: a `Collection` of `NewsArticle`, each linked to what it is based on."""

from typing import Any

from services.contracts.facts import Name
from services.contracts.stories import Story, StoryMember
from services.enrich.records.ninjs import without_gaps
from services.enrich.subjects import SCHEME, subject_name

_TYPES = {
    "person": "Person",
    "organisation": "Organization",
    "place": "Place",
    "country": "Country",
    "": "Thing",
}
Json = dict[str, Any]


def jsonld(story: Story) -> Json:
    """https://schema.org/NewsArticle."""
    return without_gaps(
        {
            "@context": "https://schema.org",
            "@type": "Collection",
            "@id": f"urn:newsfold:story:{story.story_id}",
            "name": story.headline,
            "abstract": story.lead,
            "dateCreated": story.first_seen_at.isoformat(),
            "dateModified": story.last_seen_at.isoformat(),
            "keywords": list(story.keywords),
            "about": [*map(_thing, story.names), *map(_subject, story.subjects)],
            "mainEntity": {"@id": story.lead_url},
            "hasPart": [_article(member) for member in story.members],
        }
    )


def _subject(code: str) -> Json:
    return {"@type": "DefinedTerm", "@id": SCHEME + code, "name": subject_name(code)}


def _article(member: StoryMember) -> Json:
    return without_gaps(
        {
            "@type": "NewsArticle",
            "@id": member.url,
            "url": member.url,
            "headline": member.title,
            "inLanguage": member.language if member.language != "und" else "",
            "datePublished": member.published_at.isoformat() if member.published_at else "",
            "version": member.version_id,
            "wordCount": member.words or "",
            "author": {"@type": "Person", "name": member.byline} if member.byline else "",
            "dateline": member.dateline,
            "publisher": {"@type": "Organization", "name": member.source},
            "sourceOrganization": [{"@type": "Organization", "name": name} for name in member.agencies],
            "isBasedOn": member.of,
            "citation": list(member.cited),
            "correction": member.correction_note,
            "creativeWorkStatus": "withdrawn" if member.withdrawn_at else "",
        }
    )


def _thing(name: Name) -> Json:
    return without_gaps({"@type": _TYPES[name.kind], "name": name.name, "alternateName": list(name.variants)})
