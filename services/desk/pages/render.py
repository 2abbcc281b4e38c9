"""A view and its frame become a page. Templates decide nothing: what needs thought is told to them."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from services.desk.pages import markup
from services.desk.pages.assets import asset
from services.desk.pages.compare import compare
from services.desk.pages.filters import FILTERS
from services.desk.pages.fragments import fragment
from services.desk.pages.story import story
from services.desk.pages.timelines import timelines
from services.desk.pages.versions import versions
from services.desk.text.signs import hides, legible
from services.desk.views.frame import Frame
from services.desk.views.shape import View

_PREPARE: Mapping[str, Callable[[Any], dict[str, object]]] = {
    "story": story,
    "compare": compare,
    "versions": versions,
    "event": timelines,
    "storyline": timelines,
}


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("services.desk.pages"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters.update(FILTERS)
    environment.tests["hiding"] = hides
    environment.globals.update(asset=asset, markup=markup, fragment=fragment)
    return environment


def compile_pages() -> None:
    """All templates, before somebody waits for the first page."""
    for name in _environment().list_templates():
        _environment().get_template(name)


def render(name: str, view: View, frame: Frame) -> str:
    """The page `name` as HTML, free of signs that cannot be written as UTF-8."""
    prepare = _PREPARE.get(name)
    told = prepare(view) if prepare else {}
    page = _environment().get_template(f"{name}.html").render(view=view, frame=frame, page=name, **told)
    # Where text of others stands in the page, boxes are drawn already; this is for titles and attributes.
    return legible(page)
