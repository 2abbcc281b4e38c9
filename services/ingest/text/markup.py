"""What kind of document a text is, by its first tag."""

import re

_ROOT = re.compile(r"<(?!\?|!--)(?:!DOCTYPE\s+(?P<doctype>\w+)|(?:\w+:)?(?P<tag>\w+))", re.IGNORECASE)


def root_of(text: str) -> str:
    """Lower-case name of the document's root element or doctype; empty where there is none."""
    match = _ROOT.search(text[:4_096])
    return (match["doctype"] or match["tag"]).lower() if match else ""
