"""One real browser for all tests of a module. Where there is none they are skipped, and say so loudly."""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

import pytest
from playwright.sync_api import Browser, Dialog, Page, Route, sync_playwright

from services.desk.pages.assets import assets
from services.desk.web.guard import POLICY
from tests.browser.session import NO_BROWSER

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
HOST = "http://desk.example"
"""Answered by the test itself: nothing leaves the process."""


@pytest.fixture(scope="session")
def chromium() -> str:
    """The program. What is dear to make and only looked at in a browser asks for it first."""
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        pytest.skip(f"{NO_BROWSER}install chromium (apt-get install chromium)")
    return program


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """Closed with its module: while it is open, this thread runs no event loop of its own."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium)
        yield browser
        browser.close()


@dataclass
class Sight:
    """A tab, with all that went wrong in it and every address it asked for."""

    tab: Page
    wrong: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.tab.on("console", lambda told: self.wrong.append(f"{self.tab.url}: {told.text}"))
        self.tab.on("pageerror", lambda error: self.wrong.append(f"{self.tab.url}: {error}"))
        self.tab.on("dialog", self._dismiss)
        self.tab.on("request", lambda request: self.asked.append(request.url))

    def _dismiss(self, dialog: Dialog) -> None:
        self.wrong.append(dialog.message)
        dialog.dismiss()

    def violations(self, *rules: str) -> list[str]:
        """What hinders people on the page, by axe; and whether it must be scrolled sideways."""
        if not self.tab.evaluate("() => 'axe' in window"):
            self.tab.evaluate(_axe())
        found: list[dict[str, Any]] = self.tab.evaluate(
            "async (rules) => (await axe.run({resultTypes: ['violations'], "
            "...(rules.length ? {runOnly: rules} : {})})).violations",
            list(rules),
        )
        wide = self.tab.evaluate("() => document.documentElement.scrollWidth > innerWidth")
        told = [f"{self.tab.url} {one['id']}: {json.dumps(one['nodes'][0]['target'])}" for one in found]
        return told + ([f"{self.tab.url} is wider than the window"] if wide else [])


@cache
def _axe() -> str:
    return (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")


Open = Callable[..., Sight]


@pytest.fixture
def window(browser: Browser) -> Iterator[Open]:
    """Opens a tab with a profile of its own: `window(width=320, color_scheme="dark")`."""
    contexts = []

    def opened(width: int = 1280, **options: Any) -> Sight:
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        contexts.append(context)
        return Sight(context.new_page())

    yield opened
    for context in contexts:
        context.close()


def serve(tab: Page, pages: dict[str, str]) -> None:
    """Answer for `HOST` with pages by their path, under the policy that the Desk sends with them."""

    def answer(route: Route) -> None:
        path = route.request.url.removeprefix(HOST).partition("?")[0].partition("#")[0]
        kept = assets().get(path.removeprefix("/static/"))
        body: str | bytes = kept.body if kept else pages.get(path.removeprefix("/"), "<title>nothing</title>")
        kind = kept.content_type if kept else "text/html; charset=utf-8"
        route.fulfill(
            body=body,
            headers={"content-type": kind, "content-security-policy": POLICY},
        )

    tab.context.route("**/*", answer)
