"""What a check of deployment needs, and how a run says that it is not here."""

from collections.abc import Callable

import pytest

from tests.deploy.tools import Unavailable

NOT_CHECKED = "not checked: "
"""How the reason of such a skip begins."""


def needs(*tools: Callable[[], str]) -> None:
    """Skips the test where one of these is not to be had."""
    for tool in tools:
        try:
            tool()
        except Unavailable as absent:
            pytest.skip(f"{NOT_CHECKED}{absent}")
