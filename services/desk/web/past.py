"""How a story stood at a past minute: the log tells it after each step, and the read model knows where."""

from collections.abc import Callable
from sqlite3 import Connection

from services.contracts import wire
from services.contracts.stories import Story, StoryChange
from services.desk import addresses, rights
from services.desk.queries.answers import NotThere
from services.desk.views.frame import Link
from services.desk.web.site import Site
from services.stream.bus import Partition

Place = tuple[Partition, int]


async def record_then(
    site: Site, where: Callable[[Connection], Place | None]
) -> tuple[Story, Link] | NotThere:
    """Raises `TooMuch` and `BusError`."""
    place, _ = await site.readers.ask(where, lambda _: b"")
    if place is None:
        return NotThere("This story was not known at this minute, or the Desk does not go back so far.")
    records = await site.source.read(*place, max_records=1)
    if not records or records[0].offset != place[1] or records[0].value is None:
        return NotThere("The log no longer holds how this story stood at this minute.")
    change = wire.decode(StoryChange, records[0].value)
    link = Link(label="record", href=addresses.record(place[0].topic, place[0].number, place[1]))
    return rights.story(change.story, site.texts), link
