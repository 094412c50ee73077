"""What a fingerprint is made of, by name, so that people can be told which part of it differs.

Decides nothing: whether a document is run again is the fingerprint's to say. Equal
parts with another fingerprint are possible, where functions have only changed places.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterator, Mapping

from docgraph.manifest.values import DataSource
from docgraph.mapping.fingerprint import (
    SIZE,
    closure,
    described_entities,
    described_mapping,
    module_name,
    stripped,
)
from docgraph.mapping.modules import Modules
from docgraph.model.schema import Schema

Parts = Mapping[str, bytes]  # name, as a sentence about what differs can use it → 16 bytes


def parts(source: DataSource, schema: Schema, modules: Modules) -> Parts:
    """The functions and classes of the modules that the source's handlers may use, the rest of these modules, the
    mapping's options and context, and the entities."""
    found: dict[str, bytes] = {}
    for name, module in sorted(closure(module_name(source.mapping.file), modules).items()):
        for part, text in _module(module.path, module.content):
            found[part] = _digest(f"{name}\0{text}")
    found["mapping and context in the manifest"] = _digest("\0".join(described_mapping(source)))
    for entity in sorted({*source.mapping.entities, *source.mapping.reads}):
        found[f"type {entity} in the schema"] = _digest("\0".join(described_entities([entity], schema)))
    return found


def _module(path: str, content: bytes) -> Iterator[tuple[str, str]]:
    """What of the module's text differs is in one of these. Two functions of one name are one part."""
    try:
        tree = stripped(content)
    except (SyntaxError, ValueError):
        yield path, content.hex()
        return
    named: dict[str, str] = {}
    rest: list[str] = []
    for statement in tree.body:
        match statement:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                named[name] = named.get(name, "") + ast.dump(statement)
            case _:
                rest.append(ast.dump(statement))
    for name, text in named.items():
        yield f"{name} in {path}", text
    yield f"the top level of {path}", "\0".join(rest)


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=SIZE).digest()
