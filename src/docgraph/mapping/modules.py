"""The author's modules: the project's folder is importable, each project apart from others.

A module of the project is compiled from its file and kept under a name of this
loading only, so that two projects, or two states of one, never see each other. The
author's `import` statements are answered by a builtin of their own. Nothing is
written into the project's folder.
"""

from __future__ import annotations

import ast
import builtins
import importlib.util
import itertools
import sys
import threading
import types
import weakref
from collections.abc import Iterator, Mapping, Sequence
from importlib.machinery import ModuleSpec, NamespaceLoader
from pathlib import Path
from typing import Any

import msgspec

from docgraph.model.nearest import nearest

GENERATED = "generated.schema"
_SERIAL = itertools.count(1)
_PARSING = threading.Lock()  # two threads that build syntax trees at once confuse the interpreter (CPython 106905)


class Source(msgspec.Struct, frozen=True):
    """The text of a module as it was compiled."""

    path: str  # relative to the project
    content: bytes

    @property
    def lines(self) -> Sequence[str]:
        return importlib.util.decode_source(self.content).splitlines()

    @property
    def tree(self) -> ast.Module:
        """Raises SyntaxError."""
        return parsed(self.content)


def parsed(content: bytes) -> ast.Module:
    """A module's syntax tree. Raises SyntaxError."""
    with _PARSING:
        return ast.parse(content)


