"""The walls of the house: who may import whom, and what a pure module must not touch.

`docs/architecture.md` says why.
"""

import ast
import re
import statistics
import sys
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NEWS = ("services.ingest", "services.dedup", "services.enrich")
SEAM = ("services.stream.bus", "services.stream.service", "services.stream.clock")
ALLOWED = {
    "services.contracts": ("services.contracts",),
    "services.stream": ("services.stream", "services.ops.secret"),
    "services.ops": ("services.ops", "services.contracts", "services.stream", "services.dedup.settings"),
    "services.desk": (
        "services.desk",
        "services.contracts",
        "services.ops",
        "services.stream.bell",
        "services.enrich.subjects",
        "services.enrich.facts.timeline",
        *SEAM,
    ),
    "services.kernels": ("services.kernels",),
    "services.extractors": ("services.extractors", "services.contracts", "services.enrich.facts"),
    **{name: (name, "services.contracts", "services.ops", *SEAM) for name in NEWS},
}
for _service in ("services.dedup", "services.enrich"):
    ALLOWED[_service] += ("services.kernels",)
SHELLS = frozenset(
    f"services.ingest.{name}"
    for name in "http.callbacks http.cookies http.fetch http.guard http.netrc_file http.network http.origins "
    "http.stream polling.feedlist polling.hubs polling.live polling.robots "
    "polling.shared_pages polling.subscriber recordings.archive recordings.archive_lines "
    "recordings.archive_process recordings.archive_reader recordings.pace "
    "recordings.recorder recordings.recording recordings.replay recordings.source "
    "recordings.warc workers.pool workers.worker".split()
)
"""Modules of the news packages that await, read files or talk to the network. All others are pure."""
INGEST = "services.ingest"
_NAMES = tuple(f"{INGEST}.{name}" for name in ("urls", "keys", "publishers"))
_SEEN = (*_NAMES, f"{INGEST}.readings", f"{INGEST}.http.exchange")
WINGS = {
    "http": (f"{INGEST}.urls",),
    "text": (),
    "credits": (),
    "formats": (*_SEEN, f"{INGEST}.text"),
    "pages": (*_SEEN, f"{INGEST}.text"),
    "workers": (*_SEEN, f"{INGEST}.formats", f"{INGEST}.pages"),
    "recordings": (INGEST,),
    "polling": (INGEST,),
}
"""What the wings of ingest may import of ingest beside themselves."""
NEIGHBOURS = {"recordings": f"{INGEST}.polling", "polling": f"{INGEST}.recordings"}
SOCKETS = frozenset("httpx httpcore socket ssl".split())
IMPURE = frozenset(
    "aiokafka asyncio concurrent http httpcore httpx multiprocessing os random requests secrets shutil "
    "signal socket sqlite3 ssl subprocess tempfile threading time uuid warcio".split()
)
CLOCKS = frozenset({"now", "utcnow", "today"})
SEARCHABLE = (
    "services.contracts",
    "services.ingest",
    "services.stream",
    "services.ops",
    *(f"services.console.{name}" for name in ("dlq", "log", "top", "topics")),
)
"""Packages in which a name says what it names. Others join as they are cleaned."""
SAYS_NOTHING = frozenset(
    "again all alone anew asked both chosen copied done drained each elsewhere ended everything exists first "
    "found given gone here ignored instead it kept known last latest listed lost made marked meant missing "
    "moved named new old on once opened other ours parsed placed planned proved raised reached refused "
    "restored running said same sealed seen sent settled standing stored taken that theirs there told untold "
    "used waiting wanted what where who whose wishes with".split()
)
"""Words that by themselves name no class, function or type: participles, pronouns, adverbs."""
LONGEST = 500
MEDIAN = 150


@cache
def modules() -> dict[str, Path]:
    """Dotted names of everything under `services`."""
    found = {}
    for path in sorted((ROOT / "services").rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


@cache
def tree(module: str) -> ast.Module:
    return ast.parse(modules()[module].read_text(encoding="utf-8"))


def imports(module: str) -> Iterator[str]:
    """Full names, wherever in the module they are imported."""
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} imports relatively: the path is the import path"
            for name in node.names:
                full = f"{node.module}.{name.name}"
                yield full if full in modules() else str(node.module)


