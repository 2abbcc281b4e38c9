"""An invented recording whose clock is the wall's: played as fast as recorded, ages and lags are true."""

import gzip
import json
import time
from datetime import UTC, datetime
from pathlib import Path

from tests.end_to_end.archive import SPAN, START
from tests.kafka.archive import archive


def recorded(path: Path, count: int, *, span_s: float, begins_in_s: float = 0.0) -> Path:
    """`count` articles over the next `span_s` seconds, in order of time."""
    archive(path, count)
    begin = time.time() + begins_in_s
    with gzip.open(path, "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    for row in rows:
        after_s = (datetime.fromisoformat(row["fetched_at"]) - START) / SPAN * span_s
        row["fetched_at"] = datetime.fromtimestamp(begin + after_s, UTC).isoformat().replace("+00:00", "Z")
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    path.chmod(0o644)
    return path
