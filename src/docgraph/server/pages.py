"""The GraphiQL page: built into the package, filled in with what this index is and a query that works."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import msgspec

from docgraph.model.schema import Schema

EXAMPLE = "example.graphql"
PLACEHOLDER = b'<script id="docgraph" type="application/json">{}</script>'
STATIC = Path(str(files("docgraph.server") / "static"))


def graphiql_page(index: str, example: str) -> bytes:
    """The page as HTML, with the query that stands in the editor when it opens."""
    told = msgspec.json.encode({"index": index, "exampleQuery": example})
    # Inside <script> only `<` can end the element; JSON can spell it otherwise.
    safe = told.replace(b"<", b"\\u003c")
    page = (STATIC / "index.html").read_bytes()
    return page.replace(PLACEHOLDER, PLACEHOLDER.replace(b"{}", safe))


def example_query(project: Path, schema: Schema) -> str:
    """The project's own example.graphql; without one, a query for the first entity type."""
    try:
        return (project / EXAMPLE).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return _made_up(schema)


def _made_up(schema: Schema) -> str:
    for entity in schema.entities.values():
        fields = [field.name for field in entity.stored_fields if not field.is_reference][:6]
        lines = "\n".join(f"    {field}" for field in fields)
        return f"{{\n  {entity.plural}(first: 10) {{\n{lines}\n  }}\n}}\n"
    return "{\n  _meta {\n    block {\n      number\n    }\n  }\n}\n"
