"""Dead letters for the eye or for a pipe. Whatever their bytes are, a terminal shows them harmlessly."""

from collections.abc import Iterator

import msgspec
from rich.text import Text

from services.console.dlq import letters
from services.console.dlq.letters import Letter
from services.stream.bus import Record

WIDTH = 160
TEXT_CHARS = 4000
"""Of a value shown as text."""
DUMP_BYTES = 512
"""Of a value shown as a dump."""
ROW = 16


def json_line(letter: Letter) -> bytes:
    return msgspec.json.encode(
        {
            "service": letter.service,
            "offset": letter.offset,
            "reason": letter.reason,
            "detail": letter.detail,
            "origin": letter.origin,
            "time": letter.time,
            "size": letter.size,
            "key": None if letter.key is None else _text(letter.key),
            "replayable": letter.source() is not None,
        }
    )


def summary_line(letter: Letter) -> Text:
    """One line, with at most `WIDTH` characters of content."""
    head = Text()
    head.append(letter.time.strftime("%Y-%m-%d %H:%M:%S "), style="dim")
    head.append(f"{letter.service} {letter.offset} ", style="dim")
    head.append(f"{one_line(letter.reason)} ", style="bold cyan")
    return head.append(one_line(f"{letter.origin} ({letter.size:,} bytes) {letter.detail}")[:WIDTH])


def letter_lines(record: Record) -> Iterator[str]:
    """A dead letter in lines: why it died, then what it was."""
    letter = letters.read(record)
    headers = letters.own_headers(record)
    yield f"dead letter {letter.offset} of {letter.service}, {letter.time:%Y-%m-%d %H:%M:%S} UTC"
    yield f"  reason   {one_line(letter.reason)}"
    yield f"  detail   {one_line(letter.detail)}"
    yield f"  origin   {one_line(letter.origin)}" + (
        "" if letter.source() else " (no topic: not to be replayed)"
    )
    yield f"key        {'none' if letter.key is None else one_line(_text(letter.key))}"
    yield "headers" if headers else "headers    none"
    yield from (f"  {one_line(name)}: {one_line(_text(value))}" for name, value in headers)
    if record.value is None:
        yield "value      none (a tombstone)"
        return
    yield f"value      {letter.size:,} bytes"
    yield from value_lines(record.value)


def value_lines(value: bytes) -> Iterator[str]:
    """As text where it is text, else as a dump; cut, and the cut told."""
    try:
        text = value.decode()
    except UnicodeDecodeError:
        yield from _dump(value)
        return
    if any(not (char.isprintable() or char in "\t\r\n") for char in text[:TEXT_CHARS]):
        yield from _dump(value)
        return
    yield from text[:TEXT_CHARS].splitlines()
    if len(text) > TEXT_CHARS:
        yield f"… {len(text) - TEXT_CHARS:,} characters more; --raw gives all"


def one_line(text: str) -> str:
    """Without characters that could move a cursor or turn the direction of writing."""
    return "".join(char if char.isprintable() else " " for char in text)


def _dump(value: bytes) -> Iterator[str]:
    """As `hexdump -C`."""
    for start in range(0, min(len(value), DUMP_BYTES), ROW):
        row = value[start : start + ROW]
        seen = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in row)
        yield f"{start:08x}  {row.hex(' '):<{3 * ROW - 1}}  |{seen}|"
    if len(value) > DUMP_BYTES:
        yield f"… {len(value) - DUMP_BYTES:,} bytes more; --raw gives all"


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace")
