"""Text of others as markup: escaped, signs that hide as boxes, set apart in direction; and sparks. Pure.

The one place where markup is made outside of a template: names, headlines and bars make up most of a page,
and a macro takes ten times as long.
"""

from collections.abc import Sequence

from markupsafe import Markup, escape

from services.desk.drawings.curve import bars
from services.desk.pages.filters import language
from services.desk.text.signs import Run, hides, runs
from services.desk.views.search import Snippet

LONGEST = 400
"""Code points of a headline that are shown: nobody reads one of a thousand; whole it is in the JSON."""


def shown(text: str) -> Markup:
    """The whole of it."""
    return Markup().join(map(_run, runs(text))) if hides(text) else escape(text)


def _run(run: Run) -> Markup:
    if not run.code:
        return escape(run.text)
    box = Markup('<span class="sign" data-code="{code}" title="U+{code} {name}">{text}</span>')
    return box.format(code=run.code, name=run.name, text=run.text)


def brief(text: str, most: int = LONGEST) -> Markup:
    if len(text) <= most:
        return shown(text)
    return shown(text[:most]) + "…"


def name(text: str) -> Markup:
    return Markup(f"<bdi>{brief(text)}</bdi>")


def foreign(text: str, code: str) -> Markup:
    """A headline in the language `code`."""
    return Markup(f'<bdi lang="{language(code)}">{brief(text or "(no headline)")}</bdi>')


def snippets(pieces: Sequence[Snippet]) -> Markup:
    """What was looked for is marked."""
    return Markup().join(
        Markup("<mark>%s</mark>") % shown(one.text) if one.hit else shown(one.text) for one in pieces
    )


def spark(counts: Sequence[int]) -> Markup:
    """A bar for each count; nothing where there is but one."""
    if len(counts) < 2:
        return Markup()
    width = 80 / len(counts)
    rects = "".join(
        f'<rect x="{bar.x}" y="{100 - bar.y}" width="{width}" height="{bar.y}"/>\n' for bar in bars(counts)
    )
    box = 'viewBox="0 0 100 100" preserveAspectRatio="none"'
    return Markup(f'<svg class="spark" {box} aria-hidden="true">\n{rects}</svg>\n')
