"""Page: the parts of `docs/scaling.md` that are written from recorded inputs, each between two marks."""

import re
from pathlib import Path

from bench.simulate.advice import which_way
from bench.simulate.findings import simulated
from bench.simulate.inputs import Inputs
from bench.simulate.sources import assumed, checked, measured

PAGE = Path(__file__).resolve().parents[2] / "docs" / "scaling.md"
_PART = re.compile(r"(<!-- ([a-z ]+): written by [^\n]*\n).*?(<!-- end -->)", re.DOTALL)


def parts(inputs: Inputs) -> dict[str, str]:
    """Markdown by name."""
    return {
        "which way": which_way(inputs),
        "measured": measured(inputs),
        "checked": checked(inputs),
        "simulated": simulated(inputs),
        "assumed": assumed(inputs),
    }


def fill(text: str, inputs: Inputs) -> str:
    """A page with its parts anew. Raises `KeyError` where it has a part that is not known."""
    made = parts(inputs)
    return _PART.sub(lambda found: f"{found[1]}\n{made[found[2]]}\n\n{found[3]}", text)


def write(inputs: Inputs, to: Path = PAGE) -> None:
    to.write_text(fill(to.read_text(encoding="utf-8"), inputs), encoding="utf-8")
