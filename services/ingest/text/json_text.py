"""JSON as publishers send it: where it begins, whether it ends, and its elements one by one."""

import json
import re
from collections.abc import Iterator
from typing import Any

_DECODER = json.JSONDecoder(strict=False)
"""Python's own reader knows lone surrogates and raw control characters in strings; msgspec refuses both."""
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"|["\[\]{},]', re.DOTALL)
_VALUE = re.compile(r"\s*:\s*")


class BadJson(ValueError):
    """One line: what is wrong and where."""


def read_value(text: str) -> Any:
    """The value a text begins with, whatever stands behind it. Raises `BadJson`."""
    try:
        return _DECODER.raw_decode(text)[0]
    except json.JSONDecodeError as error:
        raise BadJson(f"{error.msg} in line {error.lineno}, column {error.colno}") from None
    except ValueError as error:  # a number of thousands of digits
        raise BadJson(str(error)) from None


def read_document(text: str) -> Any:
    """The one value of a text. Raises `BadJson`."""
    try:
        return _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise BadJson(f"{error.msg} in line {error.lineno}, column {error.colno}") from None
    except ValueError as error:
        raise BadJson(str(error)) from None


def is_whole(text: str) -> bool:
    """Whether every bracket that the text's first value opens is closed."""
    depth = 0
    for match in _TOKEN.finditer(text):
        depth += _turn(match[0])
        if match[0] == '"':
            return False
        if depth == 0:
            return True
    return False


def elements(text: str, start: int) -> Iterator[str]:
    """Texts of the elements of the array that begins at `start`, by its brackets alone."""
    depth, begin = 0, start + 1
    for match in _TOKEN.finditer(text, start):
        depth += _turn(match[0])
        if (depth == 1 and match[0] == ",") or depth == 0:
            element = text[begin : match.start()].strip()
            begin = match.end()
            if element:
                yield element
        if depth == 0:
            return


def member_of(text: str, key: str) -> int | None:
    """Where the value of a member of the text's outermost object begins, by brackets and names alone."""
    depth = 0
    for match in _TOKEN.finditer(text):
        depth += _turn(match[0])
        if depth == 1 and match[0] == f'"{key}"':
            value = _VALUE.match(text, match.end())
            if value:
                return value.end()
        if depth == 0:
            break
    return None


def _turn(piece: str) -> int:
    """How a piece of JSON changes the number of open brackets."""
    return {"[": 1, "{": 1, "]": -1, "}": -1}.get(piece, 0)
