"""The page of all settings, made from the settings themselves: `docs/configuration.md`.

`python -m services.ops.reference > docs/configuration.md`; a test compares the two.
"""

import ast
import inspect
import textwrap
from collections.abc import Iterator

import msgspec
from msgspec.structs import FieldInfo, fields

from services.ops.allowed import allowed_values
from services.ops.config import PREFIX, Settings
from services.ops.secret import Secret

HEAD = f"""\
# Configuration

Made from `services/ops` by `python -m services.ops.reference > docs/configuration.md`.

A TOML file (`--config FILE`) and the environment, which wins: `[bus] url` is `{PREFIX}BUS__URL`. A wrong key
or value ends every command with one line and exit code 2, before any connection. A secret KEY may come from a
file, which `KEY_file` names.
"""


def page() -> str:
    return "\n".join([HEAD, *(line for section in fields(Settings) for line in _section(section))])


def keys() -> Iterator[tuple[str, FieldInfo]]:
    """`section.key` and the field, in the order of the page."""
    for section in fields(Settings):
        for field in fields(section.type):
            yield f"{section.name}.{field.name}", field


def _section(section: FieldInfo) -> Iterator[str]:
    yield f"## [{section.name}]"
    yield ""
    yield _cell(inspect.getdoc(section.type) or "").removeprefix(f"`[{section.name}]`: ")
    yield ""
    yield "| key | default | allowed | meaning |"
    yield "|---|---|---|---|"
    meanings = _meanings(section.type)
    for field in fields(section.type):
        cells = (f"`{field.name}`", _default(field), _allowed_values(field), meanings.get(field.name, ""))
        yield "| " + " | ".join(cells) + " |"
    yield ""


def _meanings(kind: type[msgspec.Struct]) -> dict[str, str]:
    """The text behind each field, which Python itself forgets."""
    (found,) = ast.parse(textwrap.dedent(inspect.getsource(kind))).body
    assert isinstance(found, ast.ClassDef)
    told = {}
    for field, after in zip(found.body, found.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(after, ast.Expr):
            told[ast.unparse(field.target)] = _cell(ast.literal_eval(after.value))
    return told


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _default(field: FieldInfo) -> str:
    default = field.default_factory() if field.default is msgspec.NODEFAULT else field.default
    if isinstance(default, Secret) or default in ("", ()):
        return "none"
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"


def _allowed_values(field: FieldInfo) -> str:
    told = allowed_values(msgspec.inspect.type_info(field.type))
    return "text" if told.startswith("text like") else told.replace("one of , ", "none, ")


if __name__ == "__main__":
    print(page(), end="")
