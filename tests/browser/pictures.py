"""Pictures of the demo for README and docs: `python -m tests.browser.pictures OUT-OF-A-REPLAY docs/desk`."""

import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, NamedTuple

from playwright.sync_api import APIRequestContext, Page, sync_playwright

from services.desk.log.files import FileLog
from tests.browser.serving import serving
from tests.browser.tabs import PROGRAMS


class Picture(NamedTuple):
    name: str
    path: str
    width: int = 1280
    height: int = 900
    scheme: Literal["light", "dark"] = "light"


def pictures(base: str, ask: APIRequestContext) -> Iterator[Picture]:
    """The widest story, the pair with the most passages, an article whose text and figures changed."""

    def told(path: str) -> Any:
        return ask.get(f"{base}{path}.json").json()["view"]

    rows = ask.get(f"{base}/.json?sort=spread").json()["view"]["rows"]
    stories = [told(f"/story/{row['story_id']}") for row in rows]
    members = [member for story in stories for member in story["members"]]
    story = f"/story/{max(stories, key=lambda one: len(one['members']))['story']['story_id']}"
    pairs = [member["compare_href"] for member in members if member.get("compare_href")]
    pair = max(pairs, key=lambda href: len(told(href)["passages"]))
    articles = [f"/article/{member['article_id']}" for member in members if member.get("versions", 1) > 1]
    changed = max(articles, key=lambda path: len((told(path).get("update") or {}).get("figures", ())))
    yield Picture("front", "/?sort=spread")
    yield Picture("story", story)
    yield Picture("compare", pair)
    yield Picture("versions", changed)
    yield Picture("story-dark", story, scheme="dark")
    yield Picture("front-narrow", "/?sort=spread", width=320, height=720)


def take(tab: Page, base: str, picture: Picture, folder: Path) -> None:
    tab.set_viewport_size({"width": picture.width, "height": picture.height})
    tab.emulate_media(color_scheme=picture.scheme)
    tab.goto(base + picture.path)
    tab.screenshot(path=folder / f"{picture.name}.png")


def main(replay: Path, folder: Path) -> None:
    program = next(filter(None, map(shutil.which, PROGRAMS)))
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as scratch,
        serving(FileLog(replay), Path(scratch)) as (base, _),
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=program)
        tab = browser.new_page()
        for picture in list(pictures(base, tab.request)):
            take(tab, base, picture, folder)
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
