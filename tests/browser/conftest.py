"""What the tests of the Desk in a browser share."""

from tests.browser.tabs import browser, chromium, window
from tests.end_to_end.conftest import demo

__all__ = ["browser", "chromium", "demo", "window"]
