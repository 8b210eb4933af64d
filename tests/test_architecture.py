"""The structure that `engine/README.md` describes, checked on the code itself."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ENGINE = ROOT / "engine" / "spendgate"
CLI = ROOT / "cli" / "spendgate_cli"

LAYERS: tuple[tuple[str, ...], ...] = (
    ("errors",),
    ("model",),
    ("registry", "documents", "ports", "bundle"),
    ("policies", "costing", "graph", "governance", "settings"),
    ("wire",),
    ("inputs", "facets", "prices", "evaluators", "reporters", "hosts", "migration"),
    ("collectors",),
    ("pipeline", "health"),
    ("fixing",),
    ("api",),
    ("spendgate_cli",),
)
"""From the bottom up. A part may import parts of lower layers, and within its own layer only what `SIDEWAYS` names."""

SIDEWAYS = {
    ("migration", "facets"),
    ("ports", "registry"),
    ("governance", "policies"),
    ("settings", "governance"),
    ("settings", "policies"),
}

DOORS: dict[str, tuple[str, ...]] = {
    "networkx": ("spendgate/graph.py",),
    "yaml": ("spendgate/documents",),
    "msgspec": ("spendgate/model/frozen.py", "spendgate/documents", "spendgate/inputs/", "spendgate/wire/"),
    "genai_prices": ("spendgate/prices/llm.py",),
    "sqlite3": ("spendgate/prices/",),
    "pyarrow": ("spendgate/inputs/utilisation/parquet.py",),
    "boto3": ("spendgate/collectors/aws/", "spendgate/inputs/utilisation/cloudwatch/"),
    "botocore": ("spendgate/collectors/aws/", "spendgate/inputs/utilisation/cloudwatch/"),
    "cryptography": ("spendgate/governance/envelope.py",),
    "click": ("spendgate_cli/",),
    "opa_client": ("spendgate/evaluators/rego/",),
    "requests": ("spendgate/evaluators/rego/",),
    "urllib3": ("spendgate/evaluators/rego/", "spendgate/collectors/kubernetes/"),
    "kubernetes": ("spendgate/collectors/kubernetes/",),
    "regorus": ("spendgate/evaluators/rego/",),
    "hcl2": ("spendgate/inputs/terraform_source/", "spendgate/fixing/"),
    "lark": ("spendgate/inputs/terraform_source/", "spendgate/fixing/"),
    "tfparse": ("spendgate/inputs/terraform_source/",),
    "pydantic": (
        "spendgate/policies/",
        "spendgate/settings",
        "spendgate/costing/usage.py",
        "spendgate/prices/rates_file.py",
    ),
}
"""Which part of the tree may import a third-party package: one door each."""

FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "misc"}
FEW_LINES = 350


def sources() -> list[Path]:
    return sorted([*ENGINE.rglob("*.py"), *CLI.rglob("*.py")])


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def part_of(path: Path) -> str:
    if path.is_relative_to(CLI):
        return "spendgate_cli"
    inside = path.relative_to(ENGINE).parts
    return inside[0].removesuffix(".py")


def imports(path: Path) -> Iterator[tuple[str, int]]:
    """Every module imported anywhere in a file, except for type checking alone."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    skipped = {
        id(node)
        for block in ast.walk(tree)
        if isinstance(block, ast.If) and ast.unparse(block.test) == "TYPE_CHECKING"
        for node in ast.walk(block)
    }
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield node.module, node.lineno


def layer(part: str) -> int:
    found = [number for number, parts in enumerate(LAYERS) if part in parts]
    assert found, f"{part} stands in no layer: add it to LAYERS"
    return found[0]


def test_imports_run_downward_only() -> None:
    wrong = []
    for path in sources():
        part = part_of(path)
        if part == "__init__":
            continue
        for module, line in imports(path):
            names = module.split(".")
            if names[0] not in ("spendgate", "spendgate_cli") or names == ["spendgate"]:
                continue
            target = names[1] if names[0] == "spendgate" else "spendgate_cli"
            if target == part or layer(target) < layer(part) or (part, target) in SIDEWAYS:
                continue
            wrong.append(f"{shown(path)}:{line}: {part} imports {target}")
    assert not wrong, "\n".join(wrong)


def test_each_dependency_has_one_door() -> None:
    wrong = []
    for path in sources():
        place = shown(path).removeprefix("engine/").removeprefix("cli/")
        for module, line in imports(path):
            doors = DOORS.get(module.split(".")[0])
            if doors and not place.startswith(doors):
                wrong.append(f"{shown(path)}:{line}: {module}")
    assert not wrong, "\n".join(wrong)


def test_only_the_command_line_prints_or_exits() -> None:
    wrong = []
    for path in sources():
        if path.is_relative_to(CLI):
            continue
        wrong += [
            f"{shown(path)}:{node.lineno}"
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("print", "sys.exit", "exit", "quit")
        ]
    assert not wrong, "\n".join(wrong)


def test_no_error_is_swallowed() -> None:
    wrong = []
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ExceptHandler):
                caught = ast.unparse(node.type) if node.type else "everything"
                if (
                    caught in ("everything", "Exception", "BaseException")
                    and shown(path) != "cli/spendgate_cli/main.py"
                ):
                    wrong.append(f"{shown(path)}:{node.lineno}: except {caught}")
    assert not wrong, "\n".join(wrong)


def test_files_stay_small_and_are_named_after_a_notion() -> None:
    long = [
        f"{shown(path)}: {count}" for path in sources() if (count := len(path.read_text().splitlines())) > FEW_LINES
    ]
    vague = [shown(path) for path in sources() if path.stem in FORBIDDEN_NAMES or path.parent.name in FORBIDDEN_NAMES]
    assert not long, "\n".join(long)
    assert not vague, "\n".join(vague)


def test_values_are_taken_apart_with_the_functions_of_the_model() -> None:
    """Those of `dataclasses` know no struct: `model/frozen.py` has its own, under the same names."""
    theirs = {"replace", "fields", "asdict", "astuple", "is_dataclass"}
    wrong = []
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module == "dataclasses":
                wrong += [f"{shown(path)}:{node.lineno}: {name.name}" for name in node.names if name.name in theirs]
    assert not wrong, "\n".join(wrong)


def test_public_names_are_documented() -> None:
    wrong = []
    for path in sources():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if not ast.get_docstring(tree):
            wrong.append(f"{shown(path)}: the module")
        wrong += [
            f"{shown(path)}:{node.lineno}: {node.name}"
            for node in tree.body
            if isinstance(node, (ast.FunctionDef, ast.ClassDef))
            and not node.name.startswith("_")
            and not ast.get_docstring(node)
        ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["check", "--help"]], ids=" ".join)
def test_start_up_imports_nothing_heavy(arguments: list[str]) -> None:
    heavy = ("networkx", "pydantic", "yaml", "msgspec", "rich", "sqlite3", "spendgate.pipeline")
    program = (
        "import sys\n"
        "from spendgate_cli.main import main\n"
        f"sys.argv = ['spendgate', *{arguments!r}]\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        f"print('HEAVY', [name for name in {heavy!r} if name in sys.modules])\n"
    )
    path = f"{ROOT / 'engine'}:{ROOT / 'cli'}"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env={"PYTHONPATH": path}, check=True
    )
    assert done.stdout.rstrip().endswith("HEAVY []"), done.stdout
