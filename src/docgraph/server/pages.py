"""The GraphiQL page: built into the package, filled in with what this index is and a query that works.

In a clone of the repository the page is built while the server runs already; until then NOT_BUILT stands in for it.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import msgspec

from docgraph.model.schema import Schema

EXAMPLE = "example.graphql"
PLACEHOLDER = b'<script id="docgraph" type="application/json">{}</script>'
STATIC = Path(str(files("docgraph.server") / "static"))
NOT_BUILT = b"""\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="refresh" content="2">
<title>docgraph: the page is not built yet</title>
<h1>The page is not built yet</h1>
<p>GraphQL is served: ask <code>/graphql</code> with POST.
<p>This page, GraphiQL, is built from <code>web/</code> by <code>make dev</code>, beside the server and once; that takes
about half a minute. Where the server was started in another way, <code>make page</code> builds it.
<p>It is shown here as soon as it is there. If it does not come, the terminal says why.
</html>
"""


def graphiql_page(index: str, example: str) -> bytes:
    """The page as HTML, with the query that stands in the editor when it opens.

    Raises FileNotFoundError: it is not built.
    """
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
