"""Clients that were written for subgraphs generate their code from docgraph's schema: real queries, real schemas.

Code generators hold queries to the standard rules. A query that declares `$id: String!` and uses it as an ID is
answered by docgraph as by a subgraph, but no code generator takes it, from either.
"""

from __future__ import annotations

import csv
import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import msgspec
from graphql import DocumentNode, NameNode, OperationDefinitionNode, parse, print_ast, validate
from support.workbench import Workbench

from docgraph.api.execute import Engine
from docgraph.api.schema import core_of
from docgraph.model.sdl import read_schema

OTHERWISE_DECLARED = re.compile(r"Variable '\$\w+' of type '.*' used in position expecting type '.*'\.")
WRONG = {
    "livepeer__explorer__orchestrators-2.graphql": "never used",
    "oceanprotocol__ocean-subgraph__README-2.graphql": "is not defined",
}
SCALARS = ("BigDecimal", "BigInt", "Bytes", "Date", "DateTime", "Int8", "JSON", "Timestamp")
GENERATED = re.compile(r"^export const \w+Document = ", re.MULTILINE)


class Query(msgspec.Struct, frozen=True):
    """A document of a client."""

    file: str
    document: DocumentNode

    @property
    def names(self) -> set[str]:
        """Of its operations, which a program must not have twice."""
        return {each.name.value for each in self.document.definitions if each.name}  # type: ignore[attr-defined]


def read_query(file: Path) -> Query:
    """The document in a file; operations without a name, which code generators skip, get one from the file."""
    definitions = []
    for number, each in enumerate(parse(file.read_text()).definitions):
        name = NameNode(value=re.sub(r"\W", "_", f"Unnamed_{file.stem}_{number}"))
        nameless = isinstance(each, OperationDefinitionNode) and each.name is None
        definitions.append(replace(each, name=name) if nameless else each)
    return Query(file.name, DocumentNode(definitions=tuple(definitions)))


def programs(queries: Sequence[Query]) -> Iterator[Sequence[Query]]:
    """The queries in groups in which no name occurs twice."""
    left = list(queries)
    while left:
        taken: set[str] = set()
        group, others = [], []
        for query in left:
            (others if query.names & taken else group).append(query)
            if group and group[-1] is query:
                taken |= query.names
        yield group
        left = others


async def test_code_generated_for_real_clients_compiles_strictly(
    corpus: Callable[[str], Path], node: Workbench
) -> None:
    queries, schemas = corpus("queries"), corpus("schemas")
    by_schema = defaultdict(list)
    with (queries / "index.csv").open() as index:
        for row in csv.DictReader(index):
            if row["fits_schema"] == "yes":
                by_schema[row["schema"]].append(read_query(queries / row["file"]))

    outputs, sent, refused = {}, 0, {}
    for number, (schema, asked) in enumerate(sorted(by_schema.items())):
        engine = Engine.build(read_schema((schemas / schema).read_text()), "docgraph_d1", "d1")
        node.write(f"clients/{number}/schema.graphql", engine.sdl())
        mistakes = {query.file: validate(core_of(engine.schema), query.document) for query in asked}
        refused |= {file: [each.message for each in found] for file, found in mistakes.items() if found}
        for part, group in enumerate(programs([query for query in asked if not mistakes[query.file]])):
            folder = f"clients/{number}/{part}"
            for query in group:
                node.write(f"{folder}/{query.file}", print_ast(query.document))
                sent += sum(isinstance(each, OperationDefinitionNode) for each in query.document.definitions)
            outputs[f"{folder}/gql/"] = {
                "preset": "client",
                "schema": f"clients/{number}/schema.graphql",
                "documents": f"{folder}/*.graphql",
            }
    for file, messages in refused.items():
        reason = WRONG.get(file)
        assert all(reason in each if reason else OTHERWISE_DECLARED.fullmatch(each) for each in messages), messages

    config = {"strictScalars": True, "scalars": dict.fromkeys(SCALARS, "string")}
    options = {"strict": True, "module": "nodenext", "target": "es2023", "noEmit": True}
    node.write("codegen.json", json.dumps({"generates": outputs, "emitLegacyCommonJSImports": False, "config": config}))
    node.write("tsconfig.json", json.dumps({"compilerOptions": options, "include": ["clients/*/*/gql/*.ts"]}))
    node.write("package.json", '{"type": "module"}')
    await node.run("npx graphql-codegen --config codegen.json")
    await node.run("npx tsc")

    made = sum(len(GENERATED.findall(file.read_text())) for file in node.folder.glob("clients/*/*/gql/graphql.ts"))
    asked_for = sum(len(each) for each in by_schema.values())
    assert (len(by_schema), asked_for, len(refused), sent, made) == (16, 135, 14, 121, 121)
