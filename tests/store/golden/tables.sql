create schema "docgraph_d7";

create table "docgraph_d7"."$block" (
  number integer primary key,
  hash bytea not null,
  timestamp timestamptz not null,
  documents integer not null,
  counts jsonb not null,
  flawed boolean not null
);
comment on table "docgraph_d7"."$block" is 'one row per atomic step of the index';
create index on "docgraph_d7"."$block" (hash);

create sequence "docgraph_d7"."$document_id" as integer;
create table "docgraph_d7"."$document" (
  id integer primary key,
  source smallint not null,
  path text collate "C" not null,
  size bigint not null,
  mtime_ns bigint not null,
  inode bigint not null,
  hash bytea not null,
  code bytea not null,
  failed boolean not null,
  types smallint[] not null,
  ctime_ns bigint not null default 0,
  unique (source, path)
);
comment on table "docgraph_d7"."$document" is 'every document that is present, as it was when it was last run';

create table "docgraph_d7"."$gone" (
  id integer primary key,
  source smallint not null,
  path text collate "C" not null,
  block integer not null
);
comment on table "docgraph_d7"."$gone" is 'what documents that are gone were called, since history mentions them';

create table "docgraph_d7"."$claim" (
  space text collate "C" not null,
  id text collate "C" not null,
  document integer not null,
  seq smallint not null,
  type text collate "C" not null,
  hash bytea,
  row bytea,
  against integer,
  line integer,
  block integer not null,
  primary key (space, id, document, seq)
);
comment on table "docgraph_d7"."$claim" is 'contributions that are not served: removals, and saves that lost to another document';
create index on "docgraph_d7"."$claim" (document);

create table "docgraph_d7"."$flaw" (
  type text collate "C" not null,
  id text collate "C" not null,
  ordinal smallint not null,
  document integer not null,
  what text not null,
  mend text not null,
  line integer,
  block integer not null,
  primary key (type, id, ordinal)
);
comment on table "docgraph_d7"."$flaw" is 'what is wrong with shared entities although each document that speaks of them is sound';

create table "docgraph_d7"."$problem" (
  document integer not null,
  ordinal integer not null,
  kind text not null,
  path text collate "C" not null,
  line integer,
  "column" integer,
  what text not null,
  mend text not null,
  place_path text collate "C",
  place_line integer,
  place_column integer,
  entity text,
  handler text,
  block integer not null,
  primary key (document, ordinal)
);
comment on table "docgraph_d7"."$problem" is 'why documents failed';

create table "docgraph_d7"."$read" (
  document integer not null,
  type text collate "C" not null,
  id text collate "C" not null,
  fields smallint[] not null,
  seen bytea not null,
  primary key (type, id, document)
);
comment on table "docgraph_d7"."$read" is 'which entities documents looked at when they were run last, and what they saw';
create index on "docgraph_d7"."$read" (document);

create table "docgraph_d7"."$beside" (
  document integer not null,
  source smallint not null,
  path text collate "C" not null,
  hash bytea not null,
  primary key (source, path, document)
);
comment on table "docgraph_d7"."$beside" is 'which files documents read when they were run last: hashes of the contents, empty for no file';
create index on "docgraph_d7"."$beside" (document);

create table "docgraph_d7"."$file" (
  source smallint not null,
  path text collate "C" not null,
  size bigint not null,
  mtime_ns bigint not null,
  inode bigint not null,
  ctime_ns bigint not null,
  hash bytea not null,
  primary key (source, path)
);
comment on table "docgraph_d7"."$file" is 'how files looked that documents read, so that only those are opened that look different';

create table "docgraph_d7"."$code" (
  id integer generated always as identity primary key,
  code bytea not null unique,
  parts jsonb not null
);
comment on table "docgraph_d7"."$code" is 'what the code is made of that documents were run through';

create table "docgraph_d7"."$log" (
  id bigint generated always as identity primary key,
  block integer not null,
  level text collate "C" not null,
  text text collate "C" not null,
  keys text[] not null,
  "values" text[] not null,
  module text not null,
  line integer not null,
  "column" integer not null
);
comment on table "docgraph_d7"."$log" is 'the newest lines that handlers logged, and problems of documents';

