"""Configuration: a TOML file, then the environment, into frozen settings.

Promise: anything that is wrong is refused with one line that names the key, where it came from and
what is allowed, before a connection is opened. An environment variable is `NEWSFOLD_<SECTION>__<KEY>`;
it wins over the file. A secret may come by file under `<key>_file`.
"""

import difflib
import tomllib
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple, TypeVar, cast

import msgspec
from msgspec.structs import FieldInfo, fields

from services.dedup.settings import DedupSettings
from services.ops.allowed import allowed_values
from services.ops.exits import Exit, Stop
from services.ops.secret import Secret, secret_from
from services.ops.settings import (
    BusSettings,
    DeskSettings,
    EnrichSettings,
    IngestSettings,
    OpsSettings,
    ReplaySettings,
)
from services.stream.security import KafkaSecurity

PREFIX = "NEWSFOLD_"
MAX_FILE_BYTES = 1 << 20
S = TypeVar("S", bound=msgspec.Struct)


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """All sections. `load` is the only way in from outside."""

    bus: BusSettings = BusSettings()
    kafka: KafkaSecurity = KafkaSecurity()
    ingest: IngestSettings = IngestSettings()
    dedup: DedupSettings = DedupSettings()
    enrich: EnrichSettings = EnrichSettings()
    desk: DeskSettings = DeskSettings()
    ops: OpsSettings = OpsSettings()
    replay: ReplaySettings = ReplaySettings()


SECTIONS = tuple(field.name for field in fields(Settings))


class BadConfig(Stop):
    """One line: what is wrong, where it was written, what is allowed."""

    def __init__(self, line: str) -> None:
        super().__init__(Exit.USAGE, line)


class RawSetting(NamedTuple):
    """One value somebody wrote."""

    section: str
    key: str
    value: Any
    where: str
    """The file or the variable, for the message."""
    text: bool
    """From the environment: a number or a flag still has to be read from text."""


def load(path: Path | None, environ: Mapping[str, str]) -> Settings:
    """Settings from `path` (None: no file) and `environ`. Raises `BadConfig`."""
    return settings_from(Settings, [*_from_file(path), *_from_environment(environ, SECTIONS)])


def settings_from(kind: type[S], given: list[RawSetting]) -> S:
    """Later values win. `kind` is a struct whose fields are the section structs."""
    sections = {field.name: cast(type[msgspec.Struct], field.type) for field in fields(kind)}
    values: dict[str, dict[str, Any]] = {name: {} for name in sections}
    sources: dict[str, str] = {}
    for one in given:
        if one.section not in sections:
            raise BadConfig(
                f"{one.where}: unknown section [{one.section}]; {_suggestion(one.section, sections)}"
            )
        name, value = _read_field(sections[one.section], one)
        values[one.section][name] = value
        sources[one.section] = one.where
    return kind(**{name: _build(name, sections[name], values[name], sources) for name in sections})


def _build(name: str, kind: type[msgspec.Struct], values: dict[str, Any], sources: dict[str, str]) -> Any:
    try:
        return kind(**values)
    except (ValueError, TypeError) as error:  # from a __post_init__ that checks fields against each other
        raise BadConfig(f"{sources.get(name, 'defaults')}: [{name}] {error}") from None


def _read_field(section: type[msgspec.Struct], one: RawSetting) -> tuple[str, Any]:
    """The field's name and its checked value."""
    by_name = {field.name: field for field in fields(section)}
    field = by_name.get(one.key)
    if field is not None:
        return field.name, _check(field, one)
    secret = by_name.get(one.key.removesuffix("_file"))
    if secret is not None and secret.type is Secret and one.key.endswith("_file"):
        return secret.name, _secret_file(one)
    raise BadConfig(f"{one.where}: unknown key {one.section}.{one.key}; {_suggestion(one.key, by_name)}")


def _check(field: FieldInfo, one: RawSetting) -> Any:
    value = one.value
    info = msgspec.inspect.type_info(field.type)
    if one.text and isinstance(info, msgspec.inspect.VarTupleType | msgspec.inspect.ListType):
        value = [part.strip() for part in value.split(",") if part.strip()]
    try:
        return msgspec.convert(value, field.type, strict=not one.text, dec_hook=secret_from)
    except (msgspec.ValidationError, TypeError):
        shown = "***" if field.type is Secret else repr(one.value)[:80]
        raise BadConfig(
            f"{one.where}: {one.section}.{one.key} is {shown}; allowed: {allowed_values(info)}"
        ) from None


def _secret_file(one: RawSetting) -> Secret:
    try:
        with Path(str(one.value)).open("rb") as file:
            return Secret(file.read(MAX_FILE_BYTES).decode().rstrip("\r\n"))
    except (OSError, UnicodeDecodeError) as error:
        raise BadConfig(
            f"{one.where}: {one.section}.{one.key} cannot be read: {_error_text(error)}"
        ) from None


def _from_file(path: Path | None) -> Iterator[RawSetting]:
    if path is None:
        return
    for section, content in _toml(path).items():
        if not isinstance(content, dict):
            raise BadConfig(f"{path}: {section} stands outside a section; write [section] above it")
        for key, value in content.items():
            yield RawSetting(section, key, value, str(path), text=False)


def _toml(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise BadConfig(f"{path}: larger than {MAX_FILE_BYTES} bytes; is it a configuration file?")
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadConfig(f"{path}: cannot be read: {_error_text(error)}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadConfig(f"{path}: not TOML: {error}") from None


def _from_environment(environ: Mapping[str, str], sections: Collection[str]) -> Iterator[RawSetting]:
    for variable in sorted(name for name in environ if name.startswith(PREFIX)):
        section, separator, key = variable.removeprefix(PREFIX).lower().partition("__")
        if separator:
            yield RawSetting(section, key, environ[variable], variable, text=True)
            continue
        head, _, rest = section.partition("_")
        if head in sections:
            meant = f"{PREFIX}{head}__{rest}".upper()
            raise BadConfig(f"{variable}: two underscores go between section and key: {meant}")


def _suggestion(word: str, known: Mapping[str, Any]) -> str:
    close = difflib.get_close_matches(word, known, n=1)
    return f"did you mean {close[0]}?" if close else f"known: {', '.join(sorted(known))}"


def _error_text(error: Exception) -> str:
    return error.strerror or str(error) if isinstance(error, OSError) else str(error)
