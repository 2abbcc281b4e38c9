"""What holds for every test: how hard a property is tried, and which tests one process runs of several.

`quick` answers while one works; `make test`, and so continuous integration, asks for `thorough`, and
`make prove` for `exhaustive`.
"""

import pytest
from hypothesis import settings

from tests.browser.session import NO_BROWSER
from tests.deploy.session import NOT_CHECKED
from tests.kafka.session import NONE
from tests.told import NO_SPARK, skips

settings.register_profile("exhaustive", deadline=None)  # a busy machine is no failing test
settings.register_profile("thorough", settings.get_profile("exhaustive"), max_examples=50)
settings.register_profile("quick", settings.get_profile("exhaustive"), max_examples=25)
settings.load_profile("quick")

SHARED = frozenset({"demo", "bad_day", "folder"})
"""Fixtures of the whole session that are dear."""


UNPROVED = {
    "PAGES THAT NO BROWSER LOOKED AT": NO_BROWSER,
    "KAFKA TESTS DID NOT RUN": NONE,
    "REFOLD TESTS DID NOT RUN ON SPARK": NO_SPARK,
    "CHECKS OF DEPLOYMENT THAT DID NOT RUN": NOT_CHECKED,
}
"""What is said loudly at the end, and how the reasons of such skips begin."""


NAMED = 16
"""Bytes that stand in the name of a test as they are."""


def pytest_make_parametrize_id(val: object) -> str | None:
    """Packed bytes go by their length: gzip writes the time into them, and processes must agree."""
    return f"{len(val)} bytes" if isinstance(val, bytes) and len(val) > NAMED else None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One process starts the broker, one makes the replays that many look at; else a module stays whole."""
    for item in items:
        item.add_marker(pytest.mark.xdist_group(_group(item)))


def _group(item: pytest.Item) -> str:
    if item.get_closest_marker("kafka"):
        return "kafka"
    return "replays" if SHARED.intersection(getattr(item, "fixturenames", ())) else item.nodeid.split("::")[0]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for title, beginning in UNPROVED.items():
        reasons = skips(terminalreporter, beginning)
        if reasons:
            terminalreporter.section(title, red=True, bold=True)
        for reason in sorted(reasons):
            terminalreporter.line(reason.removeprefix(beginning))