class Modules:
    """What one loading of a project has imported."""

    def __init__(self, root: Path, generated: str) -> None:
        self._root = root
        self._prefix = f"docgraph_project_{next(_SERIAL)}"
        self._generated = Source("generated/schema.py", generated.encode())
        self._lock = threading.RLock()  # handlers in threads may import
        self._loaded: dict[str, types.ModuleType] = {}
        self._builtins = {**vars(builtins), "__import__": self._import}
        self.sources: dict[str, Source] = {}  # by module name
        self.imports: dict[str, set[str]] = {}  # module name → the project's modules that it imported while running
        self._names = {self._prefix}
        sys.modules[self._prefix] = types.ModuleType(self._prefix)

    def forget_with(self, owner: object) -> None:
        """Let Python forget the modules when `owner` is gone. They themselves keep this alive."""
        weakref.finalize(owner, _forget, self._names)

    def load(self, name: str) -> types.ModuleType:
        """The module of this dotted name, its packages included. Raises whatever importing it raises."""
        with self._lock:
            parts = name.split(".")
            for length in range(1, len(parts) + 1):
                partial = ".".join(parts[:length])
                if partial not in self._loaded:
                    module = self._load_one(partial)
                    if length > 1:
                        setattr(self._loaded[".".join(parts[: length - 1])], parts[length - 1], module)
            return self._loaded[name]

    def source(self, name: str) -> Source | None:
        """The text of a module of the project, loaded or not; None for a folder without code, or nothing at all."""
        if name == GENERATED:
            return None
        if name not in self.sources and (file := self._file(name)):
            return Source(file.relative_to(self._root).as_posix(), file.read_bytes())
        return self.sources.get(name)

    def author_file(self, filename: str) -> Source | None:
        """The module that was compiled under this file name."""
        return next(
            (source for source in self.sources.values() if str(self._root / source.path) == filename),
            None,
        )

    def cleaned(self, text: str) -> str:
        """A message without the names that only this loading uses."""
        return text.replace(f"{self._prefix}.", "").replace(f"{self._root}/", "")

    def exists(self, name: str) -> bool:
        """Is there something in the project that can be imported by this name?"""
        return name in (GENERATED, "generated") or bool(self._file(name)) or self._folder(name).is_dir()

    def is_package(self, name: str) -> bool:
        return not (file := self._file(name)) or file.name == "__init__.py"

    def owns(self, name: str) -> bool:
        """Does an absolute import of `name` mean the project?

        A folder without Python files does not hide a library of the same name.
        """
        top = name.partition(".")[0]
        if top == "docgraph":
            return False
        if top == "generated" or top in self._loaded or self._file(top):
            return True
        folder = self._folder(top)
        return folder.is_dir() and (any(folder.glob("*.py")) or not _is_library(top))

    def mend_missing(self, name: str) -> str:
        """What to do about an import of a module that is not there."""
        if self.owns(name):
            return f"create {name.replace('.', '/')}.py, or correct the name"
        return f"install {name.partition('.')[0]} beside docgraph, or correct the name"

    def _load_one(self, name: str) -> types.ModuleType:
        if not self.exists(name):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        source = self._generated if name == GENERATED else self.source(name)
        full = f"{self._prefix}.{name}"
        module = types.ModuleType(full)
        module.__spec__ = ModuleSpec(full, None, is_package=self.is_package(name) and name != GENERATED)
        if self.is_package(name) and name != GENERATED:
            module.__path__ = []
            module.__package__ = full
        else:
            module.__package__ = full.rpartition(".")[0]
        self._loaded[name] = sys.modules[full] = module
        self._names.add(full)
        if source is None:
            return module
        if name != GENERATED:
            self.sources[name] = source
        filename = str(self._root / source.path)
        module.__file__ = filename
        vars(module)["__builtins__"] = self._builtins
        try:
            exec(compile(source.content, filename, "exec", dont_inherit=True), vars(module))
        except BaseException:
            del self._loaded[name], sys.modules[full]
            raise
        return module

    def _import(
        self,
        name: str,
        globals: Mapping[str, Any] | None = None,
        locals: Mapping[str, Any] | None = None,
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> types.ModuleType:
        """What `import` does in the author's modules."""
        importer = str((globals or {}).get("__name__", ""))
        if level:
            name = self._absolute(name, globals or {}, level)
        elif not importer.startswith(f"{self._prefix}.") or not self.owns(name):
            return builtins.__import__(name, globals, locals, fromlist or (), level)
        self._note(importer, name)
        module = self.load(name)
        if not fromlist:
            return self._loaded[name.partition(".")[0]]
        for each in fromlist:
            if each != "*" and not hasattr(module, each):
                self._import_submodule(module, name, each)
                self._note(importer, f"{name}.{each}")
        return module

    def _import_submodule(self, module: types.ModuleType, package: str, name: str) -> None:
        if self.is_package(package) and self.exists(f"{package}.{name}"):
            self.load(f"{package}.{name}")
            return
        meant = nearest(name, [each for each in vars(module) if not each.startswith("_")])
        near = f"; did you mean {meant!r}?" if meant else ""
        raise ImportError(f"cannot import name {name!r} from {package!r}{near}", name=package)

    def _absolute(self, name: str, globals: Mapping[str, Any], level: int) -> str:
        package = str(globals.get("__package__", "")).removeprefix(self._prefix).removeprefix(".")
        parts = package.split(".") if package else []
        if level > len(parts):
            raise ImportError("the relative import leads out of the project's packages")
        base = parts[: len(parts) - level + 1]
        return ".".join([*base, name] if name else base)

    def _note(self, importer: str, name: str) -> None:
        self.imports.setdefault(importer.removeprefix(f"{self._prefix}."), set()).add(name)

    def _file(self, name: str) -> Path | None:
        folder = self._folder(name)
        for file in (folder / "__init__.py", folder.with_suffix(".py")):
            if name and file.is_file():
                return file
        return None

    def _folder(self, name: str) -> Path:
        return self._root.joinpath(*name.split("."))


def imported_names(tree: ast.Module, package: str) -> Iterator[str]:
    """Every dotted name that import statements anywhere in the module may import. `package` is where it stands."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(module=module, names=names, level=level):
                parts = package.split(".") if package else []
                base = parts[: len(parts) - level + 1] if level else []
                name = ".".join([*base, *([module] if module else [])])
                if name:
                    yield name
                    yield from (f"{name}.{alias.name}" for alias in names)


def _is_library(name: str) -> bool:
    """Is there something outside of the project that is really a module of this name?"""
    if name in sys.stdlib_module_names:
        return True
    try:
        spec = importlib.util.find_spec(name)
    except (ImportError, ValueError):
        return False
    return spec is not None and spec.loader is not None and not isinstance(spec.loader, NamespaceLoader)


def _forget(names: set[str]) -> None:
    for name in names:
        sys.modules.pop(name, None)
