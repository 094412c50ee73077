"""The statements that make what is remembered of runs: what documents read, and by which code they were run.

Reads are found by what was read, to know whom a change concerns, and by document, to replace them.
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
  document integer not null,
  source smallint not null,
  path text collate "C" not null,
  hash bytea not null,
  primary key (source, path, document)
);
comment on table {} is 'which files documents read when they were run last: hashes of the contents, empty for no file';
create index on {} (document);

create table {} (
  source smallint not null,
  path text collate "C" not null,
  size bigint not null,
  mtime_ns bigint not null,
  inode bigint not null,
  ctime_ns bigint not null,
  hash bytea not null,
  primary key (source, path)
);
comment on table {} is 'how files looked that documents read, so that only those are opened that look different';

create table {} (
  id integer generated always as identity primary key,
  code bytea not null unique,
  parts jsonb not null
);
comment on table {} is 'what the code is made of that documents were run through'"""


def runs_ddl(layout: Layout) -> Sql:
    """The tables `$read`, `$beside`, `$file` and `$code`."""
    read, beside, file = [layout.read] * 3, [layout.beside] * 3, [layout.file] * 2
    return sql(RUNS, *read, *beside, *file, layout.code, layout.code)
