"""A plan as one SQL statement.

The statement gives one row: the whole answer as JSON in the order of the
response, and what must be known to judge it (blocks, problems). Objects are row
types turned to JSON, children are correlated subqueries, every value is bound.

Source of the forms: measurements of row-type JSON, correlated subqueries and the
alternatives; json_build_object and jsonb cost more, and jsonb loses key order.
"""

from __future__ import annotations

from typing import assert_never

from docgraph.model.schema import Field
from docgraph.query import plan
from docgraph.query.blocks import evidence, number_at
from docgraph.query.conditions import condition, order_key
from docgraph.query.connections import connection
from docgraph.query.figures import groups
from docgraph.query.history import history
from docgraph.query.logs import logs
from docgraph.query.meta import meta
from docgraph.query.objects import TYPE, Branch, Named, entries, many, one, text
from docgraph.query.outputs import shown
from docgraph.query.problems import problems
from docgraph.query.rows import Form, Row, Setting, bind, relation, row_of, tie
from docgraph.query.search import search
from docgraph.query.source import source
from docgraph.query.statistics import bucket_relation, bucket_row, finished
from docgraph.store.layout import CONTROL, Layout
from docgraph.store.sql import EMPTY, Sql, join, name, sql

Tied = tuple[Row, Field] | None  # a parent, and its field that leads here


def statement(operation: plan.Operation, layout: Layout, form: Form = Form.OPTIMISTIC) -> Sql:
    """The operation as one statement: column `data`, then the columns of `blocks.evidence`."""
    named = [(root.key, _root(root, layout, form)) for root in operation.roots]
    columns = [sql(",\n{} as {}", piece, name(column)) for column, piece in evidence(operation, layout)]
    return sql("select {} as {}{}", entries(named), name("data"), join("", columns))


def _root(root: plan.Root, layout: Layout, form: Form) -> Sql:
    setting = Setting(layout, form, number_at(root.block, layout))
    match root:
        case plan.Collection():
            return many([_listed(setting, selection, root.rows) for selection in root.selections], root.rows)
        case plan.Search():
            return many([_searched(setting, root)], root.rows)
        case plan.Statistics():
            return many([_summed(setting, root.buckets, root.rows, root.selection)], root.rows)
        case plan.ById():
            return one([_by_id(setting, selection, root) for selection in root.selections])
        case plan.Connection():
            return connection(setting, root, _named)
        case plan.Groups():
            return groups(setting, root)
        case plan.History():
            return history(root, setting, _named)
        case plan.Meta():
            return meta(root, layout)
        case plan.Problems():
            return problems(root, layout)
        case plan.Logs():
            return logs(root, layout)
        case plan.RootTypeName():
            return text("Query")
        case _:
            assert_never(root)


def _by_id(setting: Setting, selection: plan.Selection, root: plan.ById) -> Branch:
    row = row_of(setting, setting.schema.entities[selection.type])
    held = row.entity.id_type
    return Branch(
        _named(setting, row, selection),
        relation(setting, row),
        sql("{} = {}", row.id, bind(setting.layout, held, root.id)),
    )


def _listed(setting: Setting, selection: plan.Selection, rows: plan.Rows) -> Branch:
    """The rows of one type, as the collection orders them."""
    row = row_of(setting, setting.schema.entities[selection.type])
    return Branch(
        _named(setting, row, selection),
        relation(setting, row),
        _matching(setting, row, rows.condition),
        _order(setting, row, rows.order),
    )


def _searched(setting: Setting, root: plan.Search) -> Branch:
    """The rows that a search finds and that fulfil the condition."""
    row = row_of(setting, setting.schema.entities[root.selection.type])
    found = search(row, root.fulltext, root.query)
    wanted = _matching(setting, row, root.rows.condition)
    matching = sql("{} and {}", found.matching, wanted) if wanted else found.matching
    return Branch(_named(setting, row, root.selection), relation(setting, row), matching, found.order)


