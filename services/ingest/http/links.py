"""Link headers (RFC 8288): where a relation leads. Pure."""

import re
from collections.abc import Mapping
from urllib.parse import urljoin

from services.ingest.urls import canonical, without_login

MOST_LENGTH = 8_192
_LINK = re.compile(r"<([^<>]{1,2048})>((?:\s*;\s*[^<>;,\"]{1,99}(?:\"[^\"]{0,999}\")?)*)")
_RELATION = re.compile(r";\s*rel\s*=\s*\"?([^\";,]+)", re.IGNORECASE)


def link_targets(header: str, base: str) -> Mapping[str, str]:
    """The first http(s) target of each relation, absolute. A header longer than is sensible says nothing."""
    targets: dict[str, str] = {}
    if not header or len(header) > MOST_LENGTH:
        return targets
    for link in _LINK.finditer(header):
        relations = _RELATION.search(link[2])
        for relation in relations[1].lower().split() if relations else ():
            target = _absolute(base, link[1])
            if target:
                targets.setdefault(relation, target)
    return targets


def _absolute(base: str, target: str) -> str:
    try:
        address = without_login(urljoin(base, target.strip()))
    except ValueError:
        return ""
    return address if canonical(address) else ""
