"""Names in scripts that say nothing of how they are read: Han for what is no Chinese name, and short ones."""

from importlib.resources import files

import msgspec

_SPELLINGS = msgspec.toml.decode(
    files(__package__).joinpath("names.toml").read_bytes(), type=dict[str, tuple[str, ...]]
)
_LATIN = {form: name for name, forms in _SPELLINGS.items() for form in forms}


def latin(name: str) -> str:
    """The name in Latin letters where the data know it, else as it is."""
    return _LATIN.get(name, name)


FORMS = tuple(_LATIN)
