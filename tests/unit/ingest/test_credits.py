"""Agency credits and citations, on invented copy; the measure on real copy needs the press data."""

import csv
from pathlib import Path

import pytest

from services.ingest.credits.attribution import credits_of
from tests.press import press_data

FILLER = "Die Brücke wird teurer als geplant. Das sagte der Bürgermeister am Montag im Rat. "


@pytest.mark.parametrize(
    ("title", "text", "agencies"),
    [
        ("Bridge opens (AP)", "AP - The bridge at Porthaven opened on Monday.", ["ap"]),
        ("Bridge opens", "PORTHAVEN (Reuters) - The bridge opened on Monday.", ["reuters"]),
        ("Bridge opens", "PORTHAVEN, Ilsia (AFP) -- The bridge opened.", ["afp"]),
        ("Bridge opens", "(CBS/AP) The bridge at Porthaven opened.", ["ap"]),
        ("Bridge opens", "Reuters Porthaven Aug 23: The bridge has opened.", ["reuters"]),
        ("Bridge opens", "By Jane Doe, Associated Press Writer\nThe bridge opened.", ["ap"]),
        ("Bridge opens", "The bridge opened. Mr Doe wept.\nBy our staff and AP", ["ap"]),
        (
            "Bridge opens",
            "The bridge opened. Mr Doe wept. The Associated Press contributed to this report.",
            ["ap"],
        ),
        ("Brücke offen", "Neuenhafen (dpa) - Die Brücke ist offen.", ["dpa"]),
        ("Brücke offen", "Neuenhafen (dpa/tmn) – Die Brücke ist offen.", ["dpa"]),
        ("Brücke offen", FILLER + "RND/seb/dpa", ["dpa"]),
        ("Brücke offen", FILLER + "Quelle: hafen.de, jog/dpa/AFP", ["afp", "dpa"]),
        ("Brücke offen", FILLER + "Quelle: peer./Reuters Hier können Sie Rechte erwerben.", ["reuters"]),
        ("Brücke offen", FILLER + "(Tsp, dpa, KNA)", ["dpa", "kna"]),
        ("Brücke offen", FILLER + "(mit epd)\nLesen Sie auch: Neue Fähre", ["epd"]),
        ("Brücke offen", FILLER + "dpa/mz", ["dpa"]),
        ("Brücke offen", FILLER + "mit dpa", ["dpa"]),
        ("Brücke offen", FILLER + "© AFP", ["afp"]),
        (
            "Brücke offen",
            FILLER + "Mit Material der Nachrichtenagenturen dpa und Reuters",
            ["dpa", "reuters"],
        ),
        ("Brücke offen", FILLER + "Nachrichtenagentur SID", ["sid"]),
        ("Brücke offen", FILLER + "© dpa-infocom, dpa:260302-99-640203/2", ["dpa"]),
        ("Bro åpnet", "OSLO (NTB): Broen er åpnet.", ["ntb"]),
        ("Мост", "MOSCOW, March 3. /TASS/. The bridge has opened.", ["tass"]),
    ],
)
def test_a_credit_is_found_in_its_place(title: str, text: str, agencies: list[str]) -> None:
    assert list(credits_of(title, text).agencies) == agencies


@pytest.mark.parametrize(
    "text",
    [
        "Die neue Brücke. Bild: dpa " + FILLER,
        "Die neue Brücke. Foto: Anna Muster / AFP " + FILLER,
        "Die Brücke (Quelle: Anna Muster/dpa) " + FILLER,
        "Photo by Jane Doe/AFP shows the bridge. " + FILLER,
        "The bridge is safe, the mayor told Reuters. It opened on Monday.",
        "The bridge is safe, according to AP. It opened on Monday.",
        "The bridge opened. By Jane Doe, AP. It was a sunny day.",
        "The bridge was said to be safe by our staff and AP\nIt opened on Monday.",
        "Das sagte der Bürgermeister der Deutschen Presse-Agentur (dpa) am Montag. " + FILLER,
        "Die Agentur AFP berichtete zuerst darüber. " + FILLER,
        "Australian Federal Police (AFP) said the bridge was closed. It opened later.",
        "The bridge ranked first in the AP poll this week. It opened on Monday.",
    ],
)
def test_what_only_looks_like_a_credit_is_none(text: str) -> None:
    assert credits_of("Brücke offen", text).agencies == ()


@pytest.mark.parametrize(
    ("text", "cited"),
    [
        ("Wie der Spiegel (Quelle) berichtet, wird die Brücke teurer.", ["Spiegel"]),
        (
            "Laut der „New York Times“ und nach Informationen der F.A.Z. ist sie fertig.",
            ["New York Times", "F.A.Z."],
        ),
        ("Das sagte Anna Muster dem „Handelsblatt“. Die ZEIT berichtete darüber.", ["Handelsblatt", "ZEIT"]),
        ("The mayor told Reuters it was safe, according to CNN.", ["Reuters", "CNN"]),
        ("Mehr dazu morgen.\nQuellen:\n- ORF - Stern - ZDF", ["ORF", "stern", "ZDF"]),
        ("Das Bild hängt im Rathaus, und die Welt schaut zu.", []),
        ("Er las die Zeit auf der Uhr ab und ging in den Standard-Laden.", []),
    ],
)
def test_outlets_are_cited_in_order_of_appearance(text: str, cited: list[str]) -> None:
    assert list(credits_of("", text).cited) == cited


def test_an_outlet_does_not_cite_itself_and_a_credited_agency_is_not_cited_too() -> None:
    text = "Neuenhafen (dpa) - Das sagte er der dpa. Das berichtet der Spiegel."
    assert credits_of("", text, "spiegel").cited == ()


def test_a_text_of_any_length_is_scanned_at_both_ends() -> None:
    text = "Neuenhafen (dpa) - Anfang. " + "Wort " * 40_000 + "Ende. RND/AFP"
    assert credits_of("", text).agencies == ("afp", "dpa")


@pytest.mark.press
def test_credits_of_real_copy_are_found_with_precision_and_recall() -> None:
    data = press_data()
    if data is None:
        pytest.skip("no press data here")
    slugs = {"Reuters": "reuters", "AP": "ap", "AFP": "afp"}
    right = wrong = missed = hard = 0
    for row in _rows(data / "credits" / "agency.tsv"):
        gold = {slugs[row["agency"]]} if row["agency"] in slugs else set()
        found = set(credits_of(row["title"], row["text"]).agencies) & set(slugs.values())
        if row["hard"] == "1":
            hard += found == gold
            continue
        right, wrong, missed = (
            right + len(gold & found),
            wrong + len(found - gold),
            missed + len(gold - found),
        )
    assert right / (right + wrong) >= 0.998
    assert right / (right + missed) >= 0.995
    assert hard >= 19


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
