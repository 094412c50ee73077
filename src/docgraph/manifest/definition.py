"""What subgraph.yaml may contain, said once: reading it and the published JSON Schema both come from here.

Keys are camelCase in the file. What a data source's `source` may contain is
declared by its kind, in the room of the sources.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from docgraph.manifest import checks

Name = Annotated[str, Meta(min_length=1)]
Match = Annotated[
    str,
    Meta(
        min_length=1,
        description="Only documents whose path fits, relative to the source's folder; all of them where absent.",
        examples=["**/*.md", "2024/*.json"],
        extra={"check": checks.glob},
    ),
]
Function = Annotated[
    str,
    Meta(min_length=1, description="Name of a function in the mapping's file.", extra={"check": checks.function_name}),
]
Feature = Literal[
    "nonFatalErrors",
    "fullTextSearch",
    "grafting",
    "ipfsOnEthereumContracts",
    "nonDeterministicIpfs",
    "aggregations",
    "bytesAsIds",
    "declaredEthCalls",
    "immutableEntities",
]


class Written(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """The common form of everything below."""


class SchemaFile(Written, frozen=True, kw_only=True):
    """Where the entities are declared."""

    file: Annotated[
        str,
        Meta(
            min_length=1,
            description="Path of the schema, relative to the manifest.",
            examples=["./schema.graphql"],
            extra={"check": checks.schema_file},
        ),
    ]


class IndexerHints(Written, frozen=True, kw_only=True):
    """Advice on keeping history."""

    prune: Annotated[
        Literal["auto", "never"] | Annotated[int, Meta(ge=1)],
        Meta(description="How much history is kept: `auto`, `never` (prune nothing), or a number of blocks."),
    ] = "auto"


class DocumentHandler(Written, frozen=True, kw_only=True):
    """A function that is called once for each document."""

    handler: Function
    match: Match | None = None


class RecordHandler(Written, frozen=True, kw_only=True):
    """A function that is called once for each record of a document: a JSONL line, a CSV row, a list element."""

    handler: Function
    match: Match | None = None
    at: (
        Annotated[
            str,
            Meta(
                min_length=1,
                description="Where the list of records stands in a JSON, YAML or TOML document: keys, joined by dots.",
                examples=["items", "result.entries", "pages.0.rows"],
                extra={"check": checks.keys},
            ),
        ]
        | None
    ) = None


class BatchHandler(Written, frozen=True, kw_only=True):
    """A function that is called once for several thousand rows of a Parquet document, as an Arrow RecordBatch."""

    handler: Function
    match: Match | None = None


class MappingSection(Written, frozen=True, kw_only=True):
    """Which code turns the source's documents into entities."""

    file: Annotated[
        str,
        Meta(
            min_length=1,
            description="Path of a Python file, relative to the manifest.",
            examples=["./mappings/postings.py"],
            extra={"check": checks.mapping_file},
        ),
    ]
    entities: Annotated[
        tuple[Name, ...], Meta(min_length=1, description="The entity types that this source may write; enforced.")
    ]
    reads: Annotated[
        tuple[Name, ...],
        Meta(description="The entity types that its handlers load: the source comes after those that write them."),
    ] = ()
    document_handlers: Annotated[
        tuple[DocumentHandler, ...], Meta(description="Called once for each document, in this order.")
    ] = ()
    record_handlers: Annotated[
        tuple[RecordHandler, ...],
        Meta(description="Called once for each record of each document, after the document handlers."),
    ] = ()
    batch_handlers: Annotated[
        tuple[BatchHandler, ...],
        Meta(description="Called once for each batch of rows of each Parquet document, after the record handlers."),
    ] = ()
    on_error: Annotated[
        Literal["keep", "drop", "halt"],
        Meta(
            description="What a failing document said when it last worked: it stays (`keep`), it leaves (`drop`), "
            "or the index stops before the block in which the document fails (`halt`)."
        ),
    ] = "keep"
    kind: Annotated[Name | None, Meta(description="Accepted for compatibility; has no effect.")] = None
    api_version: Annotated[Name | None, Meta(description="Accepted for compatibility; has no effect.")] = None
    language: Annotated[Literal["python"] | None, Meta(description="Mappings are Python.")] = None


class DataSource(Written, frozen=True, kw_only=True):
    """A named set of documents with the handlers for them."""

    kind: Annotated[Name, Meta(description="Where the documents come from.")]
    name: Annotated[Name, Meta(description="The source's name, unique in the manifest.")]
    source: Annotated[Any, Meta(description="Where exactly, by kind.")]
    context: Annotated[
        Mapping[str, Any], Meta(description="Constants for the handlers: `document.context` in the mapping.")
    ] = {}
    mapping: MappingSection


class ManifestFile(Written, frozen=True, kw_only=True):
    """The whole of subgraph.yaml."""

    spec_version: Annotated[
        str,
        Meta(
            pattern=r"^[01]\.[0-9]+\.[0-9]+$",
            description="Version of the manifest's form.",
            examples=["1.0.0"],
            extra={"check": checks.spec_version},
        ),
    ]
    description: Annotated[str | None, Meta(description="What the index holds, for people.")] = None
    repository: Annotated[str | None, Meta(description="Where its sources are kept, for people.")] = None
    schema: SchemaFile
    features: Annotated[
        tuple[Feature, ...], Meta(description="Accepted for compatibility: nothing needs declaring.")
    ] = ()
    indexer_hints: IndexerHints = IndexerHints()
    data_sources: Annotated[
        tuple[DataSource, ...],
        Meta(min_length=1, description="In the order of their positions, but for what `reads` says."),
    ]


# Keys that people bring along or look for, with what to do instead.
NOT_HERE: Mapping[type, Mapping[str, str]] = {
    ManifestFile: {
        "templates": "list every folder under `dataSources`; documents need no templates",
        "graft": "remove it; what did not change is not indexed again anyway",
    },
    DataSource: {
        "network": "remove it; documents belong to no network",
        "onError": "write it under `mapping`",
    },
    MappingSection: {
        "abis": "remove it; documents need no ABI",
        "eventHandlers": "use `documentHandlers` or `recordHandlers`",
        "callHandlers": "use `documentHandlers` or `recordHandlers`",
        "blockHandlers": "use `documentHandlers` or `recordHandlers`",
        "handler": "list it under `documentHandlers`, as `- handler: …`",
        "handlers": "use `documentHandlers` or `recordHandlers`",
    },
}