create table "docgraph_d7"."$halted" (
  id integer primary key check (id < 0),
  source smallint not null,
  path text collate "C" not null
);
comment on table "docgraph_d7"."$halted" is 'failing documents that hold the next block back; their problems are in $problem';

create view "docgraph_d7"."$problems" as
select d.id as document, (select sources from "docgraph"."deployment" where namespace = E'docgraph_d7')[d.source + 1] as source, p.kind, d.path,
  case when p.place_path is not null then p.place_line when p.path = d.path then p.line end as line,
  case when p.place_path is not null then p.place_column when p.path = d.path then p."column" end as "column",
  case when p.path = d.path then p.what
    else concat_ws(':', p.path, p.line, p."column") || ': ' || p.what end as message,
  p.mend, p.entity, null::text as id, p.handler, p.block, cardinality(d.types) > 0 as stale, p.ordinal
from "docgraph_d7"."$problem" as p
join (
  select id, source, path, types from "docgraph_d7"."$document"
  union all select h.id, h.source, h.path, coalesce(o.types, '{}') from "docgraph_d7"."$halted" as h left join "docgraph_d7"."$document" as o using (source, path)
) as d on d.id = p.document
union all
select loser.id, (select sources from "docgraph"."deployment" where namespace = E'docgraph_d7')[loser.source + 1], 'conflict', loser.path, c.line, null,
  c.type || '[' || c.id || '] is already saved by ' || winner.path || ' (of ' || (select sources from "docgraph"."deployment" where namespace = E'docgraph_d7')[winner.source + 1]
    || '), which is served',
  'give one of the two another id', c.type, c.id, null, c.block, loser.failed, c.seq
from "docgraph_d7"."$claim" as c
join "docgraph_d7"."$document" as loser on loser.id = c.document
join "docgraph_d7"."$document" as winner on winner.id = c.against
union all
select d.id, (select sources from "docgraph"."deployment" where namespace = E'docgraph_d7')[d.source + 1], 'conflict', d.path, f.line, null, f.what, f.mend, f.type, f.id, null, f.block, d.failed,
  f.ordinal
from "docgraph_d7"."$flaw" as f join "docgraph_d7"."$document" as d on d.id = f.document;
comment on view "docgraph_d7"."$problems" is 'all that is wrong now, conflicts over ids included';

create type "docgraph_d7"."color$enum" as enum (E'red', E'green', E'Blue');

comment on type "docgraph_d7"."color$enum" is E'Zeroth to last.';

create table "docgraph_d7"."post" (
  "id" text collate "C" not null,
  "title" text collate "C" not null,
  "author" text collate "C",
  "tags" bigint[] not null,
  "price" numeric,
  "color" "docgraph_d7"."color$enum",
  "$document" integer not null,
  "$hash" bytea not null,
  "$since" integer not null,
  "$line" integer,
  "find_post$search" tsvector generated always as ("docgraph"."searchable"(E'pg_catalog.german'::regconfig, coalesce("id", '') || ' ' || coalesce("title", ''))) stored,
  primary key (id)
);

create table "docgraph_d7"."post$history" (
  "id" text collate "C" not null,
  "title" text collate "C" not null,
  "author" text collate "C",
  "tags" bigint[] not null,
  "price" numeric,
  "color" "docgraph_d7"."color$enum",
  "$document" integer not null,
  "$hash" bytea not null,
  "$since" integer not null,
  "$line" integer,
  "find_post$search" tsvector,
  "$until" integer not null,
  primary key (id, "$since")
);

comment on table "docgraph_d7"."post" is E'A post.';

comment on column "docgraph_d7"."post"."title" is E'What it is called. It''s \\ "quoted".';

create table "docgraph_d7"."person" (
  "id" text collate "C" not null,
  "name" text collate "C",
  "$document" integer not null,
  "$hash" bytea not null,
  "$since" integer not null,
  "$line" integer,
  primary key (id)
);

create table "docgraph_d7"."person$history" (
  "id" text collate "C" not null,
  "name" text collate "C",
  "$document" integer not null,
  "$hash" bytea not null,
  "$since" integer not null,
  "$line" integer,
  "$until" integer not null,
  primary key (id, "$since")
);

