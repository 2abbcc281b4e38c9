"""A small archive of invented copy: an agency text and its copies, a rewrite, and articles of their own."""

import gzip
import json
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

MORNING = datetime(2026, 3, 2, 6, tzinfo=UTC)
FERRY = [
    "Grevenfurt (dpa) - Nach elf Wochen fährt die Fähre zwischen Grevenfurt und der Insel Odde wieder.",
    "Am Morgen legte das frisch reparierte Schiff mit vierzig Fahrgästen und zwei Lieferwagen ab.",
    "Ein Riss in der Antriebswelle hatte den Betrieb kurz vor Weihnachten unerwartet lahmgelegt.",
    "Die Werft in Sundhavn musste das Ersatzteil eigens gießen lassen, weil kein Lager es mehr führte.",
    "Inselbewohner waren in dieser Zeit auf ein Fischerboot angewiesen, das nur bei ruhiger See fuhr.",
    "Die Reederei bezifferte den Schaden auf zweihunderttausend Euro und dankte den Fischern öffentlich.",
    "Bürgermeisterin Thea Brandhus sprach von einem Feiertag und ließ am Anleger Kaffee ausschenken.",
    "Der nächste Werftaufenthalt ist erst in zwei Jahren vorgesehen, sagte der Kapitän beim Ablegen.",
]
REWRITE = [
    "Auf Odde wird gefeiert, und das hat einen guten Grund, der im Hafen tutet und qualmt.",
    *FERRY[1:3],
    "Unsere Reporterin ist mitgefahren und hat dabei gefroren wie lange nicht mehr.",
    *FERRY[4:6],
]
TOLD: dict[int, tuple[str, str, list[str]]] = {
    3: ("tagblatt.example", "Fähre nach Odde fährt wieder", FERRY),
    9: ("rundfunk.example", "Odde ist wieder erreichbar", FERRY[:6]),
    14: ("kurier.example", "Elf Wochen ohne Fähre sind vorbei", [*FERRY, "Mitarbeit: Redaktion Küste."]),
    22: ("abendpost.example", "Feiertag am Anleger", REWRITE),
}
WORDS = (
    "anker bahn chor deich eis fenster garten hafen insel jahr kanal laterne markt nebel ofen pferd quelle "
    "regen schule turm ufer verein wiese zaun brief dorf ernte fisch glocke hund kirche licht mauer nacht "
    "orgel platz rad stein tor uhr vogel wald zug baum decke erde feld gras haus keller leiter messer netz"
).split()


def rows(count: int = 40) -> list[dict[str, Any]]:
    """`count` articles in order of time; four of the first 23 are about the ferry."""
    return [_row(number) for number in range(count)]


def _row(number: int) -> dict[str, Any]:
    source, title, lines = TOLD.get(number) or _loner(number)
    at = MORNING + timedelta(minutes=17 * number)
    return {
        "url": f"https://www.{source}/artikel/{number}",
        "source": source,
        "feed": f"https://www.{source}/rss",
        "title": title,
        "text": "\n".join(lines),
        "published_at": None,
        "fetched_at": at.isoformat().replace("+00:00", "Z"),
        "language": "de" if number in TOLD or number % 2 == 0 else "en",
    }


def _loner(number: int) -> tuple[str, str, list[str]]:
    """Words in an order that no other article has."""
    choose = random.Random(number)
    lines = [" ".join(choose.choices(WORDS, k=12)).capitalize() + "." for _ in range(10)]
    return f"blatt{number % 7}.example", f"{choose.choice(WORDS).capitalize()} Nummer {number}", lines


def write(path: Path, content: list[dict[str, Any]] | None = None) -> Path:
    """An archive at `path`, packed where the name ends in `.gz`."""
    told = rows() if content is None else content
    data = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in told).encode()
    path.write_bytes(gzip.compress(data, mtime=0) if path.suffix == ".gz" else data)
    return path
