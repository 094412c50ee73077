"""Where everything lives: names of schemas, tables and columns, and the Postgres type of each value.

Whatever docgraph adds carries a `$`, which no GraphQL name can, so nothing an author
declares can collide with it.

    docgraph                     control schema: which deployments there are, which one is served
    docgraph_d<id>               one deployment: its entity tables and its bookkeeping
      posting                    current rows of the entity Posting
      posting$history            rows that were current once
      company$said               of a shared entity: what each document says, row by row
      $block  $document  $gone  $claim  $flaw  $read  $beside  $file  $problem  $log  $code  $halted
      $problems              a view: all that is wrong now, conflicts over ids included
    <name of the index>          views of the served deployment, for psql and BI tools
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import msgspec

from docgraph.model.names import snake_case
from docgraph.model.schema import EntityType, EnumRef, Field, Fulltext, Scalar, Schema
from docgraph.store.sql import Sql, name, sql, text_literal

CONTROL = "docgraph"
DEPLOYMENT = name(CONTROL, "deployment")

# System columns of entity tables.
DOCUMENT = "$document"  # integer, $document.id: whose contribution the row is
HASH = "$hash"  # bytea, 16 bytes: of the row's values
SINCE = "$since"  # integer: number of the block that made this version
LINE = "$line"  # integer or null: of the record in the document that the row comes from
ASSIGNED = "$assigned"  # smallint[], what documents say only: places of the fields they assign; null: a removal
SEQ = "$seq"  # integer, what documents say only: order within the document
UNTIL = "$until"  # integer, history only: number of the block that ended this version

POSTGRES_TYPE: Mapping[Scalar, str] = {
    Scalar.ID: "text",
    Scalar.STRING: "text",
    Scalar.BYTES: "bytea",
    Scalar.BOOLEAN: "boolean",
    Scalar.INT: "integer",
    Scalar.INT8: "bigint",
    Scalar.BIG_INT: "numeric",
    Scalar.BIG_DECIMAL: "numeric",
    Scalar.TIMESTAMP: "timestamptz",
    Scalar.FLOAT: "double precision",
    Scalar.JSON: "jsonb",
    Scalar.DATE: "date",
    Scalar.DATE_TIME: "timestamptz",
}

# The text search configuration of each language of `@fulltext`. Postgres brings all of them.
SEARCH_CONFIGURATION: Mapping[str, str] = {
    "simple": "pg_catalog.simple",
    "da": "pg_catalog.danish",
    "nl": "pg_catalog.dutch",
    "en": "pg_catalog.english",
    "fi": "pg_catalog.finnish",
    "fr": "pg_catalog.french",
    "de": "pg_catalog.german",
    "hu": "pg_catalog.hungarian",
    "it": "pg_catalog.italian",
    "no": "pg_catalog.norwegian",
    "pt": "pg_catalog.portuguese",
    "ro": "pg_catalog.romanian",
    "ru": "pg_catalog.russian",
    "es": "pg_catalog.spanish",
    "sv": "pg_catalog.swedish",
    "tr": "pg_catalog.turkish",
}


class Table(msgspec.Struct, frozen=True):
    """The tables of one entity type in one deployment."""

    entity: EntityType
    namespace: str  # Postgres schema
    columns: tuple[str, ...]  # one per stored field, same order
    computed: tuple[str, ...] = ()  # one per computed field, same order
    searches: tuple[Fulltext, ...] = ()  # each has a column of its own, which Postgres fills

    @property
    def name(self) -> str:
        return fit(snake_case(self.entity.name))

    @property
    def current(self) -> Sql:
        return name(self.namespace, self.name)

    @property
    def history(self) -> Sql:
        return name(self.namespace, fit(snake_case(self.entity.name), "$history"))

    @property
    def said_name(self) -> str:
        return fit(snake_case(self.entity.name), "$said")

    @property
    def said(self) -> Sql:
        """Of a shared entity: what each document says about it."""
        return name(self.namespace, self.said_name)

    @property
    def version(self) -> tuple[str, ...]:
        """All columns of a current row, which its history has as well."""
        searches = (search_column(each) for each in self.searches)
        return (*self.columns, DOCUMENT, HASH, SINCE, LINE, *self.computed, *searches)

    def column(self, field: Field) -> Sql:
        """The quoted column of a stored or computed field."""
        return name(fit(field.column))


def search_column(fulltext: Fulltext) -> str:
    """The column that holds what a search looks in, a tsvector."""
    return fit(snake_case(fulltext.name), "$search")


def search_configuration(fulltext: Fulltext) -> Sql:
    """The language of a search: for its column and for what is looked for alike."""
    return sql("{}::regconfig", text_literal(SEARCH_CONFIGURATION[fulltext.language]))


class Layout(msgspec.Struct, frozen=True):
    """All names of one deployment."""

    schema: Schema
    namespace: str
    tables: Mapping[str, Table]  # by entity name

    @property
    def block(self) -> Sql:
        return name(self.namespace, "$block")

    @property
    def document(self) -> Sql:
        return name(self.namespace, "$document")

    @property
    def gone(self) -> Sql:
        """What documents that are gone were called: history still mentions them."""
        return name(self.namespace, "$gone")

    @property
    def claim(self) -> Sql:
        """Contributions that are not served: losers of an id conflict, and removals."""
        return name(self.namespace, "$claim")

    @property
    def flaw(self) -> Sql:
        """What is wrong with shared entities that are made of sound contributions."""
        return name(self.namespace, "$flaw")

    @property
    def read(self) -> Sql:
        """What documents read of entities, and what they saw."""
        return name(self.namespace, "$read")

    @property
    def beside(self) -> Sql:
        """What documents read of files."""
        return name(self.namespace, "$beside")

    @property
    def file(self) -> Sql:
        """The files that documents read, as they were seen last."""
        return name(self.namespace, "$file")

    @property
    def problem(self) -> Sql:
        return name(self.namespace, "$problem")

    @property
    def problems(self) -> Sql:
        """All that is wrong now, as the API tells it: the problems of failed documents, and conflicts over ids."""
        return name(self.namespace, "$problems")

    @property
    def halted(self) -> Sql:
        """Documents that hold the next block back."""
        return name(self.namespace, "$halted")

    @property
    def code(self) -> Sql:
        """What the code is made of that documents were run through."""
        return name(self.namespace, "$code")

    @property
    def log(self) -> Sql:
        """What handlers logged, and the problems of documents, as lines."""
        return name(self.namespace, "$log")

    @property
    def source_names(self) -> Sql:
        """The names of the data sources by ordinal, counted from 1 as Postgres does."""
        return sql("(select sources from {} where namespace = {})", DEPLOYMENT, text_literal(self.namespace))

    def enum(self, enum_name: str) -> Sql:
        """The Postgres enum type of a GraphQL enum; its labels sort in declaration order."""
        return name(self.namespace, self.enum_name(enum_name))

    def enum_name(self, enum_name: str) -> str:
        """The name of that type within the namespace."""
        return fit(snake_case(enum_name), "$enum")

    def postgres_type(self, field: Field) -> Sql:
        """The column type of a stored field."""
        held = self.schema.stored_scalar(field)
        base = self.enum(held.name) if isinstance(held, EnumRef) else Sql((POSTGRES_TYPE[held],))
        return Sql((*base.parts, "[]")) if field.is_list else base


def layout(schema: Schema, namespace: str) -> Layout:
    """Say where the entities of `schema` live when their deployment owns `namespace`."""
    return Layout(
        schema,
        namespace,
        {
            entity.name: Table(
                entity,
                namespace,
                tuple(fit(field.column) for field in entity.stored_fields),
                tuple(fit(field.column) for field in entity.computed_fields),
                tuple(each for each in schema.fulltexts if each.entity == entity.name),
            )
            for entity in schema.entities.values()
        },
    )


def fit(identifier: str, suffix: str = "") -> str:
    """The identifier, cut and made unique by a hash where it would pass Postgres's 63 bytes."""
    whole = identifier + suffix
    if len(whole.encode()) <= 63:
        return whole
    digest = hashlib.blake2b(identifier.encode(), digest_size=4).hexdigest()
    return identifier.encode()[: 63 - len(suffix) - 9].decode(errors="ignore") + "$" + digest + suffix
