"""The JSON Schema of subgraph.yaml, for editors: made from the definition that reading uses."""

from __future__ import annotations

from typing import Any

import msgspec

from docgraph.formats import FORMATS
from docgraph.manifest.definition import ManifestFile
from docgraph.sources import SOURCES

VARIABLE = r"\$\{"  # a value that the environment fills in may become anything


def json_schema() -> dict[str, Any]:
    """The schema as JSON values, draft 2020-12. Published as docs/subgraph.schema.json."""
    roots = [ManifestFile, *SOURCES.values()]
    references, components = msgspec.json.schema_components(roots, ref_template="#/$defs/{name}")
    definitions = {name: _closed(part) for name, part in components.items()}
    manifest = definitions.pop("ManifestFile")
    _vary_source_by_kind(definitions["DataSource"], dict(zip(SOURCES, references[1:], strict=True)))
    for reference in references[1:]:
        _list_formats(definitions[reference["$ref"].rsplit("/", 1)[-1]])
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "subgraph.yaml of docgraph",
        **_without_title(_let_variables_in(manifest)),
        "$defs": {name: _without_title(_let_variables_in(definitions[name])) for name in sorted(definitions)},
    }
    values: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(schema))
    return values


def _closed(part: dict[str, Any]) -> dict[str, Any]:
    """Unknown keys are refused everywhere, whatever a source's options say of themselves."""
    return {**part, "additionalProperties": False} if part.get("type") == "object" else part


def _vary_source_by_kind(source: dict[str, Any], references: dict[str, Any]) -> None:
    source["properties"]["kind"]["enum"] = list(SOURCES)
    source["allOf"] = [
        {"if": {"properties": {"kind": {"const": kind}}}, "then": {"properties": {"source": reference}}}
        for kind, reference in references.items()
    ]


def _list_formats(options: dict[str, Any]) -> None:
    if written := options["properties"].get("format"):
        options["properties"]["format"] = {
            **{key: value for key, value in written.items() if key in {"description", "default"}},
            "enum": [*FORMATS, None] if written.get("default", "") is None else list(FORMATS),
        }


def _let_variables_in(part: Any) -> Any:
    """Where only some words or numbers may stand, a `${NAME}` may as well."""
    if isinstance(part, list):
        return [_let_variables_in(each) for each in part]
    if not isinstance(part, dict):
        return part
    if "enum" in part or part.get("type") == "integer" or "pattern" in part:
        said = {key: part[key] for key in ("description", "default", "examples") if key in part}
        rest = {key: value for key, value in part.items() if key not in said}
        return {**said, "anyOf": [rest, {"type": "string", "pattern": VARIABLE}]}
    return {key: value if key in _DATA else _let_variables_in(value) for key, value in part.items()}


_DATA = {"default", "examples", "const", "required"}


def _without_title(part: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in part.items() if key != "title"}
