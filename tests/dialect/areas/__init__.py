"""The areas of the dialect, in the order of the specification."""

from __future__ import annotations

from dialect.areas.blocks import BLOCKS, POLICY
from dialect.areas.children import CHILD_FILTERS, CHILDREN
from dialect.areas.conformance import CONFORMANCE
from dialect.areas.interfaces import INTERFACES
from dialect.areas.introspection import INTROSPECTION
from dialect.areas.language import LANGUAGE
from dialect.areas.lists import LISTS
from dialect.areas.logic import LOGIC
from dialect.areas.names import NAMES
from dialect.areas.nulls import NULLS
from dialect.areas.operators import OPERATORS, TEXT
from dialect.areas.ordering import ORDERING, PAGES
from dialect.areas.values import SHOWN, TAKEN
from dialect.areas.wording import WORDING
from dialect.case import Area

AREAS: tuple[Area, ...] = (
    *(NAMES, OPERATORS, TEXT, LISTS, CHILD_FILTERS, LOGIC, ORDERING, PAGES, CHILDREN, INTERFACES, NULLS),
    *(BLOCKS, POLICY, LANGUAGE, INTROSPECTION, WORDING, SHOWN, TAKEN, CONFORMANCE),
)
