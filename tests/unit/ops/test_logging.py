import io
import json
import logging as logging_of_python
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from services.ops import logging
from services.ops.events import LogEvent
from services.ops.redaction import public_url, redact

SECRET = "hush-hush"
Logged = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines() -> Iterator[Logged]:
    stream = io.StringIO()
    with logging.configure(service="ingest", fmt="json", level="debug", stream=stream):
        yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]


def test_everything_is_as_before_when_the_body_ends() -> None:
    root, own = logging_of_python.getLogger(), logging_of_python.getLogger("services")

    def state() -> tuple[object, ...]:
        return (
            list(root.handlers),
            root.level,
            list(own.handlers),
            own.level,
            own.propagate,
            structlog.get_config(),
        )

    before = state()
    with logging.configure(service="ingest", stream=io.StringIO()):
        assert state() != before
    assert state() == before


def test_what_the_standard_module_is_told_becomes_a_line_of_ours(lines: Logged) -> None:
    logging_of_python.getLogger("services.stream.lane").warning("%s gave up", "dedup/3")
    logging_of_python.getLogger("httpx").info("GET https://feeds.example/")
    (line,) = lines()
    assert (line["event"], line["message"], line["level"]) == (
        "library.reported",
        "dedup/3 gave up",
        "warning",
    )


def test_a_line_is_one_json_object_with_service_level_and_microseconds(lines: Logged) -> None:
    logging.get_logger("dedup").info(LogEvent.BATCH_COMMITTED, feed_id="f1", duration_ms=3)
    (line,) = lines()
    assert line["event"] == "batch.committed"
    assert (line["service"], line["level"], line["feed_id"]) == ("dedup", "info", "f1")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", line["timestamp"])


def test_tracebacks_carry_no_local_variables(lines: Logged) -> None:
    def fail() -> None:
        password = "hush-hush"
        raise RuntimeError(f"no luck with {len(password)} characters")

    try:
        fail()
    except RuntimeError:
        logging.get_logger("ingest").exception(LogEvent.SERVICE_FAILED)
    text = json.dumps(lines())
    assert "no luck with 9 characters" in text
    assert "hush-hush" not in text


@pytest.mark.parametrize("fmt", ["json", "console"])
def test_a_secret_in_a_raising_frame_stays_there(fmt: logging.Format) -> None:
    stream = io.StringIO()

    def connect(password: str) -> None:
        options = {"sasl_plain_password": password, "again": [password]}
        raise ConnectionError(f"{len(options)} options did not help")

    def fail(secret: str) -> None:
        try:
            connect(secret)
        except ConnectionError as error:
            raise RuntimeError("gave up") from error

    with logging.configure(service="ingest", fmt=fmt, stream=stream):
        try:
            fail(SECRET)
        except RuntimeError:
            logging.get_logger("ingest").exception(LogEvent.SERVICE_FAILED)
            logging_of_python.getLogger("services.stream").exception("lost it")
            logging_of_python.getLogger("asyncio").exception("never retrieved")
    written = stream.getvalue()
    assert written.count("gave up") >= 3
    assert written.count("2 options did not help") >= 3
    assert "hush" not in written


@pytest.mark.parametrize(
    ("text", "public"),
    [
        ("Authorization: Bearer abc.def.ghi.jkl", "Authorization: *** ***"),
        ("refused: bearer eyJhbGciOiJIUzI1NiJ9", "refused: bearer ***"),
        ("{'password': 'hunter2', 'user': 'ada'}", "{'password': '***', 'user': 'ada'}"),
        ("sasl_password=hunter2;host=b", "sasl_password=***;host=b"),
        ("a bearer token is asked for", "a bearer token is asked for"),
        ("the secret of the password", "the secret of the password"),
    ],
)
def test_a_credential_beside_its_name_is_left_out(text: str, public: str) -> None:
    assert redact(text, 1000) == public


def test_what_every_line_has_stands_first(lines: Logged) -> None:
    logging.get_logger("dedup").info(LogEvent.BATCH_COMMITTED, partition=3)
    (line,) = lines()
    assert list(line) == ["timestamp", "level", "event", "service", "version", "partition"]


