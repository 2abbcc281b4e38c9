"""Functions of the user's that settings name."""

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any

from services.ops.config import BadConfig
from services.ops.redaction import redact
from services.ops.settings import EnrichSettings

if TYPE_CHECKING:
    from services.enrich.extractor import NamedExtract


def extractor_of(settings: EnrichSettings) -> "NamedExtract | None":
    """None: the rules. Raises `BadConfig`."""
    if not settings.extractor:
        return None
    from services.enrich.extractor import NamedExtract

    return NamedExtract(settings.extractor, _function("enrich.extractor", settings.extractor))


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
