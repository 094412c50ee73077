"""Who refers to an entity by a field, and to what an entity refers by it: the two directions of a derived field.

Only as all present documents say it: who looks comes after all that write the type.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence

from docgraph.model.changes import Id, Row
from docgraph.model.schema import EntityRef, EntityType, Field, Scalar
from docgraph.store.connection import Connection, fetch
from docgraph.store.decide import Kept
from docgraph.store.deployment import ID_ARRAY, TEXT_ARRAY, Deployment
from docgraph.store.layout import Table
from docgraph.store.read import read_claims
from docgraph.store.seen import seen
from docgraph.store.sql import Sql, sql, value

WHO = "select distinct t.id from {} as t where {}"
CLAIMED = "select distinct id from {} where type = {} and row is not null"
TO_WHAT = "select distinct {} from {} as t where t.id = any({}::{})"


async def referring(
    connection: Connection, deployment: Deployment, type_name: str, field_name: str, ids: Sequence[Id]
) -> dict[Id, dict[Id, Row]]:
    """For each of the ids, the entities of the type that refer to it by the field.

    Shared entities of the type are folded already.
    """
    entity = deployment.layout.tables[type_name].entity
    field = entity.field(field_name)
    at = entity.stored_fields.index(field)
    found: dict[Id, dict[Id, Row]] = defaultdict(dict)
    wanted = frozenset(ids)
    candidates = await _candidates(connection, deployment, entity, field, ids)
    for identifier, row in (await seen(connection, deployment, type_name, sorted(candidates), None)).items():
        for target in wanted.intersection(_referred(field, row[at])):
            found[target][identifier] = row
    return found


async def targets(
    connection: Connection, deployment: Deployment, type_name: str, ids: Sequence[Id]
) -> AsyncIterator[tuple[str, Id]]:
    """To what these entities refer, or may: by which field and to which id, where a derived field says the reverse."""
    entity = deployment.layout.tables[type_name].entity
    fields = tuple(reversed_fields(deployment, entity))
    if not fields or not ids:
        return
    table = deployment.layout.tables[type_name]
    wanted = value(list(ids)), deployment.id_array(type_name)
    for field in fields:
        for (target,) in await fetch(
            connection, sql(TO_WHAT, referred(table, field), table.said if entity.shared else table.current, *wanted)
        ):
            if target is not None:
                yield field.name, target
    if _alone(deployment, type_name) or entity.shared:
        return
    space = deployment.spaces[type_name]
    claims = await read_claims(connection, deployment, [(space, each) for each in ids])
    for each in (each for said in claims.values() for each in said if each.type == type_name):
        if isinstance(each.content, Kept):
            row = deployment.codecs[type_name].decode(each.content.encoded)
            for field in fields:
                for target in _referred(field, row[entity.stored_fields.index(field)]):
                    yield field.name, target


def referred(table: Table, field: Field) -> Sql:
    """What a row `t` of the table refers to by the field; of a list, each in a row of its own."""
    return sql("unnest(t.{})", table.column(field)) if field.is_list else sql("t.{}", table.column(field))


def referred_id(deployment: Deployment, type_name: str, field_name: str) -> Scalar:
    """The type of the ids that the field holds."""
    field = deployment.layout.tables[type_name].entity.field(field_name)
    held = deployment.layout.schema.stored_scalar(field)
    assert isinstance(held, Scalar)
    return held


async def _candidates(
    connection: Connection, deployment: Deployment, entity: EntityType, field: Field, ids: Sequence[Id]
) -> set[Id]:
    """The entities that may refer to one of the ids. Where types share ids, what is served does not tell alone."""
    table = deployment.layout.tables[entity.name]
    array = ID_ARRAY.get(referred_id(deployment, entity.name, field.name), TEXT_ARRAY)
    wanted = table.column(field), value(list(ids)), array
    refers = sql("t.{} && {}::{}", *wanted) if field.is_list else sql("t.{} = any({}::{})", *wanted)
    alone = _alone(deployment, entity.name)
    rows = await fetch(connection, sql(WHO, table.said if entity.shared and not alone else table.current, refers))
    found: set[Id] = {row[0] for row in rows}
    if not alone and not entity.shared:
        space = deployment.spaces[entity.name]
        claimed = sql(CLAIMED, deployment.layout.claim, value(entity.name))
        found |= {deployment.claimed_id(space, text) for (text,) in await fetch(connection, claimed)}
    return found


def _alone(deployment: Deployment, type_name: str) -> bool:
    """Has the type ids of its own?"""
    return len(deployment.members[deployment.spaces[type_name]]) == 1


def _referred(field: Field, held: object) -> Collection[Id]:
    if held is None:
        return ()
    return [each for each in held if each is not None] if field.is_list else [held]  # type: ignore[attr-defined, list-item]


def reversed_fields(deployment: Deployment, entity: EntityType) -> Iterator[Field]:
    """The fields of the entity from which a derived field of another follows."""
    schema = deployment.layout.schema
    derived: Mapping[str, None] = {
        each.derived_from: None
        for owner in schema.entities.values()
        for each in owner.fields
        if each.derived_from is not None
        and isinstance(each.type, EntityRef)
        and entity in schema.concrete(each.type.name)
    }
    return (field for field in entity.stored_fields if field.name in derived)
