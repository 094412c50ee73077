"""The registry of operators: complete, without doubles, and what the documentation says."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from docgraph.model.schema import EntityRef, EntityType, EnumRef, EnumType, EnumValue, Field, Scalar, Schema
from docgraph.query.operators import OPERATORS, Kind, kind_of, literal, operators_of

DOCS = Path(__file__).resolve().parents[2] / "docs" / "queries.md"
MARKED = re.compile(r"(?<=<!-- operators -->\n)(.*?)(?=<!-- /operators -->)", re.DOTALL)

EIGHT = ["", "_not", "_gt", "_lt", "_gte", "_lte", "_in", "_not_in"]


def suffixes(kind: Kind) -> list[str]:
    return [operator.suffix for operator in operators_of(kind)]


def table() -> str:
    """The operators as the documentation shows them."""
    lines = ["| operator | of | finds rows for which |", "|---|---|---|"]
    for operator in OPERATORS:
        kinds = "any field" if operator.kinds == set(Kind) else ", ".join(k.value for k in Kind if k in operator.kinds)
        shown = f"`x{operator.suffix}: {'[v, …]' if operator.takes.value == '[v!]' else 'v'}`"
        lines.append(f"| {shown} | {kinds} | {operator.means} |")
    return "\n".join(lines) + "\n"


def test_the_documentation_lists_exactly_the_operators_there_are() -> None:
    found = MARKED.search(DOCS.read_text())
    assert found is not None
    assert found.group() == table()


def test_no_kind_of_field_has_an_operator_twice() -> None:
    for kind in Kind:
        assert max(Counter(suffixes(kind)).values()) == 1, kind


def test_each_kind_offers_the_operators_of_the_dialect_in_its_order() -> None:
    assert suffixes(Kind.ID) == suffixes(Kind.ORDERED) == EIGHT
    assert suffixes(Kind.BYTES) == [*EIGHT, "_contains", "_not_contains"]
    assert suffixes(Kind.CHOICE) == ["", "_not", "_in", "_not_in"]
    assert suffixes(Kind.OPAQUE) == ["", "_not"]
    assert suffixes(Kind.LIST) == ["", "_not", "_contains", "_not_contains"]
    assert len(suffixes(Kind.TEXT)) == 20
    assert suffixes(Kind.BYTES_REFERENCE) == suffixes(Kind.TEXT)
    assert len(suffixes(Kind.TEXT_LIST)) == 6


@pytest.mark.parametrize(
    ("field", "kind"),
    [
        (Field("a", Scalar.ID), Kind.ID),
        (Field("a", Scalar.STRING), Kind.TEXT),
        (Field("a", Scalar.STRING, is_list=True), Kind.TEXT_LIST),
        (Field("a", Scalar.ID, is_list=True), Kind.LIST),
        (Field("a", Scalar.DATE), Kind.ORDERED),
        (Field("a", Scalar.JSON), Kind.OPAQUE),
        (Field("a", EnumRef("E")), Kind.CHOICE),
        (Field("a", EnumRef("E"), is_list=True), Kind.LIST),
        (Field("a", EntityRef("Text")), Kind.TEXT),
        (Field("a", EntityRef("Octets")), Kind.BYTES_REFERENCE),
        (Field("a", EntityRef("Number")), Kind.ORDERED),
        (Field("a", EntityRef("Text"), is_list=True), Kind.TEXT_LIST),
        (Field("a", EntityRef("Octets"), is_list=True), Kind.LIST),
        (Field("a", EntityRef("Number"), is_list=True), Kind.LIST),
    ],
)
def test_a_field_is_filtered_by_its_type_and_a_reference_as_text(field: Field, kind: Kind) -> None:
    ids = {"Text": Scalar.STRING, "Octets": Scalar.BYTES, "Number": Scalar.INT8}
    schema = Schema(
        {name: EntityType(name, (Field("id", scalar, required=True),)) for name, scalar in ids.items()},
        enums={"E": EnumType("E", (EnumValue("A"),))},
    )
    assert kind_of(schema, field) is kind


def test_a_pattern_finds_its_own_characters_only() -> None:
    assert literal("50%_\\") == "50\\%\\_\\\\"
