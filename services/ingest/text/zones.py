"""Names of time zones as they stand in dates, to minutes east of UTC."""

_HOURS: dict[str, float] = {
    # RFC 822
    "z": 0, "ut": 0, "utc": 0, "gmt": 0,
    "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7,
    "akst": -9, "akdt": -8, "hst": -10, "nst": -3.5, "ndt": -2.5,
    # Europe
    "wet": 0, "west": 1, "bst": 1,
    "cet": 1, "cest": 2, "met": 1, "mest": 2, "mez": 1, "mesz": 2,
    "eet": 2, "eest": 3, "oez": 2, "oesz": 3, "msk": 3, "trt": 3,
    # Africa, Asia, the Pacific, South America
    "wat": 1, "cat": 2, "sast": 2, "eat": 3, "idt": 3,
    "pkt": 5, "npt": 5.75, "wib": 7, "ict": 7, "wita": 8, "hkt": 8, "sgt": 8, "pht": 8, "wit": 9,
    "jst": 9, "kst": 9, "awst": 8, "acst": 9.5, "acdt": 10.5, "aest": 10, "aedt": 11, "nzst": 12, "nzdt": 13,
    "brt": -3, "art": -3,
}  # fmt: skip
"""Not here, because several places call different hours so: IST, AST, ADT, the letters of the military."""

AMBIGUOUS = frozenset(
    "ist ast adt amt amst ct et mt pt at sst gst bt cdst clt clst cot pet vet uyt ect wast nt".split()
    + list("abcdefghiklmnopqrstuvwxy")
)


def minutes_east(name: str) -> int | None:
    """None where the name is not known, or means different hours in different places."""
    hours = _HOURS.get(name.lower())
    return None if hours is None else round(hours * 60)


def is_zone(name: str) -> bool:
    return name.lower() in _HOURS or name.lower() in AMBIGUOUS
