"""Fit a tree into a definition: every mistake found is reported with its place, and what fits is kept.

Knows no manifest: what is wanted is said by msgspec types. Text is taken as it is
written, whatever YAML would make of it; numbers and truth values only unquoted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any

from msgspec import inspect

from docgraph.formats.content import Mistake
from docgraph.formats.yaml_values import resolve
from docgraph.manifest.tree import Entries, Items, Node, Report, Text
from docgraph.manifest.values import Constants
from docgraph.model.nearest import nearest
from docgraph.model.problem import Location, ManifestProblem
from docgraph.model.values import Refused

Check = Callable[[str], object]  # raises Refused


class Misfit(Exception):
    """A node does not fit, which has been reported."""


def suggestion(word: str, known: Collection[str]) -> str:
    """How to mend an unknown word: the nearest known one, and all of them."""
    near = nearest(word, known)
    listed = f"nown: {', '.join(sorted(known))}"
    return f"did you mean `{near}`? K{listed}" if near else f"k{listed}"


class Fitting:
    """The definitions' advice on keys that are not theirs, and where mistakes go."""

    def __init__(self, report: Report, not_here: Mapping[type, Mapping[str, str]]) -> None:
        self._report, self._not_here = report, not_here

    def fit(self, node: Node, wanted: Any, name: str) -> Any:
        """The value of `node` as the type `wanted` says. Raises Misfit."""
        return self._fit(node, inspect.type_info(wanted), name)

    def _fit(self, node: Node, wanted: inspect.Type, name: str) -> Any:
        match wanted:
            case inspect.Metadata(type=inspect.StrType() as inner, extra={"check": check}):
                return self._checked(node, inner, name, check)
            case inspect.Metadata(type=inner):
                return self._fit(node, inner, name)
            case inspect.StructType():
                return self._struct(node, wanted, name)
            case inspect.VarTupleType(item_type=item_type, min_length=least):
                return self._items(node, item_type, least or 0, name)
            case inspect.DictType():  # of anything
                return self._constants(node, name)
            case inspect.AnyType():
                return node
            case inspect.UnionType():
                return self._union(node, wanted, name)
            case inspect.LiteralType(values=words):
                return self._word(node, words, name)
            case inspect.IntType(ge=least):
                return self._number(node, least, name)
            case inspect.StrType():
                return self._text(node, wanted, name)
            case _:
                raise TypeError(f"the definition of `{name}` wants {wanted}, which nobody taught us")

    def _struct(self, node: Node, wanted: inspect.StructType, name: str) -> Any:
        if not isinstance(node, Entries):
            raise self._wrong(node, name, "a mapping", f"write keys under it: {_some_keys(wanted)}")
        known = {field.encode_name: field for field in wanted.fields}
        fitted: dict[str, Any] = {}
        whole = True
        for key, value in node.entries.items():
            field = known.get(key)
            if field is None:
                whole = self._unknown_key(node.keys[key], key, wanted, known)
                continue
            try:
                fitted[field.name] = self._fit(value, field.type, f"`{key}`")
            except Misfit:
                whole = False
        meant = {nearest(key, known) for key in node.entries if key not in known}
        for key, field in known.items():
            if field.required and key not in node.entries:
                whole = False
                if key not in meant:  # else it is there, misspelled, which has been told
                    needed = _and(each for each, other in known.items() if other.required)
                    self._tell(node.at, f"`{key}` is missing from {name}", f"add it; needed are {needed}")
        if not whole:
            raise Misfit
        return wanted.cls(**fitted)

    def _unknown_key(
        self, at: Location, key: str, wanted: inspect.StructType, known: Mapping[str, inspect.Field]
    ) -> bool:
        if advice := self._not_here.get(wanted.cls, {}).get(key):
            self._tell(at, f"`{key}` is not available here", advice)
        else:
            self._tell(at, f"unknown key `{key}`", suggestion(key, known))
        return False

    def _items(self, node: Node, item_type: inspect.Type, least: int, name: str) -> tuple[Any, ...]:
        if not isinstance(node, Items):
            raise self._wrong(node, name, "a list", "write one element per line, each after a dash, or [in, brackets]")
        if len(node.items) < least:
            raise self._refuse(node.at, f"{name} is an empty list", "name at least one")
        fitted, whole = [], True
        for item in node.items:
            try:
                fitted.append(self._fit(item, item_type, f"an element of {name}"))
            except Misfit:
                whole = False
        if not whole:
            raise Misfit
        return tuple(fitted)

    def _constants(self, node: Node, name: str) -> Constants:
        if not isinstance(node, Entries):
            raise self._wrong(node, name, "a mapping", "write names and values under it")
        constants: Constants = self._constant(node)
        return constants

    def _constant(self, node: Node) -> Any:
        """A value of any kind, as YAML means it."""
        match node:
            case Entries(entries=entries):
                return Constants((key, self._constant(value)) for key, value in entries.items())
            case Items(items=items):
                return tuple(self._constant(item) for item in items)
            case Text(text=text, plain=plain):
                try:
                    return resolve(text, 0) if plain else text
                except Mistake as mistake:
                    raise self._refuse(node.at, mistake.what, mistake.mend) from mistake

    def _union(self, node: Node, wanted: inspect.UnionType, name: str) -> Any:
        """A word or a number; or something that may be left out."""
        kinds = [kind for kind in wanted.types if not isinstance(kind, inspect.NoneType)]
        if len(kinds) == 1:
            return self._fit(node, kinds[0], name)
        if isinstance(node, Text) and re.fullmatch(r"[-+]?[0-9]+", node.text) and node.plain:
            return self._fit(node, next(kind for kind in map(_bare, kinds) if isinstance(kind, inspect.IntType)), name)
        words = next(kind for kind in kinds if isinstance(kind, inspect.LiteralType)).values
        return self._word(node, words, name, beside=" or a number")

    def _word(self, node: Node, words: Collection[object], name: str, beside: str = "") -> str:
        text = self._scalar(node, name)
        known = [str(word) for word in words]
        if text not in known:
            advice = suggestion(text, known)
            raise self._refuse(node.at, f"`{text}` is not something {name} can be", f"{advice}{beside}")
        return text

    def _number(self, node: Node, least: int | None, name: str) -> int:
        text = self._scalar(node, name)
        if not re.fullmatch(r"[-+]?[0-9]{1,18}", text) or (least is not None and int(text) < least):
            floor = "" if least is None else f" of at least {least}"
            raise self._refuse(node.at, f"`{text}` is not a whole number{floor}", "write digits only")
        return int(text)

    def _checked(self, node: Node, wanted: inspect.StrType, name: str, check: Check) -> str:
        text = self._text(node, wanted, name)
        try:
            check(text)
        except Refused as refused:
            raise self._refuse(node.at, refused.what, refused.mend) from refused
        return text

    def _text(self, node: Node, wanted: inspect.StrType, name: str) -> str:
        text = self._scalar(node, name)
        if wanted.min_length and len(text) < wanted.min_length:
            raise self._refuse(node.at, f"{name} is empty", "give it a value")
        return text

    def _scalar(self, node: Node, name: str) -> str:
        if not isinstance(node, Text):
            raise self._wrong(node, name, "one value", "write it right after the colon")
        if node.is_nothing:
            raise self._refuse(node.at, f"{name} has no value", "give it one, or remove the key")
        return node.text

    def _wrong(self, node: Node, name: str, wanted: str, mend: str) -> Misfit:
        found = {Text: "one value", Items: "a list", Entries: "a mapping"}[type(node)]
        if isinstance(node, Text) and node.is_nothing:
            found = "empty"
        return self._refuse(node.at, f"{name} must be {wanted}, and is {found}", mend)

    def _refuse(self, at: Location, what: str, mend: str) -> Misfit:
        self._tell(at, what, mend)
        return Misfit()

    def _tell(self, at: Location, what: str, mend: str) -> None:
        self._report(ManifestProblem(what, at=at, mend=mend))


def _bare(kind: inspect.Type) -> inspect.Type:
    return kind.type if isinstance(kind, inspect.Metadata) else kind


def _some_keys(wanted: inspect.StructType) -> str:
    return ", ".join(f"`{field.encode_name}`" for field in wanted.fields)


def _and(keys: Any) -> str:
    listed = [f"`{key}`" for key in keys]
    return " and ".join([", ".join(listed[:-1]), listed[-1]] if len(listed) > 1 else listed)


def find(node: Node, keys: tuple[str | int, ...]) -> Location:
    """Where the value that `keys` leads to stands; the last part that is there."""
    at = node.at
    for key in keys:
        match node, key:
            case Entries(entries=entries), str() if key in entries:
                node = entries[key]
            case Items(items=items), int() if key < len(items):
                node = items[key]
            case _:
                return at
        at = node.at
    return at
