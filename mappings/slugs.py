"""How names in documents become ids and enum values."""

import re
import unicodedata
from typing import Any

SIGNS = {"+": "plus", "#": "sharp", "&": "and"}


def slug(name: str) -> str:
    """`Low-Power Design` → `low-power-design`, `C++` → `cplusplus`, `Malmö` → `malmo`."""
    for sign, word in SIGNS.items():
        name = name.replace(sign, word)
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")


def constant(word: str) -> Any:
    """`on-site` → `ON_SITE`: how the schema writes the values of its enums.

    Any, because a document may say what it likes: a value that the schema does not know is refused when it is saved.
    """
    return word.upper().replace("-", "_")
