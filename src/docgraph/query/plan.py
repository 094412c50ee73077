"""The plan of one operation: what is wanted, free of GraphQL and of SQL.

Immutable values. `api` makes a plan from a validated operation, `print` turns it into one SQL
statement, `describe` into text. Selections are per concrete type and in the order of the response.
"""

from __future__ import annotations

import enum

import msgspec

from docgraph.model.changes import Id
from docgraph.model.schema import AggregationType, Field, Fulltext
from docgraph.query.ledger import Entry, LogsWanted, ProblemsWanted
from docgraph.query.measures import Figure, Figures
from docgraph.query.operators import Operator
from docgraph.query.pages import Constant, CursorOf, Page, Total, Window
from docgraph.query.slots import Slot

# Which block -----------------------------------------------------------------


class AtNumber(msgspec.Struct, frozen=True):
    """As of the block of this number."""

    number: int


class AtHash(msgspec.Struct, frozen=True):
    """As of the block of this hash."""

    hash: bytes


class AtLeast(msgspec.Struct, frozen=True):
    """The latest block, which must have this number or a greater one."""

    number: int


BlockAt = AtNumber | AtHash | AtLeast | None  # None: the latest


class Policy(enum.Enum):
    """What to do where documents have problems."""

    ALLOW = "allow"
    DENY = "deny"


# Which rows ------------------------------------------------------------------


class And(msgspec.Struct, frozen=True):
    """All of them; true for none."""

    conditions: tuple[Condition, ...]


class Or(msgspec.Struct, frozen=True):
    """At least one of them; false for none."""

    conditions: tuple[Condition, ...]


class Not(msgspec.Struct, frozen=True):
    """SQL's `not`: unknown stays unknown."""

    condition: Condition


class Compare(msgspec.Struct, frozen=True):
    """A stored field compared with a value in stored form, or a slot; None asks for null."""

    field: Field
    operator: Operator
    value: object


class Quantifier(enum.Enum):
    """How many of the children must fulfil a condition; the value ends the key of the filter."""

    SOME = ""
    NONE = "none"
    EVERY = "every"


class Exists(msgspec.Struct, frozen=True):
    """A condition on the entities that a field leads to."""

    field: Field
    quantifier: Quantifier
    condition: Condition


class ChangedSince(msgspec.Struct, frozen=True):
    """The version of the row was made by this block or a later one."""

    block: int | Slot


Condition = And | Or | Not | Compare | Exists | ChangedSince

EVERYTHING = And(())


class Direction(enum.Enum):
    ASC = "asc"
    DESC = "desc"


class Order(msgspec.Struct, frozen=True):
    """By one key, then by id, both in one direction; nulls last ascending, first descending.

    A reference orders by its id. Source: spec/subgraph-api.md 2.6.1.
    """

    field: Field
    child: Field | None = None  # of the referenced entity
    direction: Direction = Direction.ASC


class Rows(msgspec.Struct, frozen=True):
    """Which rows of a collection, in which order."""

    first: int
    skip: int
    order: Order | None = None  # None: by id, a stored list of references as it was stored
    condition: Condition = EVERYTHING


# What is wanted of them ------------------------------------------------------


class TypeName(msgspec.Struct, frozen=True):
    """The name of the concrete type."""

    key: str  # in the response


class Column(msgspec.Struct, frozen=True):
    """The value of a stored field that is no reference."""

    key: str
    field: Field


class Join(enum.Enum):
    """How two entities are tied, seen from the one that has the field."""

    STORED = "child.id = parent.field"
    STORED_LIST = "child.id in parent.field"
    DERIVED = "child.field = parent.id"
    DERIVED_LIST = "child.field has parent.id"


class Reference(msgspec.Struct, frozen=True):
    """The one entity that a field leads to, or null."""

    key: str
    field: Field
    join: Join
    selections: tuple[Selection, ...]


class Children(msgspec.Struct, frozen=True):
    """The entities that a list field leads to."""

    key: str
    field: Field
    join: Join
    rows: Rows
    selections: tuple[Selection, ...]


class Source(msgspec.Struct, frozen=True):
    """Which document says so, and where in it."""

    key: str
    entries: tuple[Entry, ...]


class Buckets(msgspec.Struct, frozen=True):
    """Which rows of an aggregation there are: one for each interval and each combination of dimensions."""

    aggregation: AggregationType
    interval: str  # hour, day, week, month, quarter, year
    unfinished: bool  # also those that have not ended at the block that is read at


class Reckoned(msgspec.Struct, frozen=True):
    """The value of a field of an aggregation that may turn out null where none may be."""

    key: str
    field: Field


class ChildStatistics(msgspec.Struct, frozen=True):
    """The rows of an aggregation that a derived field leads to."""

    key: str
    field: Field
    buckets: Buckets
    rows: Rows
    selection: Selection


Output = TypeName | Column | Reckoned | Reference | Children | ChildStatistics | Source


class Selection(msgspec.Struct, frozen=True):
    """What is wanted of entities of one concrete type; no two outputs share a key."""

    type: str  # entity name
    outputs: tuple[Output, ...]


