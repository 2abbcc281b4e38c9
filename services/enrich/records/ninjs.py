"""A story as IPTC ninjs 3.0: https://www.iptc.org/std/ninjs/ninjs-schema_3.0.json.

A story is a `composite` whose members are its associations. No place in ninjs have the sureness and the
intervals of first sight, shares of text in common, the timeline of figures, quotations with their speakers,
pickup: they stay in the story record.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from services.contracts.facts import Name
from services.contracts.stories import Story, StoryMember
from services.enrich.subjects import SCHEME, subject_name

SCHEMA = "http://www.iptc.org/std/ninjs/ninjs-schema_3.0.json#"
_COUNTRY = "http://cvx.iptc.org/iso3166-1a2/"
_LISTS = {"person": "people", "organisation": "organisations", "place": "places", "country": "places"}
Json = dict[str, Any]


def ninjs(story: Story) -> Json:
    """Empty values are left out."""
    lead = next((one for one in story.members if one.url == story.lead_url), None)
    document: Json = {
        "uri": f"urn:newsfold:story:{story.story_id}",
        "standard": {"name": "ninjs", "version": "3.0", "schema": SCHEMA},
        "type": "composite",
        "representationType": "partial",
        "version": str(story.revision),
        "firstCreated": _time(story.first_seen_at),
        "versionCreated": _time(story.last_seen_at),
        "pubStatus": "canceled" if story.withdrawn else "usable",
        "language": lead.language if lead else "",
        "headlines": [{"role": "main", "value": story.headline}],
        "descriptions": _values("lead", [story.lead]),
        "by": lead.byline if lead else "",
        "located": lead.dateline if lead else "",
        "edNote": "; ".join(f"{one.state} {_time(one.at)}: {one.note}".rstrip(": ") for one in story.states),
        **_named(story.names),
        "subjects": [
            *({"name": subject_name(code), "uri": SCHEME + code} for code in story.subjects),
            *({"name": word} for word in story.keywords),
        ],
        "infoSources": _sources(story),
        "associations": [_association(member) for member in story.members],
        "altIds": [{"role": "merged", "value": old} for old in story.merged_from],
    }
    return without_gaps(document)


def _association(member: StoryMember) -> Json:
    return without_gaps(
        {
            "name": member.role,
            "uri": member.url,
            "rel": member.role,
            "type": "text",
            "representationType": "partial",
            "version": member.version_id,
            "firstCreated": _time(member.first_seen_at),
            "contentCreated": _time(member.published_at),
            "pubStatus": "canceled" if member.withdrawn_at else "usable",
            "language": member.language if member.language != "und" else "",
            "headlines": _values("main", [member.title]),
            "by": member.byline,
            "located": member.dateline,
            "edNote": member.withdrawn_note or member.correction_note,
            "infoSources": [{"name": member.source, "role": "publisher"}, *_credited(member)],
        }
    )


def _credited(member: StoryMember) -> list[Json]:
    return [{"literal": agency, "role": "credit"} for agency in member.agencies] + [
        {"literal": agency, "role": "inferred-credit"} for agency in member.inferred
    ]


def _sources(story: Story) -> list[Json]:
    origin = story.origin
    first = [{"name": origin.name, "role": "origin", "uri": origin.url}] if origin and origin.name else []
    credited = [{"literal": agency, "role": "credit"} for agency in story.agencies]
    return [without_gaps(one) for one in (*first, *credited)]


def _named(names: Iterable[Name]) -> Json:
    lists: dict[str, list[Json]] = {}
    for name in names:
        if name.kind:
            uri = f"{_COUNTRY}{name.code}" if name.code else ""
            lists.setdefault(_LISTS[name.kind], []).append(without_gaps({"name": name.name, "uri": uri}))
    return lists


def _values(role: str, values: Iterable[str]) -> list[Json]:
    return [{"role": role, "value": value} for value in values if value]


def _time(at: datetime | None) -> str:
    return at.isoformat().replace("+00:00", "Z") if at else ""


def without_gaps(document: Json) -> Json:
    """Less what is empty."""
    return {name: value for name, value in document.items() if value not in ("", [], None)}
