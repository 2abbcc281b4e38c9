"""Stories in the forms of the trade, by their published rules as far as these use them."""

import json
import os
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from services.contracts import wire
from services.contracts.stories import Story
from services.enrich.records.forms import FORMS
from services.enrich.story import story
from tests.unit.enrich.members import at, cluster, member

SAMPLES = Path(__file__).parents[3] / "contracts" / "samples"
TOLD = [wire.decode(Story, path.read_bytes()) for path in sorted(SAMPLES.glob("Story.*.json"))]
PLAIN = story(
    cluster(member("a", published_at=at(-1)), member("b", 1, kind="syndicated", of="a", agencies=("dna",)))
)
STORIES = [*TOLD, PLAIN]


def short(told: object) -> str:
    return f"{told.revision}-{len(told.members)}" if isinstance(told, Story) else str(told)


TEXT = {"type": "string", "minLength": 1}
ADDRESS = {"type": "string", "format": "uri"}
MOMENT = {"type": "string", "format": "date-time"}


def closed(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "properties": properties}


def rows(**properties: Any) -> dict[str, Any]:
    return {"type": "array", "minItems": 1, "items": closed(**properties)}


ITEM: dict[str, Any] = {
    "uri": ADDRESS,
    "type": {"enum": ["text", "composite"]},
    "representationType": {"enum": ["full", "partial"]},
    "version": TEXT,
    "firstCreated": MOMENT,
    "versionCreated": MOMENT,
    "contentCreated": MOMENT,
    "pubStatus": {"enum": ["usable", "withheld", "canceled"]},
    "language": TEXT,
    "edNote": TEXT,
    "by": TEXT,
    "located": TEXT,
    "headlines": rows(role=TEXT, value=TEXT),
    "descriptions": rows(role=TEXT, value=TEXT),
    "people": rows(name=TEXT, uri=ADDRESS),
    "organisations": rows(name=TEXT, uri=ADDRESS),
    "places": rows(name=TEXT, uri=ADDRESS),
    "subjects": rows(name=TEXT, uri=ADDRESS),
    "infoSources": rows(name=TEXT, role=TEXT, uri=ADDRESS, literal=TEXT),
    "altIds": rows(role=TEXT, value=TEXT),
    "standard": closed(name={"const": "ninjs"}, version={"const": "3.0"}, schema=ADDRESS),
}
PART = closed(**ITEM, name=TEXT, rel=TEXT) | {"required": ["name", "uri"]}
NINJS = closed(**ITEM, associations={"type": "array", "items": PART}) | {"required": ["uri"]}
"""What ninjs 3.0 says of the properties used here, in our words."""


def check(document: dict[str, Any], schema: dict[str, Any]) -> None:
    jsonschema.Draft202012Validator(
        schema, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
    ).validate(document)


@pytest.mark.parametrize(
    "told", STORIES, ids=lambda told: f"{told.story_id[:4]}-{told.revision}-{len(told.members)}"
)
def test_a_story_is_a_ninjs_item(told: Story) -> None:
    check(FORMS["ninjs"](told), NINJS)


@pytest.mark.skipif(
    "NINJS_SCHEMA" not in os.environ, reason="NINJS_SCHEMA names no file of IPTC's ninjs 3.0 schema"
)
@pytest.mark.parametrize(
    "told", STORIES, ids=lambda told: f"{told.story_id[:4]}-{told.revision}-{len(told.members)}"
)
def test_a_story_fits_the_published_schema(told: Story) -> None:
    check(FORMS["ninjs"](told), json.loads(Path(os.environ["NINJS_SCHEMA"]).read_text(encoding="utf-8")))


def test_what_the_check_would_refuse() -> None:
    with pytest.raises(jsonschema.ValidationError):
        check(FORMS["ninjs"](PLAIN) | {"figures": []}, NINJS)
    with pytest.raises(jsonschema.ValidationError):
        check(FORMS["ninjs"](PLAIN) | {"pubStatus": "gone"}, NINJS)


def test_json_ld_links_each_article_to_what_it_took_its_text_from() -> None:
    document = FORMS["jsonld"](PLAIN)
    first, second = document["hasPart"]
    assert (document["@context"], first["@type"]) == ("https://schema.org", "NewsArticle")
    assert second["isBasedOn"] == first["@id"] == document["mainEntity"]["@id"]
    assert second["sourceOrganization"] == [{"@type": "Organization", "name": "dna"}]
    assert "isBasedOn" not in first


def test_a_compact_story_says_who_had_it_and_how_far_it_went() -> None:
    document = FORMS["compact"](PLAIN)
    assert (document["origin"], document["sure"], document["outlets"], document["independent"]) == (
        "dna",
        "likely",
        2,
        1,
    )


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "told", STORIES, ids=lambda told: f"{told.story_id[:4]}-{told.revision}-{len(told.members)}"
)
def test_every_story_has_every_form(form: str, told: Story) -> None:
    assert json.loads(json.dumps(FORMS[form](told)))
