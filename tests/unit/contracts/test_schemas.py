"""The checked-in schemas are those of the structs, and every line in them leads somewhere."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from services.contracts import schemas
from services.contracts.topics import WITH_SPREAD

FILES = schemas.files()
DOCUMENT: dict[str, Any] = schemas.asyncapi()


def nodes(node: Any) -> Iterator[dict[str, Any]]:
    """Every object of a document."""
    if isinstance(node, dict):
        yield node
    for inner in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from nodes(inner)


def at(document: Any, reference: str) -> Any:
    assert reference.startswith("#/")
    for step in reference[2:].split("/"):
        document = document[step]
    return document


@pytest.mark.parametrize("name", FILES)
def test_the_file_in_docs_is_what_the_structs_say(name: str) -> None:
    """Else: `python -m services.contracts.schemas`, and look at the difference."""
    assert (schemas.DOCS / name).read_bytes() == FILES[name]


def test_no_file_in_docs_is_left_of_a_type_that_is_gone() -> None:
    found = {f"schemas/{path.name}" for path in (schemas.DOCS / "schemas").iterdir()}
    assert found | {"asyncapi.json"} == set(FILES)


def test_writing_makes_the_files_below_a_folder(tmp_path: Any) -> None:
    schemas.write(tmp_path)
    assert {str(p.relative_to(tmp_path)): p.read_bytes() for p in tmp_path.rglob("*.json")} == FILES


def test_every_reference_leads_somewhere() -> None:
    for document in (DOCUMENT, *(schemas.json_schema(kind) for kind in schemas.KINDS)):
        references = [node["$ref"] for node in nodes(document) if "$ref" in node]
        assert references
        for reference in references:
            assert at(document, reference)


def test_every_channel_is_a_topic_with_its_kafka_binding() -> None:
    assert DOCUMENT["asyncapi"] == "3.0.0"
    assert len(DOCUMENT["channels"]) == len(WITH_SPREAD)
    for topic in WITH_SPREAD:
        channel = DOCUMENT["channels"][topic.name]
        binding = channel["bindings"]["kafka"]
        assert channel["address"] == binding["topic"] == f"newsfold.{topic.name}"
        assert binding["partitions"] == topic.partitions
        assert ("compact" in binding["topicConfiguration"]["cleanup.policy"]) == topic.compact
        kept_ms = binding["topicConfiguration"]["retention.ms"]
        assert kept_ms == (-1 if topic.retention_s is None else topic.retention_s * 1_000)
        for message in channel["messages"].values():
            if topic.types:
                assert message["bindings"]["kafka"]["key"]["description"] == topic.key
                assert message["headers"]["properties"]["ce_type"]["const"] == message["name"]
        assert len(channel["messages"]) == max(1, len(topic.types))


def test_who_writes_sends_and_who_reads_receives() -> None:
    told = {name: (o["action"], o["channel"]["$ref"]) for name, o in DOCUMENT["operations"].items()}
    expected = {
        f"{writer}.send.{t.name}": ("send", f"#/channels/{t.name}")
        for t in WITH_SPREAD
        for writer in (t.writer, *t.also)
    }
    expected |= {
        f"{r}.receive.{t.name}": ("receive", f"#/channels/{t.name}") for t in WITH_SPREAD for r in t.readers
    }
    assert told == expected


def test_what_the_structs_say_of_their_fields_is_in_the_schema() -> None:
    fields = schemas.json_schema(schemas.KINDS[0])["$defs"]["Feed"]["properties"]
    assert (
        fields["full_text"]["description"] == "The feed carries whole articles; their pages are not fetched."
    )
    article = DOCUMENT["components"]["schemas"]["Article"]["properties"]
    assert (article["schema_version"], article["first_seen_at"]["format"]) == ({"const": 1}, "date-time")


def test_two_runs_give_the_same_bytes() -> None:
    assert schemas.files() == FILES
    assert all(
        content == msgspec.json.format(content, indent=2) + b"\n" for content in schemas.files().values()
    )
