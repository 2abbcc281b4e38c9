"""The feed that a person means: by its id, by its address, with or without the scheme. Pure."""

import difflib
import re
from collections.abc import Sequence

from services.console.feeds.census import Followed
from services.ingest.urls import without_login

NEAR_SHOWN = 3
_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*://", re.IGNORECASE)


def find(wanted: str, known: Sequence[Followed]) -> Followed | None:
    """What is meant in full wins over what is meant but for the scheme, `www.`, or a slash at the end."""
    exact, loose = without_login(wanted.strip()), _loose(wanted)
    for one in known:
        if exact in {one.feed.feed_id, without_login(one.feed.url)}:
            return one
    return next((one for one in known if _loose(one.feed.url) == loose), None)


def near(wanted: str, known: Sequence[Followed]) -> list[str]:
    """Addresses of feeds that may have been meant, the nearest first."""
    loose = _loose(wanted)
    by_name = {_loose(one.feed.url): without_login(one.feed.url) for one in known}
    holding = sorted(
        (name for name in by_name if loose and loose in name), key=lambda name: (len(name), name)
    )
    alike = difflib.get_close_matches(loose, by_name, n=NEAR_SHOWN)
    return [by_name[name] for name in dict.fromkeys([*holding, *alike])][:NEAR_SHOWN]


def _loose(url: str) -> str:
    return _SCHEME.sub("", without_login(url.strip())).removeprefix("www.").rstrip("/").lower()