def inside(name: str, packages: tuple[str, ...]) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def members(package: str) -> list[str]:
    return [module for module in modules() if inside(module, (package,))]


@pytest.mark.parametrize("package", ALLOWED)
def test_a_package_imports_only_what_it_may(package: str) -> None:
    walls = [
        f"{module} imports {name}"
        for module in members(package)
        for name in imports(module)
        if inside(name, ("services",)) and name != "services" and not inside(name, ALLOWED[package])
    ]
    assert not walls


DEDUP = "services.dedup"
KERNELS = f"{DEDUP}.kernels"
DEDUP_WINGS = {
    "kernels": (f"{DEDUP}.settings", f"{DEDUP}.text", f"{DEDUP}.search", f"{DEDUP}.relations"),
    "text": (f"{DEDUP}.settings", KERNELS),
    "search": (f"{DEDUP}.settings", KERNELS, f"{DEDUP}.text", f"{DEDUP}.memory"),
    "relations": (f"{DEDUP}.settings", KERNELS, f"{DEDUP}.text", f"{DEDUP}.search"),
    "memory": (),
    "stories": (f"{DEDUP}.settings", f"{DEDUP}.memory"),
    "batch": (DEDUP,),
    "spread": (DEDUP,),
}
"""The same for dedup: a text knows of no other, a pair of no window, a story of no text."""


@pytest.mark.parametrize(("package", "wings"), [(INGEST, WINGS), (DEDUP, DEDUP_WINGS)])
def test_every_wing_has_its_place(package: str, wings: dict[str, tuple[str, ...]]) -> None:
    place = ROOT / package.replace(".", "/")
    folders = {path.name for path in place.iterdir() if (path / "__init__.py").exists()}
    assert folders == wings.keys()


@pytest.mark.parametrize("wing", DEDUP_WINGS)
def test_a_wing_of_dedup_imports_only_what_it_may(wing: str) -> None:
    own = f"{DEDUP}.{wing}"
    walls = [
        f"{module} imports {name}"
        for module in members(own)
        for name in imports(module)
        if inside(name, (DEDUP,)) and not inside(name, (own, *DEDUP_WINGS[wing]))
    ]
    assert not walls


@pytest.mark.parametrize("wing", WINGS)
def test_a_wing_imports_only_what_it_may(wing: str) -> None:
    own = f"{INGEST}.{wing}"
    walls = [
        f"{module} imports {name}"
        for module in members(own)
        for name in imports(module)
        if inside(name, (INGEST,))
        and not inside(name, (own,))
        and (not inside(name, WINGS[wing]) or inside(name, (NEIGHBOURS.get(wing, own),)))
    ]
    assert not walls


def test_only_fetching_knows_a_socket() -> None:
    openers = {m for m in members(INGEST) if any(i.partition(".")[0] in SOCKETS for i in imports(m))}
    assert openers
    assert all(inside(module, (f"{INGEST}.http",)) for module in openers)


def test_contracts_need_msgspec_and_the_standard_library_alone() -> None:
    foreign = {
        f"{module} imports {name}"
        for module in members("services.contracts")
        for name in imports(module)
        if name.partition(".")[0] not in {"services", "msgspec", *sys.stdlib_module_names}
    }
    assert not foreign


def test_one_module_imports_the_kafka_client() -> None:
    importers = {
        module for module in modules() for name in imports(module) if name.partition(".")[0] == "aiokafka"
    }
    assert importers == {"services.stream.kafka.client"}


def pure() -> list[str]:
    """Dedup, enrich, contracts; of ingest all but its shells; elsewhere what calls itself Pure."""
    news = [module for package in NEWS for module in members(package) if module not in SHELLS]
    said = [m for m in modules() if re.search(r"\bPure\b", ast.get_docstring(tree(m)) or "")]
    return sorted({*news, *members("services.contracts"), *said})


def touches(module: str) -> Iterator[str]:
    yield from (name for name in imports(module) if name.partition(".")[0] in IMPURE)
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.AsyncFunctionDef):
            yield f"async def {node.name}"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "open":
            yield "open()"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CLOCKS:
            yield f"{ast.unparse(node.func)}()"


