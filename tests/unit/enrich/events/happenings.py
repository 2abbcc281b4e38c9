"""Invented reports: happenings of three affairs, each told in several wordings."""

from typing import NamedTuple

import msgspec

from services.contracts.clusters import Cluster
from tests.unit.enrich.members import cluster, member


class Copy(NamedTuple):
    title: str
    text: str


BRIDGE_SHUT = (
    Copy(
        "Drawbridge at Marsum shut after crack is found",
        "The drawbridge over the Lauwe at Marsum was shut on Tuesday. Engineers of Halden Survey found a "
        "crack of 14 centimetres in a girder, mayor Ilse Terborg said. Ferries will run instead.",
    ),
    Copy(
        "Crack closes Marsum bridge",
        "Traffic over the Lauwe stood still on Tuesday: Halden Survey reported a crack in the girder of the "
        "bridge at Marsum. Terborg, the mayor, promised ferries. The crack measures 14 centimetres.",
    ),
)
BRIDGE_TRIAL = (
    Copy(
        "Builder of Marsum bridge goes to court",
        "The firm Ostermoor sued Marsum before the court in Velden on Friday for 3 million over the "
        "drawbridge on the Lauwe. Mayor Ilse Terborg rejects it. Judge Anke Rolfs will hear both sides.",
    ),
)
STORM = (
    Copy(
        "Storm Quirin takes roofs off in Saltholm",
        "Storm Quirin tore the roofs off 40 houses in Saltholm on Tuesday night. Two fishermen of the cutter "
        "Nordlys are missing, the coastguard in Brekke said.",
    ),
    Copy(
        "Two missing as Quirin hits Saltholm",
        "The cutter Nordlys and two fishermen are missing. Quirin, the storm that hit Saltholm on Tuesday "
        "night, damaged 40 houses there. The coastguard of Brekke is searching.",
    ),
)
CHOIR = (
    Copy(
        "Choir of Ulvstad wins prize",
        "The girls' choir of Ulvstad sang Pelleur's Evening Mass and won the Golden Lark in Tessin. "
        "Conductor Maud Arnesen thanked the parents.",
    ),
)


def told(copy: Copy, name: str, hours: float, **fields: object) -> Cluster:
    """A story of one article at `https://www.<name>.example/1`."""
    founded = cluster(
        member(name, hours, title=copy.title, language="en"), story_id=f"story-{name}", text=copy.text
    )
    return msgspec.structs.replace(founded, **fields)
