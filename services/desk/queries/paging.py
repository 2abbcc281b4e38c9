"""Pages of a list. Pure."""

from collections.abc import Mapping

from services.desk import addresses
from services.desk.views.rows import Paging

LAST = 1000
"""Pages further on are not asked for."""


def page_number(text: str) -> int:
    return min(LAST, int(text)) if text.isascii() and text.isdigit() and text.strip("0") else 1


def paging(
    path: str, query: Mapping[str, str], *, page: int, size: int, total: int, capped: bool = False
) -> Paging:
    def href(number: int) -> str:
        return addresses.with_query(path, {**query, "page": str(number) if number > 1 else ""})

    return Paging(
        page=page,
        size=size,
        total=total,
        capped=capped,
        previous_href=href(page - 1) if page > 1 else "",
        next_href=href(page + 1) if page * size < total else "",
    )