def test_a_pure_module_neither_waits_nor_reads_nor_asks_the_time() -> None:
    assert len(pure()) > 50
    assert not [f"{module}: {what}" for module in pure() for what in touches(module)]


def test_a_pure_module_of_the_news_leans_on_nothing_that_touches_the_world() -> None:
    ours = [module for module in pure() if inside(module, (*NEWS, "services.contracts"))]
    leans = [(module, name) for module in ours for name in imports(module) if name in modules()]
    outside = {name for name in modules() if any(i.partition(".")[0] in IMPURE for i in imports(name))}
    assert not [f"{module} imports {name}" for module, name in leans if name in outside]


def test_every_shell_of_ingest_is_one() -> None:
    assert modules().keys() >= SHELLS
    outside = {m for m in SHELLS if any(touches(m)) or any(n.startswith("pathlib") for n in imports(m))}
    assert outside == SHELLS


def test_a_module_is_named_for_what_is_in_it() -> None:
    empty = {"utils", "util", "common", "helper", "helpers", "manager", "misc"}
    assert not [module for module in modules() if empty & set(module.split("."))]


def defined(module: str) -> Iterator[str]:
    """Names of the classes, functions and types at the top of a module."""
    for node in tree(module).body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name
        elif isinstance(node, ast.Assign):
            yield from (name.id for name in node.targets if isinstance(name, ast.Name))


@pytest.mark.parametrize("package", SEARCHABLE)
def test_a_class_or_function_is_named_by_a_noun_or_a_verb(package: str) -> None:
    names = [(module, name) for module in members(package) for name in defined(module)]
    assert names
    assert not [
        f"{module}.{name}"
        for module, name in names
        if not name.isupper() and name.lstrip("_").lower() in SAYS_NOTHING
    ]


def test_a_public_class_has_its_name_for_itself() -> None:
    homes: defaultdict[str, list[str]] = defaultdict(list)
    for module in (module for package in SEARCHABLE for module in members(package)):
        for node in tree(module).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                homes[node.name].append(module)
    assert homes
    assert not {name: where for name, where in homes.items() if len(where) > 1}


def test_modules_stay_small() -> None:
    lines = {module: len(path.read_text("utf-8").splitlines()) for module, path in modules().items()}
    assert not {module: count for module, count in lines.items() if count > LONGEST}
    assert statistics.median(lines.values()) < MEDIAN


def test_no_test_and_no_measurement_is_longer_than_can_be_read_at_once() -> None:
    paths = [path for folder in ("tests", "bench") for path in (ROOT / folder).rglob("*.py")]
    lines = {str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines()) for path in paths}
    assert not {path: count for path, count in lines.items() if count > LONGEST}


def test_every_module_says_why_it_is_there() -> None:
    assert not [m for m in modules() if tree(m).body and not ast.get_docstring(tree(m))]


def test_no_file_says_where_press_copy_lies_on_one_machine() -> None:
    """A folder beside the repository is found by `tests/press.py`, which needs no literal for it."""
    beside = re.compile(r"\.\./shared\b")
    folders = [ROOT / name for name in ("services", "tests", "bench", "docs", "deploy")]
    texts = {".py", ".md", ".toml", ".yaml", ".sh"}
    named = [path for folder in folders for path in folder.rglob("*") if path.suffix in texts]
    assert not [
        str(path.relative_to(ROOT)) for path in named if beside.search(path.read_text(encoding="utf-8"))
    ]


ASKED_BY_THREADS = (
    "services.stream",
    "services.desk",
    *(f"services.ingest.{name}" for name in ("recordings", "workers")),
)


def test_what_threads_read_by_type_has_a_decoder_made_beforehand() -> None:
    """`services.desk.decoders` says why."""
    for module in (each for package in ASKED_BY_THREADS for each in members(package)):
        calls = [ast.unparse(node) for node in ast.walk(tree(module)) if isinstance(node, ast.Call)]
        assert not [call for call in calls if re.match(r"msgspec\.\w+\.decode\(.*type=", call)], module