@pytest.mark.parametrize("said", [True, "the error", "a tuple"])
def test_an_exception_raised_anew_is_the_same_error(lines: Logged, said: object) -> None:
    def fail(text: str) -> None:
        try:
            Path(f"no/such/{text}").stat()
        except OSError as error:
            told = {"the error": error, "a tuple": (OSError, error, error.__traceback__)}
            logging.get_logger("dedup").warning(LogEvent.UPKEEP_FAILED, exc_info=told.get(str(said), True))

    for text in ("disk", "disk", "disk", "file"):
        fail(text)
    first, second = (json.dumps(line["exception"]) for line in lines())
    assert "no/such/disk" in first
    assert "no/such/file" in second


@pytest.mark.parametrize("fmt", ["json", "console"])
def test_no_url_in_a_line_shows_credentials(fmt: logging.Format) -> None:
    stream = io.StringIO()
    url = "https://ada:hush@feeds.example/rss?token=hush2&page=3"
    with logging.configure(service="ingest", fmt=fmt, stream=stream):
        try:
            int(f"cannot fetch {url}")
        except ValueError:
            logging.get_logger("ingest").exception(LogEvent.BATCH_RETRIED, url=url)
    assert "hush" not in stream.getvalue()
    assert "page=3" in stream.getvalue()


def test_article_text_is_left_out_above_debug(lines: Logged) -> None:
    logging.get_logger("ingest").info(LogEvent.BATCH_COMMITTED, text="The mayor said …")
    logging.get_logger("ingest").debug(LogEvent.BATCH_COMMITTED, text="The mayor said …")
    above, debug = lines()
    assert "mayor" not in json.dumps(above)
    assert debug["text"] == "The mayor said …"


def test_the_same_error_comes_once_in_ten_seconds_with_the_number_held_back() -> None:
    now = [100.0]
    repeats = logging.RepeatFilter(lambda: now[0])

    def passes(**event: Any) -> dict[str, Any] | None:
        try:
            return dict(repeats(None, "error", dict(event)))
        except structlog.DropEvent:
            return None

    assert passes(event="feed.failed", feed_id="a") == {"event": "feed.failed", "feed_id": "a"}
    assert passes(event="feed.failed", feed_id="a") is None
    assert passes(event="feed.failed", feed_id="a") is None
    assert passes(event="feed.failed", feed_id="b") is not None
    now[0] += logging.REPEAT_S
    assert passes(event="feed.failed", feed_id="a") == {
        "event": "feed.failed",
        "feed_id": "a",
        "suppressed": 2,
    }


def test_remembered_errors_are_bounded() -> None:
    repeats = logging.RepeatFilter(lambda: 0.0)
    for number in range(logging.REMEMBERED * 2):
        repeats(None, "error", {"event": str(number)})
    assert len(repeats._seen) == logging.REMEMBERED


def test_colour_only_in_a_terminal() -> None:
    stream = io.StringIO()
    with logging.configure(service="ingest", fmt="console", stream=stream):
        logging.get_logger("ingest").error(LogEvent.BATCH_RETRIED)
    assert "\x1b" not in stream.getvalue()


def test_control_characters_of_strangers_do_not_reach_a_terminal() -> None:
    assert "\x1b" not in redact("\x1b[2Jcleared\u202e", 100)


def test_long_values_are_cut() -> None:
    assert len(redact("x" * 10_000, 100)) < 200


@pytest.mark.parametrize(
    ("url", "public"),
    [
        ("https://feeds.example/a?b=1", "https://feeds.example/a?b=1"),
        ("https://user:pw@feeds.example/a", "https://feeds.example/a"),
        ("https://feeds.example/a?Token=x&q=2", "https://feeds.example/a?Token=***&q=2"),
        ("http://[broken", "(unreadable URL)"),
    ],
)
def test_a_public_url_keeps_everything_but_credentials(url: str, public: str) -> None:
    assert public_url(url) == public


def test_event_names_are_dotted_and_in_the_past_tense() -> None:
    for event in LogEvent:
        assert re.fullmatch(r"[a-z]+\.[a-z_]+", event), event
        assert event.endswith(("ed", "ost", "ent")), event
