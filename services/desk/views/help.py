"""What the words mean, which keys there are."""

from services.desk.views.shape import View


class KeyRow(View, frozen=True, kw_only=True):
    keys: str
    does: str


class WordRow(View, frozen=True, kw_only=True):
    word: str
    means: str


class HelpPage(View, frozen=True, kw_only=True):
    keys: tuple[KeyRow, ...] = ()
    words: tuple[WordRow, ...] = ()


class ProblemPage(View, frozen=True, kw_only=True):
    """Whatever is not 200, in words."""

    status: int
    title: str
    detail: str
    href: str = "/"
    """Where to go from here."""
