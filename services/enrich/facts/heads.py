"""What stands at the head of a text: first paragraph, byline, dateline."""
# ruff: noqa: RUF001 - dashes as the press sets them

import re

from services.enrich.facts.landmarks import UPPER

LEAD = 400
_HEAD = 500
_LABELS = 6
_BYLINE = re.compile(
    rf"(?:^|\n)\s*(?:Von|By|BY|Par|Por|Di|Door|Av|Af|Od|Автор:?)\s+"
    rf"((?:[{UPPER}][\w'’.-]+)(?:\s(?:von|van|de|der|da|di)?\s?[{UPPER}][\w'’.-]+){{1,3}}"
    rf"(?:\s?(?:,|und|and|et|y|e|en|och|og|&)\s[{UPPER}][\w'’. -]+?){{0,3}})\s*(?=\n|,|$|\|)"
)
_DATELINE = re.compile(
    rf"\s*(?:【([^】]{{2,20}})】|\(([가-힣/·]{{2,20}})=[^)]+\)"
    rf"|([{UPPER}][^\W\d_]+(?:[ /-][{UPPER}][^\W\d_]+){{0,3}})"
    r"(?:,? [^()\n]{0,24})?\s*\([^()\n]{2,40}\)\s*[-–—.:]{1,2}\s"
    rf"|([{UPPER}][{UPPER}]+(?:[ /-][{UPPER}]+){{0,3}})(?:, [^–—\n]{{0,20}})?\s*[-–—]\s"
    rf"|([{UPPER}][^\W\d_]+(?:/[{UPPER}][^\W\d_]+)?)\s[–—]\s"
    r"|(?:新华社|中新社|中新网)([\u4e00-\u9fff]{2,6}?)\d)"
)


def lead(text: str) -> str:
    """The first paragraph of some length, cut at a word: what is short in front is a label or a note."""
    paragraphs = (part.strip() for part in text[: 4 * LEAD].split("\n"))
    parts = [part for part in paragraphs if part]
    longest = max(map(len, parts[:_LABELS]), default=0)
    first = next((part for part in parts if 2 * len(part) > min(longest, LEAD)), "")
    return first if len(first) <= LEAD else f"{first[:LEAD].rsplit(' ', 1)[0]} …"


def byline(text: str) -> str:
    """It begins a line."""
    head, place = text[:_HEAD], 0
    while place >= 0:
        if found := _BYLINE.match(head, place):
            return " ".join(found[1].split())
        place = head.find("\n", place + 1)
    return ""


def dateline(text: str) -> str:
    """Where it was sent from, as written; empty where it does not say."""
    found = _DATELINE.match(text[:_HEAD])
    return next((group for group in found.groups() if group), "") if found else ""
