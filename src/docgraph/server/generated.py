"""Keeps generated/schema.py, the typed entity classes, as the schema says.

Editors and type checkers read the file; running code gets the same classes from
the loader, whether the file is there or not.
"""

from __future__ import annotations

from pathlib import Path

from docgraph.indexer.project import read_model
from docgraph.mapping.generate import generate
from docgraph.model.schema import Schema
from docgraph.server.settings import Settings

GENERATED = Path("generated") / "schema.py"


def write_generated(settings: Settings) -> bool:
    """Write the classes of the project's schema. Says whether the file changed.

    Raises Problems: manifest or schema have mistakes.
    """
    _, schema = read_model(settings.project, settings.environment)
    return keep_current(settings.project, schema)


def keep_current(project: Path, schema: Schema) -> bool:
    """Write the classes of `schema` below `project` unless the file says the same already."""
    file, text = project / GENERATED, generate(schema)
    if file.exists() and file.read_text(encoding="utf-8") == text:
        return False
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return True
