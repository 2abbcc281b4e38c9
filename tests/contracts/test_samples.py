"""Records of schema version 1 as they were written: they must stay readable. A sample is never changed."""

from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

from services.contracts import wire
from services.contracts.schemas import DOCS, KINDS

SAMPLES = sorted((Path(__file__).parent / "samples").glob("*.json"))
FULL = [sample for sample in SAMPLES if "full" in sample.name]
BY_NAME = {kind.__name__: kind for kind in KINDS}


def kind_of(sample: Path) -> type[msgspec.Struct]:
    return BY_NAME[sample.name.split(".")[0]]


@cache
def schema(kind: type[msgspec.Struct]) -> jsonschema.protocols.Validator:
    document = msgspec.json.decode((DOCS / "schemas" / f"{kind.__name__}.json").read_bytes())
    jsonschema.Draft202012Validator.check_schema(document)
    return jsonschema.Draft202012Validator(
        document, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
    )


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.stem)
def test_an_old_record_is_read_and_written_again_as_what_it_is(sample: Path) -> None:
    record = wire.decode(kind_of(sample), sample.read_bytes())
    assert wire.decode(kind_of(sample), wire.encode(record)) == record


def written(record: msgspec.Struct) -> Any:
    """As it is written today, whether as JSON or as MessagePack."""
    return msgspec.json.decode(wire.as_json(type(record), wire.encode(record)))


def kept(old: Any, new: Any) -> bool:
    """Whether all of `old` stands in `new`: fields may come, and a row may grow at its end."""
    if isinstance(old, dict):
        return isinstance(new, dict) and all(name in new and kept(old[name], new[name]) for name in old)
    if isinstance(old, list):
        return len(old) <= len(new) and all(kept(*pair) for pair in zip(old, new, strict=False))
    return bool(old == new)


@pytest.mark.parametrize("sample", FULL, ids=lambda sample: sample.stem)
def test_nothing_of_an_old_record_is_lost(sample: Path) -> None:
    record = wire.decode(kind_of(sample), sample.read_bytes())
    assert kept(msgspec.json.decode(sample.read_bytes()), written(record))


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.stem)
def test_an_old_record_fits_the_schema(sample: Path) -> None:
    schema(kind_of(sample)).validate(msgspec.json.decode(sample.read_bytes()))


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.stem)
def test_a_record_as_it_is_written_today_fits_the_schema(sample: Path) -> None:
    record = wire.decode(kind_of(sample), sample.read_bytes())
    schema(kind_of(sample)).validate(written(record))


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.stem)
def test_a_record_that_lacks_a_field_fits_neither_the_schema_nor_the_struct(sample: Path) -> None:
    kind = kind_of(sample)
    for field in msgspec.structs.fields(kind):
        if not field.required:
            continue
        broken = msgspec.json.decode(sample.read_bytes())
        del broken[field.name]
        assert not schema(kind).is_valid(broken), field.name
        with pytest.raises(msgspec.ValidationError):
            wire.decode(kind, msgspec.json.encode(broken))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_type_has_a_sample_with_all_its_fields_and_one_with_as_few_as_there_may_be(
    kind: type[msgspec.Struct],
) -> None:
    written = [set(msgspec.json.decode(sample.read_bytes())) for sample in SAMPLES if kind_of(sample) is kind]
    fields = msgspec.structs.fields(kind)
    required = {field.name for field in fields if field.required}
    assert set.union(*written) == {field.name for field in fields}
    assert any(names - {"schema_version"} <= required | {"members", "reason", "detail"} for names in written)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_field_that_is_not_known_yet_is_passed_over(kind: type[msgspec.Struct]) -> None:
    sample = next(sample for sample in SAMPLES if kind_of(sample) is kind)
    later = msgspec.json.decode(sample.read_bytes()) | {"invented_later": [1, 2]}
    assert wire.decode(kind, msgspec.json.encode(later)) == wire.decode(kind, sample.read_bytes())
    assert schema(kind).is_valid(later)