create table "docgraph_d7"."robot" (
  "id" text collate "C" not null,
  "name" text collate "C",
  "$document" integer not null,
  "$hash" bytea not null,
  "$since" integer not null,
  "$line" integer,
  primary key (id)
);

create table "docgraph_d7"."robot$history" (
  "id" text collate "C" not null,
  "name" text collate "C",
  "$document" integer not null,
  "$hash" bytea not null,
  "$since" integer not null,
  "$line" integer,
  "$until" integer not null,
  primary key (id, "$since")
);

create table "docgraph_d7"."tag" (
  "id" bigint not null,
  "name" text collate "C",
  "$document" integer not null,
  "$hash" bytea not null,
  "$since" integer not null,
  "$line" integer,
  primary key (id)
);

create table "docgraph_d7"."tag$history" (
  "id" bigint not null,
  "name" text collate "C",
  "$document" integer not null,
  "$hash" bytea not null,
  "$since" integer not null,
  "$line" integer,
  "$until" integer not null,
  primary key (id, "$since")
);

create table "docgraph_d7"."blob" (
  "id" bytea not null,
  "tag" bigint,
  "$document" integer not null,
  "$hash" bytea not null,
  "$since" integer not null,
  "$line" integer,
  primary key (id)
);

create table "docgraph_d7"."blob$history" (
  "id" bytea not null,
  "tag" bigint,
  "$document" integer not null,
  "$hash" bytea not null,
  "$since" integer not null,
  "$line" integer,
  "$until" integer not null,
  primary key (id, "$since")
);

create table "docgraph_d7"."everything" (
  "id" text collate "C" not null,
  "a_id" text collate "C",
  "a_string" text collate "C",
  "a_bytes" bytea,
  "a_boolean" boolean,
  "a_int" integer,
  "a_int8" bigint,
  "a_big_int" numeric,
  "a_big_decimal" numeric,
  "a_timestamp" timestamptz,
  "a_float" double precision,
  "a_json" jsonb,
  "a_date" date,
  "a_date_time" timestamptz,
  "some_id" text[] collate "C",
  "some_string" text[] collate "C",
  "some_bytes" bytea[],
  "some_boolean" boolean[],
  "some_int" integer[],
  "some_int8" bigint[],
  "some_big_int" numeric[],
  "some_big_decimal" numeric[],
  "some_timestamp" timestamptz[],
  "some_float" double precision[],
  "some_json" jsonb[],
  "some_date" date[],
  "some_date_time" timestamptz[],
  "a_color" "docgraph_d7"."color$enum",
  "some_color" "docgraph_d7"."color$enum"[],
  "$document" integer not null,
  "$hash" bytea not null,
  "$since" integer not null,
  "$line" integer,
  primary key (id)
);

create table "docgraph_d7"."everything$history" (
  "id" text collate "C" not null,
  "a_id" text collate "C",
  "a_string" text collate "C",
  "a_bytes" bytea,
  "a_boolean" boolean,
  "a_int" integer,
  "a_int8" bigint,
  "a_big_int" numeric,
  "a_big_decimal" numeric,
  "a_timestamp" timestamptz,
  "a_float" double precision,
  "a_json" jsonb,
  "a_date" date,
  "a_date_time" timestamptz,
  "some_id" text[] collate "C",
  "some_string" text[] collate "C",
  "some_bytes" bytea[],
  "some_boolean" boolean[],
  "some_int" integer[],
  "some_int8" bigint[],
  "some_big_int" numeric[],
  "some_big_decimal" numeric[],
  "some_timestamp" timestamptz[],
  "some_float" double precision[],
  "some_json" jsonb[],
  "some_date" date[],
  "some_date_time" timestamptz[],
  "a_color" "docgraph_d7"."color$enum",
  "some_color" "docgraph_d7"."color$enum"[],
  "$document" integer not null,
  "$hash" bytea not null,
  "$since" integer not null,
  "$line" integer,
  "$until" integer not null,
  primary key (id, "$since")
);
