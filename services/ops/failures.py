"""Exceptions by kind: one small vocabulary for the metric label and the log field `error_type`. Pure."""

from services.ops.outcomes import OTHER
from services.stream.bus import Fatal, Fenced, Retry, Unclear

_KINDS: tuple[tuple[type[BaseException], str], ...] = (
    (Retry, "retry"),
    (Fenced, "fenced"),
    (Unclear, "unclear"),
    (Fatal, "fatal"),
    (TimeoutError, "timeout"),  # an OSError too
    (OSError, "os"),
    (ValueError, "value"),  # what msgspec and json raise are some
)
ERRORS = (*(name for _, name in _KINDS), OTHER)


def error_type(error: BaseException) -> str:
    """One of `ERRORS`."""
    return next((name for kind, name in _KINDS if isinstance(error, kind)), OTHER)
