"""A value that never shows itself."""

from typing import Any


class Secret:
    """Wraps a secret so that no repr, log line or traceback shows it. Falsy when empty."""

    __slots__ = ("_value",)

    def __init__(self, value: str = "") -> None:
        self._value = value

    def reveal(self) -> str:
        """The secret itself, for the one call that needs it."""
        return self._value

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(("Secret", self._value))

    def __repr__(self) -> str:
        return "***" if self._value else "(empty)"

    __str__ = __repr__


def secret_from(kind: type, value: Any) -> Secret:
    """The `dec_hook` for msgspec: text becomes a `Secret`."""
    if kind is Secret and isinstance(value, str):
        return Secret(value)
    raise TypeError(f"{kind.__name__} cannot be made from {type(value).__name__}")
