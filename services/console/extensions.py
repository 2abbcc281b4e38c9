"""Functions of the user's that settings name."""

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any

from services.ops.config import BadConfig
from services.ops.redaction import redact
from services.ops.settings import EnrichSettings

if TYPE_CHECKING:
    from services.enrich.extensions import Extensions


def extensions_of(settings: EnrichSettings) -> "Extensions | None":
    """None where no function is named. Raises `BadConfig`."""
    if not (settings.extractor or settings.embedder):
        return None
    from services.enrich.embedder import NamedEmbed
    from services.enrich.extensions import Extensions
    from services.enrich.extractor import NamedExtract

    extract, embed = settings.extractor, settings.embedder
    return Extensions(
        NamedExtract(extract, _function("enrich.extractor", extract)) if extract else None,
        NamedEmbed(embed, _function("enrich.embedder", embed)) if embed else None,
    )


def _function(key: str, name: str) -> Callable[..., Any]:
    module, _, attribute = name.partition(":")
    try:
        function = getattr(import_module(module), attribute)
    except Exception as error:  # whatever a module of the user's raises when it is loaded
        why = redact(" ".join(f"{type(error).__name__}: {error}".split()), 300)
        raise BadConfig(f"{key} is {name!r}, which cannot be loaded: {why}") from error
    if not callable(function):
        raise BadConfig(f"{key} is {name!r}, which is no function")
    return function  # type: ignore[no-any-return]
