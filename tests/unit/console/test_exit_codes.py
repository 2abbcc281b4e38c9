import sqlite3

import pytest

from services.console.group import code_of
from services.ops.exits import Exit
from services.stream.bus import BusError, Fatal, Fenced, Retry


def caused(error: BusError, cause: BaseException) -> BusError:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Retry("locked"), Exit.BUS_UNAVAILABLE),
        (caused(Fatal("lane"), caused(Fatal("still failing"), Retry("away"))), Exit.BUS_UNAVAILABLE),
        (Fenced("a newer writer"), Exit.FENCED),
        (caused(Fatal("lane"), Fenced("a newer writer")), Exit.FENCED),
        (Fatal("another topic layout"), Exit.LOG_UNUSABLE),
        (
            caused(Fatal("lane"), caused(Fatal("the disk is full"), sqlite3.OperationalError())),
            Exit.LOG_UNUSABLE,
        ),
        (caused(Fatal("dedup/0 stopped"), ValueError("another sketch scheme")), Exit.FAILED),
    ],
    ids=str,
)
def test_the_exit_code_tells_a_lost_bus_from_a_bad_log_from_a_stumbling_service(
    error: BusError, code: Exit
) -> None:
    assert code_of(error) is code
