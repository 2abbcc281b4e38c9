"""Logs: one JSON object a line, or a readable console.

Promises: event names come from `LogEvent`; times are UTC in microseconds; URLs carry no userinfo and no
query secrets; no local variables and no article text leave the process above debug; a line that
repeats comes at most once in ten seconds and says how many were `suppressed`.
"""

import logging
import sys
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Literal, TextIO

import structlog
from structlog.processors import ExceptionRenderer, JSONRenderer
from structlog.tracebacks import ExceptionDictTransformer
from structlog.typing import EventDict, FilteringBoundLogger, Processor, WrappedLogger

from services.ops.events import LogEvent
from services.ops.redaction import redact

Format = Literal["auto", "json", "console"]
VERSION = version("newsfold")
REPEAT_S = 10.0
REMEMBERED = 1024
COPY_FIELDS = frozenset({"text", "body", "html", "summary", "value", "content"})
FIRST = ("timestamp", "level", "event", "service", "version")
MAX_FIELD_CHARS = 2000
MAX_CHARS = {"exception": 20_000}


@contextmanager
def configure(
    *,
    service: str,
    fmt: Format = "auto",
    level: str = "info",
    stream: TextIO | None = None,
    libraries: bool = True,
) -> Iterator[None]:
    """Every logger of the process writes to `stream` (default stderr) while the body runs.

    Colour only where `stream` is a terminal. Without `libraries` only our own lines are written.
    """
    out = stream or sys.stderr
    terminal = out.isatty()
    console = fmt == "console" or (fmt == "auto" and terminal)
    before = structlog.get_config()
    structlog.configure(
        processors=[*_chain(service), *_renderer(console=console, colour=terminal)],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.PrintLoggerFactory(out),
        cache_logger_on_first_use=False,
    )
    try:
        with _bridge(level, libraries=libraries):
            yield
    finally:
        structlog.configure(**before)


@contextmanager
def _bridge(level: str, *, libraries: bool) -> Iterator[None]:
    root, own = logging.getLogger(), logging.getLogger("services")
    before = root.handlers, root.level, own.handlers, own.level, own.propagate
    # Libraries tell every request below warning, with its full address.
    root.handlers, root.level = [Bridge() if libraries else logging.NullHandler()], logging.WARNING
    own.handlers, own.propagate = [Bridge()], False
    own.setLevel(level.upper())
    try:
        yield
    finally:
        root.handlers, root.level, own.handlers, level_before, own.propagate = before
        own.setLevel(level_before)


class Bridge(logging.Handler):
    """What libraries and the stream log through the standard module, as lines of ours."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            structlog.get_logger().log(
                record.levelno,
                LogEvent.LIBRARY_REPORTED,
                message=record.getMessage(),
                logger=record.name,
                exc_info=record.exc_info,
            )
        except Exception:  # noqa: BLE001 - as every handler: a log line must not stop the work
            self.handleError(record)


def get_logger(service: str) -> FilteringBoundLogger:
    """A logger whose lines name `service`."""
    logger: FilteringBoundLogger = structlog.get_logger(service=service)
    return logger


def _chain(service: str) -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        _add_service(service),
        structlog.processors.add_log_level,
        drop_copy,
        RepeatFilter(time.monotonic),
        add_timestamp,
        order_fields,
    ]


def _renderer(*, console: bool, colour: bool) -> list[Processor]:
    if console:
        return [ExceptionRenderer(), redact_fields, structlog.dev.ConsoleRenderer(colors=colour)]
    frames = ExceptionDictTransformer(show_locals=False, max_frames=30)
    return [ExceptionRenderer(frames), redact_fields, JSONRenderer(ensure_ascii=False, default=str)]


def _add_service(service: str) -> Processor:
    def add(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        event.setdefault("service", service)
        event["version"] = VERSION
        return event

    return add


def add_timestamp(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """UTC with exactly six digits after the second."""
    event["timestamp"] = datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    return event


def order_fields(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """When, how grave, what and who stand first, for whoever reads lines with the eye."""
    return {name: event[name] for name in FIRST if name in event} | dict(event)


def drop_copy(_logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Article text is for debugging only."""
    if method != "debug":
        for field in COPY_FIELDS & event.keys():
            event[field] = f"({len(str(event[field]))} characters left out)"
    return event


def redact_fields(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Last look before a line is written: no credentials inside any string, nothing endless."""
    return {key: redact(value, MAX_CHARS.get(key, MAX_FIELD_CHARS)) for key, value in event.items()}


class RepeatFilter:
    """Lets a warning or error through once in `REPEAT_S`, with the number held back since.

    Two lines are the same when all their fields are, but for how long something took; two exceptions when
    their types and texts are, wherever they were raised. At most `REMEMBERED` lines are remembered.
    """

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._seen: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def __call__(self, _logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
        if method not in {"warning", "error", "critical", "exception"}:
            return event
        fields = {name: value for name, value in event.items() if name not in {"duration_ms", "exc_info"}}
        key = repr(sorted((name, repr(value)) for name, value in fields.items()))
        key += _exception_text(event.get("exc_info"))
        now = self._monotonic()
        last, held = self._seen.get(key, (now - REPEAT_S, 0))
        if now - last < REPEAT_S:
            self._seen[key] = (last, held + 1)
            raise structlog.DropEvent
        self._remember(key, now)
        if held:
            event["suppressed"] = held
        return event

    def _remember(self, key: str, now: float) -> None:
        self._seen[key] = (now, 0)
        self._seen.move_to_end(key)
        while len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)


def _exception_text(exc_info: object) -> str:
    """An exception in words. Its traceback is another object, at another address, every time."""
    error = exc_info
    if isinstance(exc_info, tuple):
        error = exc_info[1]
    elif exc_info is True:
        error = sys.exception()
    return f"{type(error).__name__}: {error}" if error else ""
