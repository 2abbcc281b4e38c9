"""The internal feed behind the canary: the same invented article for each shard, every time anew. Pure."""

from datetime import datetime

from services.contracts import ids
from services.contracts.articles import Article
from services.contracts.topics import SHARDS

SOURCE = "canary.invalid"
"""No host can have the name (RFC 6761, 6.4)."""
TITLE = "The bird is back in its cage"
TEXT = """\
A small yellow bird left its cage before dawn and flew the length of the old mine without a rest.
It passed the pumps, the lifts and the long drifts where nobody has dug for more than thirty years.
At each gate a keeper noted the hour in a book, and no gate was found shut or left alone.
When it came out on the far side of the hill it sang, which is all that was ever expected of it.
The keepers compared their books at noon and found that the whole way had taken less than a minute.
Tomorrow the same bird will fly the same way, and on the day it is late somebody will go and look.
"""


def synthetic(shard: int, at: datetime) -> Article:
    """An article that dedup's `shard` would own, first seen at `at`. Nothing else in it ever changes."""
    url = f"https://{SOURCE}/{shard}"
    article = ids.article_id(url)
    return Article(
        article_id=article,
        version_id=ids.version_id(article, TITLE, TEXT),
        url=url,
        source=SOURCE,
        feed=f"https://{SOURCE}/",
        title=TITLE,
        text=TEXT,
        language=next(iter(SHARDS[shard]), "und"),
        first_seen_at=at,
    )
