"""A digest of all that makes a source's handlers do what they do.

Handler code counts as its syntax tree, so comments, formatting and docstrings do
not; with it count the project's modules that it imports, the entities it may write
and read, the mapping's options and the context. Files that a mapping reads by itself do not.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable, Iterator, Mapping

from docgraph.manifest.values import DataSource
from docgraph.mapping.modules import GENERATED, Modules, Source, imported_names, parsed
from docgraph.model.changes import OnError
from docgraph.model.schema import EnumRef, Schema

SIZE = 16  # bytes


def fingerprint(source: DataSource, schema: Schema, modules: Modules) -> bytes:
    """Equal for equal behaviour, as far as can be told without running."""
    digest = hashlib.blake2b(digest_size=SIZE)
    for part in [
        *_code(module_name(source.mapping.file), modules),
        *described_mapping(source),
        *_entities(source, schema),
    ]:
        encoded = part.encode("utf-8", "surrogatepass")
        digest.update(len(encoded).to_bytes(8, "big"))
        digest.update(encoded)
    return digest.digest()


def module_name(file: str) -> str:
    """The name that a mapping's file is imported by."""
    return file.removesuffix(".py").replace("/", ".")


def closure(name: str, modules: Modules) -> Mapping[str, Source]:
    """The project's modules that running `name` may use, itself included: module name → its text."""
    found: dict[str, Source] = {}
    seen: set[str] = set()
    waiting = [name]
    while waiting:
        each = waiting.pop()
        # Importing a.b runs the code of a as well.
        waiting += [parent for parent in [each.rpartition(".")[0]] if parent]
        if each in seen or each == GENERATED or not modules.owns(each):
            continue
        seen.add(each)
        if source := modules.source(each):
            found[each] = source
            package = each if modules.is_package(each) else each.rpartition(".")[0]
            waiting += [*_static_imports(source, package), *modules.imports.get(each, ())]
    return found


def normalised(content: bytes) -> str:
    """What counts of a module's text. Raises SyntaxError."""
    return ast.dump(stripped(content))


def stripped(content: bytes) -> ast.Module:
    """A module's syntax tree without what does not count. Raises SyntaxError."""
    tree = parsed(content)
    for node in ast.walk(tree):
        match node:
            case (
                ast.Module(body=body)
                | ast.ClassDef(body=body)
                | ast.FunctionDef(body=body)
                | ast.AsyncFunctionDef(body=body)
            ) if ast.get_docstring(node, clean=False) is not None:
                body[:1] = [] if len(body) > 1 or isinstance(node, ast.Module) else [ast.Pass()]
            case ast.Constant(kind="u"):
                node.kind = None
    return tree


def _code(name: str, modules: Modules) -> Iterator[str]:
    for each, source in sorted(closure(name, modules).items()):
        yield each
        try:
            yield normalised(source.content)
        except (SyntaxError, ValueError):
            yield source.content.hex()


def _static_imports(source: Source, package: str) -> Iterator[str]:
    try:
        yield from imported_names(source.tree, package)
    except (SyntaxError, ValueError):
        return


def described_mapping(source: DataSource) -> Iterator[str]:
    """What counts of the source's mapping and context in the manifest."""
    mapping = source.mapping
    yield mapping.file
    yield from (f"document {handler.handler} {handler.match}" for handler in mapping.document_handlers)
    yield from (f"record {handler.handler} {handler.match} {handler.at}" for handler in mapping.record_handlers)
    yield from (f"batch {handler.handler} {handler.match}" for handler in mapping.batch_handlers)
    yield from (f"reads {name} {name in mapping.entities}" for name in sorted(mapping.reads))
    if mapping.on_error is not OnError.KEEP:  # documents that failed have to leave, or to be run once more to stay
        yield f"on error {mapping.on_error}"
    yield from _constant(source.context)


def _constant(value: object) -> Iterator[str]:
    """A value of the context, told apart from those that print alike."""
    match value:
        case dict():
            for key, inner in value.items():
                yield f"key {key}"
                yield from _constant(inner)
            yield "end"
        case tuple():
            for inner in value:
                yield "element"
                yield from _constant(inner)
            yield "end"
        case _:
            yield f"{type(value).__name__} {value}"


def _entities(source: DataSource, schema: Schema) -> Iterator[str]:
    return described_entities(sorted({*source.mapping.entities, *source.mapping.reads}), schema)


def described_entities(names: Iterable[str], schema: Schema) -> Iterator[str]:
    """What counts of these entity types."""
    for name in names:
        entity = schema.entities[name]
        yield f"entity {name} {schema.id_spaces[name]}"
        for field in entity.fields:
            stored = None if field.is_derived else schema.stored_scalar(field)
            yield f"{field.name} {field.is_list} {field.required} {field.items_required} {field.derived_from} {stored}"
            if isinstance(field.type, EnumRef):
                yield " ".join(value.name for value in schema.enums[field.type.name].values)
