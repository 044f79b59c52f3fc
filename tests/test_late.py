"""A start costs what a page costs: what few requests need is imported by the first that does."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from eventsvc import late

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = {"openpyxl", "PIL", "redis", "typst", "xlsxwriter"}
# What gunicorn's master has in hand when it forks.
AT_THE_START = (
    "import gc, json, sys, wsgi; print(json.dumps([sorted(sys.modules), gc.isenabled(), gc.get_freeze_count()]))"
)


def test_the_site_starts_without_what_reads_and_draws_files_and_freezes_what_it_has() -> None:
    environment = os.environ | {"SECRET_KEY": "a secret of the tests", "DATABASE_URL": "sqlite://", "REDIS_URL": ""}

    said = subprocess.run(
        [sys.executable, "-c", AT_THE_START], cwd=ROOT, env=environment, check=True, capture_output=True, text=True
    ).stdout
    modules, collects, frozen = json.loads(said.splitlines()[-1])

    assert "flask" in modules
    assert not PACKAGES & set(modules)
    assert collects
    assert frozen > 100_000


@pytest.mark.parametrize("name", late.__all__)
def test_what_is_imported_late_is_there_when_it_is_needed(name: str) -> None:
    assert getattr(late, name).__name__.partition(".")[0] in PACKAGES


def test_nothing_else_is_imported_late() -> None:
    with pytest.raises(AttributeError, match="flask is not imported late"):
        late.__getattr__("flask")


def test_no_other_file_imports_what_is_imported_late() -> None:
    early = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in sorted((ROOT / "eventsvc").rglob("*.py"))
        if path.name != "late.py"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Import | ast.ImportFrom) and PACKAGES & _packages(node)
    ]

    assert early == []


def _packages(node: ast.Import | ast.ImportFrom) -> set[str]:
    names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
    return {name.partition(".")[0] for name in names}
