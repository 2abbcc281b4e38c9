"""Where a Desk keeps what it read of a log, and how it is told where to look."""

from pathlib import Path

from services.console.addresses import Address
from services.desk.desk import Desk
from services.ops.config import Settings
from services.ops.exits import Exit, Stop
from services.ops.settings import DeskSettings


def desk_file(address: Address, settings: Settings, scratch: Path) -> Path:
    """`scratch`: a folder for what is gone with the process, as a log in memory is."""
    if settings.desk.file:
        return Path(settings.desk.file)
    if address.kind == "memory":
        return scratch / "desk.db"
    log = address.file()
    return Path("var/desk.db") if log is None else log.with_name(f"{log.name}-desk.db")


def url_of(desk: Desk, settings: DeskSettings) -> str:
    """What to open."""
    host, _ = settings.address()
    return f"http://{f'[{host}]' if ':' in host else host}:{desk.port}/"


def cannot_serve(settings: DeskSettings, error: OSError) -> Stop:
    return Stop(Exit.FAILED, f"desk: {settings.listen}: cannot be served: {error.strerror or error}")
