"""What this run of the tests could not check, for the line that says so loudly."""

from collections.abc import Callable

import pytest

from tests.deploy.tools import Unavailable

missing: set[str] = set()


def needs(*tools: Callable[[], str]) -> None:
    """Skips the test where one of these is not to be had."""
    for tool in tools:
        try:
            tool()
        except Unavailable as absent:
            missing.add(str(absent))
            pytest.skip(str(absent))
