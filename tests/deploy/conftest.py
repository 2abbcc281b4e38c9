"""What the checks of deployment share: the line that says loudly what could not be checked."""

import pytest

from tests.deploy import session
from tests.told import skips


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reasons = skips(terminalreporter, session.NOT_CHECKED)
    if reasons:
        terminalreporter.section("CHECKS OF DEPLOYMENT THAT DID NOT RUN", red=True, bold=True)
        for reason in sorted(reasons):
            terminalreporter.line(reason.removeprefix(session.NOT_CHECKED))
