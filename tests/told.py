"""What a run of the tests could not check, gathered where its end is told."""

import pytest

NO_SPARK = "Spark was not run: "
"""How the reason begins where no test could run it."""


def skips(reporter: pytest.TerminalReporter, beginning: str) -> set[str]:
    """Reasons of skipped tests that begin so, from whatever process they ran in."""
    reasons = (report.longrepr[2] for report in reporter.stats.get("skipped", ()))
    return {told for reason in reasons if (told := reason.removeprefix("Skipped: ")).startswith(beginning)}
