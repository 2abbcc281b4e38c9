"""What Newsfold's own recordings say beside the responses: of what kind a fetch was, and how one failed."""

import msgspec

from services.ingest.http.exchange import Outcome
from services.ingest.http.hop import Kind

KIND_HEADER = "WARC-Newsfold-Kind"
"""Whether the run took an answer for that of a feed or of a page."""
FAILURE_TYPE = "application/vnd.newsfold.failure+json"


class FetchFailure(msgspec.Struct, frozen=True, kw_only=True):
    """The content of a metadata record: how a fetch ended."""

    kind: Kind
    outcome: Outcome
    reason: str
    final_url: str = ""
    retry_after_s: int = 0
