"""What single texts of a manifest must look like. Each check raises Refused with what is wrong and how to mend it."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from docgraph.model.document import Key
from docgraph.model.values import Refused
from docgraph.sources.glob import BadGlob, glob_expression


def spec_version(text: str) -> None:
    if not re.fullmatch(r"[01]\.[0-9]+\.[0-9]+", text):
        raise Refused(
            f"unknown specVersion `{text}`", "write `specVersion: 1.0.0`; every version up to 1.x is accepted"
        )


def function_name(text: str) -> None:
    if not text.isidentifier():
        raise Refused(f"`{text}` cannot be the name of a function", "write its bare name, as after `def`")


def glob(text: str) -> str:
    """The glob as a regular expression for whole paths."""
    try:
        return glob_expression(text)
    except BadGlob as bad:
        raise Refused(bad.what, bad.mend) from bad


def keys(text: str) -> tuple[Key, ...]:
    """`pages.0.rows` as ("pages", 0, "rows")."""
    parts = text.split(".")
    if not all(parts) or any(character in text for character in "/$[]*"):
        raise Refused(
            f"`{text}` does not lead to a list of records",
            "write the keys that lead to the list, joined by dots: result.items",
        )
    return tuple(int(part) if re.fullmatch(r"[0-9]{1,9}", part) else part for part in parts)


def schema_file(text: str) -> str:
    """The path without a leading `./`."""
    return _project_file(text, ".graphql")


def mapping_file(text: str) -> str:
    """The path without a leading `./`."""
    path = _project_file(text, ".py")
    for part in path.removesuffix(".py").split("/"):
        if not part.isidentifier():
            mend = "name folders and file with letters, digits and underscores"
            raise Refused(f"`{text}` cannot be imported because of `{part}`", mend)
    return path


def _project_file(text: str, ending: str) -> str:
    path = PurePosixPath(text)
    if path.is_absolute() or ".." in path.parts or "\\" in text or re.match("[A-Za-z]:", text):
        mend = "write a path below the manifest's folder, with / between folders"
        raise Refused(f"`{text}` is outside the project", mend)
    if path.suffix != ending:
        raise Refused(f"`{text}` is not a {ending} file", f"name a file that ends in {ending}")
    return str(path)
