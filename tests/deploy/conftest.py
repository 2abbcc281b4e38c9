"""What the checks of deployment share: the line that says loudly what could not be checked."""

import pytest

from tests.deploy import session


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if session.missing:
        terminalreporter.section("CHECKS OF DEPLOYMENT THAT DID NOT RUN", red=True, bold=True)
        for line in sorted(session.missing):
            terminalreporter.line(line)
