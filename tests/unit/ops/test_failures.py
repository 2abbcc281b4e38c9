import msgspec
import pytest

from services.ops.failures import ERRORS, error_type
from services.stream.bus import Fatal, Fenced, Retry, Unclear
from services.stream.outbox import LaneHalted


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (Retry("away"), "retry"),
        (Fenced("taken over"), "fenced"),
        (Unclear("no answer"), "unclear"),
        (Fatal("disk full"), "fatal"),
        (LaneHalted("bad input"), "fatal"),
        (TimeoutError(), "timeout"),
        (ConnectionResetError(), "os"),
        (msgspec.DecodeError("no json"), "value"),
        (msgspec.ValidationError("no article"), "value"),
        (ValueError("no scheme"), "value"),
        (ZeroDivisionError(), "other"),
    ],
)
def test_an_error_is_told_by_kind_never_by_its_text(error: Exception, kind: str) -> None:
    assert error_type(error) == kind
    assert kind in ERRORS
