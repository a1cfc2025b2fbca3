"""The source as tests of its shape read it."""

import ast
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
BOT = ROOT / "bot"
LOCAL_SLACK = BOT / "playground"


@cache
def bot_files(*, with_local_slack: bool = False) -> tuple[Path, ...]:
    """The bot's modules, the local Slack's only where asked for."""
    return tuple(path for path in sorted(BOT.rglob("*.py")) if with_local_slack or LOCAL_SLACK not in path.parents)


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def place(path: Path) -> str:
    """A file as people name it: `bot/app.py`."""
    return path.relative_to(ROOT).as_posix()


@cache
def project_files() -> tuple[Path, ...]:
    """Every file that is part of the project: what git keeps, or would keep."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return tuple(path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file())


def texts(path: Path) -> set[str]:
    """Every string a module holds."""
    return {
        node.value for node in ast.walk(tree(path)) if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def imported(path: Path) -> set[str]:
    """The modules a file imports, wherever in it."""
    names: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names
