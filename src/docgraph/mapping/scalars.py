"""What a handler may give for each scalar of the schema, as types for checkers and editors.

Generated entity classes are annotated with these names: no entity type and no field
can be called like a scalar. What is accepted at run time is said by `model/values.py`.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TypeAlias
from uuid import UUID

ID: TypeAlias = str | int | UUID
String: TypeAlias = str
Bytes: TypeAlias = bytes | str
Boolean: TypeAlias = bool
Int: TypeAlias = int | str
Int8: TypeAlias = int | str
BigInt: TypeAlias = int | Decimal | str
BigDecimal: TypeAlias = Decimal | int | float | str
Timestamp: TypeAlias = datetime | int | str
Float: TypeAlias = float | Decimal | str
JSON: TypeAlias = object
Date: TypeAlias = date | str
DateTime: TypeAlias = datetime | date | str
