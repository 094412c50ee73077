"""The statements that make what is remembered of runs: what documents read, and by which code they were run.

Reads are found by entity, to know whom a change concerns, and by document, to replace them.
"""

from __future__ import annotations

from docgraph.store.layout import Layout
from docgraph.store.sql import Sql, sql

RUNS = """\
create table {} (
  document integer not null,
  type text collate "C" not null,
  id text collate "C" not null,
  fields smallint[] not null,
  seen bytea not null,
  primary key (type, id, document)
);
comment on table {} is 'which entities documents looked at when they were run last, and what they saw';
create index on {} (document);

create table {} (
  id integer generated always as identity primary key,
  code bytea not null unique,
  parts jsonb not null
);
comment on table {} is 'what the code is made of that documents were run through'"""


def runs_ddl(layout: Layout) -> Sql:
    """The tables `$read` and `$code`."""
    return sql(RUNS, layout.read, layout.read, layout.read, layout.code, layout.code)