def _summed(
    setting: Setting, buckets: plan.Buckets, rows: plan.Rows, selection: plan.Selection, tied: Tied = None
) -> Branch:
    """The rows of an aggregation; of those that a parent leads to, where there is one."""
    row = bucket_row(setting, buckets.aggregation)
    conditions = [*finished(setting, row, buckets)]
    if tied is not None:
        parent, field = tied
        conditions.append(tie(parent, field, row))
    if wanted := _matching(setting, row, rows.condition):
        conditions.append(wanted)
    return Branch(
        _named(setting, row, selection),
        bucket_relation(setting, row, buckets, rows.condition),
        join(" and ", conditions),
        _order(setting, row, rows.order),
    )


def _matching(setting: Setting, row: Row, wanted: plan.Condition) -> Sql:
    return EMPTY if wanted == plan.EVERYTHING else condition(setting, row, wanted)


def _order(setting: Setting, row: Row, order: plan.Order | None) -> tuple[Sql, ...]:
    if order is None:
        return (row.id,)
    key = order_key(setting, row, order)
    return (key,) if order.child is None and order.field.name == "id" else (key, row.id)


def _named(setting: Setting, row: Row, selection: plan.Selection) -> list[Named]:
    """The outputs of one object; in exact form with its type."""
    named = [(output.key, _output(setting, row, output)) for output in selection.outputs]
    if setting.form is Form.EXACT:
        named.append((TYPE, text(selection.type)))
    return named


def _output(setting: Setting, row: Row, output: plan.Output) -> Sql:
    match output:
        case plan.TypeName():
            return text(row.entity.name)
        case plan.Column(field=field):
            return shown(setting.schema, field, row[row.entity.field(field.name)], setting.form)
        case plan.Reckoned(field=field):
            value = shown(setting.schema, field, row[row.entity.field(field.name)], setting.form)
            if setting.form is Form.EXACT:
                return value
            return sql("coalesce(to_json({}), {}())", value, name(CONTROL, "required"))
        case plan.ChildStatistics(field=field, buckets=buckets, rows=rows, selection=selection):
            return many([_summed(setting, buckets, rows, selection, (row, field))], rows)
        case plan.Reference():
            return _reference(setting, row, output)
        case plan.Children():
            return _children(setting, row, output)
        case plan.Source():
            return source(output, setting, row)
        case _:
            assert_never(output)


def _reference(setting: Setting, row: Row, reference: plan.Reference) -> Sql:
    branches = []
    for selection in reference.selections:
        child = row_of(setting, setting.schema.entities[selection.type])
        tied = tie(row, reference.field, child)
        branches.append(Branch(_named(setting, child, selection), relation(setting, child), tied, (child.id,)))
    derived = reference.join in (plan.Join.DERIVED, plan.Join.DERIVED_LIST)
    if setting.form is Form.EXACT:
        # Two are enough to know that there is more than one.
        return many(branches, plan.Rows(first=2, skip=0)) if derived else one(branches)
    found = one(branches)
    if reference.field.required:
        return sql("coalesce({}, {}())", found, name(CONTROL, "required"))
    return found


def _children(setting: Setting, row: Row, children: plan.Children) -> Sql:
    as_stored = children.join is plan.Join.STORED_LIST and children.rows.order is None
    branches = []
    for selection in children.selections:
        child = row_of(setting, setting.schema.entities[selection.type])
        named = _named(setting, child, selection)
        wanted = _matching(setting, child, children.rows.condition)
        if as_stored:
            branches.append(_as_stored(setting, row, children, child, Branch(named, EMPTY, wanted)))
        else:
            tied = tie(row, children.field, child)
            tied = sql("{} and {}", tied, wanted) if wanted else tied
            order = _order(setting, child, children.rows.order)
            branches.append(Branch(named, relation(setting, child), tied, order))
    return many(branches, children.rows)


def _as_stored(setting: Setting, row: Row, children: plan.Children, child: Row, branch: Branch) -> Branch:
    """The branch in the order of the list it comes from: duplicates stay, missing ids drop out."""
    place = name(f"place${next(setting.numbers)}")
    stored = row[row.entity.field(children.field.name)]
    return Branch(
        branch.named,
        sql(
            'unnest({}) with ordinality as {}("id", "n") join {} on {} = {}."id"',
            *(stored, place, relation(setting, child), child.id, place),
        ),
        branch.matching,
        (sql('{}."n"', place),),
    )
