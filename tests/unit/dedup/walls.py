"""Pages that hold no article and articles that look like them: `walls.toml`, and long ones made here."""

import tomllib
from pathlib import Path

_PAGES = tomllib.loads(Path(__file__).with_name("walls.toml").read_text(encoding="utf-8"))


def pages(kind: str) -> dict[str, tuple[str, str]]:
    """Title and text by name. Kinds: stub, consent, article."""
    return {page["name"]: (page["title"], page["text"]) for page in _PAGES[kind]}


def ticker(entries: int, words: int, *, language: str) -> str:
    """A running log of so many timed entries, each of so many words."""
    stamp, filler = {
        "de": ("{hour}.{minute:02} Uhr", "die Feuerwehr pumpt weiter Wasser aus den Kellern der Altstadt"),
        "en": ("{hour}:{minute:02}", "crews are still pumping water out of the cellars of the old town"),
    }[language]
    run = filler.split()
    return "\n\n".join(
        f"{stamp.format(hour=6 + entry // 4, minute=15 * (entry % 4))}: "
        + " ".join(run[(entry + word) % len(run)] for word in range(words))
        + "."
        for entry in range(entries)
    )


def reconstruction() -> str:
    """A long read of 2,600 words that tells a night by the clock."""
    paragraph = (
        "Im Dorf brennt noch Licht, als die Männer vom Deich heimkommen und die Stiefel an den Ofen stellen. "
        "Niemand spricht, denn was zu sagen war, haben sie draußen gesagt, und der Wind hat es fortgetragen. "
    )
    times = ("21.10", "22.40", "23.05", "0.30", "1.15", "2.50", "4.20")
    return "\n\n".join(f"Es ist {time} Uhr. " + paragraph * 10 for time in times)


def interview() -> str:
    """Questions and answers, 500 words, each answer with a time of day."""
    return "\n\n".join(
        f"Frage {number}: Wann haben Sie zum ersten Mal daran gedacht, den Leuchtturm zu verlassen?\n"
        "Ich habe nie daran gedacht, den Turm zu verlassen, der Turm hat eines Tages mich verlassen, und das "
        f"war um {5 + number % 2}.30 Uhr an einem Sonntag, als das Licht zum letzten Mal ausging."
        for number in range(1, 8)
    )