class Nodes(msgspec.Struct, frozen=True):
    """The rows of a page, or the one of an edge."""

    key: str
    selections: tuple[Selection, ...]


class Edges(msgspec.Struct, frozen=True):
    """The rows of a page with their cursors."""

    key: str
    outputs: tuple[CursorOf | Nodes | Constant, ...]


ConnectionOutput = Nodes | Edges | Page | Total | Figures | Constant


# The operation ---------------------------------------------------------------


class Collection(msgspec.Struct, frozen=True):
    """A root field for many entities."""

    key: str
    rows: Rows
    selections: tuple[Selection, ...]  # one per concrete type of the field's type
    block: BlockAt = None
    policy: Policy = Policy.ALLOW


class Statistics(msgspec.Struct, frozen=True):
    """A root field for the rows of an aggregation."""

    key: str
    buckets: Buckets
    rows: Rows
    selection: Selection
    block: BlockAt = None
    policy: Policy = Policy.ALLOW


class ById(msgspec.Struct, frozen=True):
    """A root field for one entity."""

    key: str
    id: Id | Slot
    selections: tuple[Selection, ...]
    block: BlockAt = None
    policy: Policy = Policy.ALLOW


class Search(msgspec.Struct, frozen=True):
    """A root field for the entities that a text finds: best match first, then by id."""

    key: str
    fulltext: Fulltext
    query: str | Slot  # as to_tsquery takes it
    rows: Rows  # without an order of their own
    selection: Selection
    block: BlockAt = None
    policy: Policy = Policy.ALLOW


class Connection(msgspec.Struct, frozen=True):
    """A root field for many entities, read page by page."""

    key: str
    type: str  # name of the entity or interface
    orders: tuple[Order, ...]  # the last is by id and decides every tie
    condition: Condition
    window: Window
    outputs: tuple[ConnectionOutput, ...]
    block: BlockAt = None
    policy: Policy = Policy.ALLOW


class Groups(msgspec.Struct, frozen=True):
    """A root field for figures about many entities, by group; one group of all where there are no fields."""

    key: str
    type: str  # name of the entity or interface
    fields: tuple[Field, ...]  # what they are grouped and ordered by
    condition: Condition
    outputs: tuple[Figure, ...]
    block: BlockAt = None
    policy: Policy = Policy.ALLOW


class VersionField(enum.Enum):
    """What can be asked of one version of an entity. The values are the names of the API."""

    TYPENAME = "__typename"
    NODE = "node"
    SINCE = "since"
    UNTIL = "until"


class VersionOutput(msgspec.Struct, frozen=True):
    key: str
    field: VersionField
    selections: tuple[Selection, ...] = ()  # of the node, one per concrete type


class History(msgspec.Struct, frozen=True):
    """The root field for the versions of one entity, ordered by the block that made them."""

    key: str
    type: str  # what the field is of: an entity or an interface
    id: Id | Slot
    rows: Rows  # first and skip
    direction: Direction
    outputs: tuple[VersionOutput, ...]
    block: BlockAt = None
    policy: Policy = Policy.ALLOW


class MetaField(enum.Enum):
    """What can be asked of the index itself. The values are the names of the dialect."""

    TYPENAME = "__typename"
    BLOCK = "block"
    DEPLOYMENT = "deployment"
    HAS_INDEXING_ERRORS = "hasIndexingErrors"
    HASH = "hash"
    NUMBER = "number"
    TIMESTAMP = "timestamp"
    PARENT_HASH = "parentHash"


class MetaOutput(msgspec.Struct, frozen=True):
    key: str
    field: MetaField
    outputs: tuple[MetaOutput, ...] = ()  # of the block


class Meta(msgspec.Struct, frozen=True):
    """The root field that tells about the index itself."""

    key: str
    outputs: tuple[MetaOutput, ...]
    deployment: str  # what the deployment is called
    block: BlockAt = None
    policy: Policy = Policy.ALLOW


class Problems(msgspec.Struct, frozen=True):
    """The root field for what is wrong with the documents now."""

    key: str
    wanted: ProblemsWanted
    entries: tuple[Entry, ...]
    block: BlockAt = None
    policy: Policy = Policy.ALLOW


class Logs(msgspec.Struct, frozen=True):
    """The root field for the lines of the log."""

    key: str
    wanted: LogsWanted
    direction: Direction
    entries: tuple[Entry, ...]
    deployment: str  # what the deployment is called
    block: BlockAt = None
    policy: Policy = Policy.ALLOW


class RootTypeName(msgspec.Struct, frozen=True):
    """`__typename` of the whole operation."""

    key: str
    block: BlockAt = None
    policy: Policy = Policy.ALLOW


Root = Collection | Search | Statistics | ById | Connection | Groups | History | Meta | Problems | Logs | RootTypeName


class Operation(msgspec.Struct, frozen=True):
    """Everything one request wants, in the order of the response. Keys are unique."""

    roots: tuple[Root, ...]
