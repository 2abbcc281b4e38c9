"""One thing that a doctor looked at."""

from typing import NamedTuple


class Finding(NamedTuple):
    """One thing looked at. `remedy` is empty where all is well."""

    part: str
    told: str
    remedy: str = ""

    @property
    def well(self) -> bool:
        return not self.remedy
