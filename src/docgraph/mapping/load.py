"""Load a project's handlers: import its modules, check what the manifest asks of them.

All that is wrong with manifest entries and modules is told at once. Reads the
project's folder and runs the modules' top level, nothing more.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from pathlib import Path

from docgraph.manifest.stages import moving
from docgraph.manifest.values import DataSource, DocumentHandler, Manifest
from docgraph.mapping.entity import Entity, bind
from docgraph.mapping.fingerprint import closure, fingerprint, module_name
from docgraph.mapping.frames import Spot, spot_of, spot_of_function
from docgraph.mapping.generate import class_name, generate
from docgraph.mapping.modules import GENERATED, Modules
from docgraph.mapping.parts import parts
from docgraph.mapping.run import Bound, Code, Reach, SourceHandlers
from docgraph.mapping.shape import shapes
from docgraph.model.nearest import nearest
from docgraph.model.problem import Location, ManifestProblem, MappingProblem, Problem, Problems
from docgraph.model.schema import Schema


class Handlers:
    """The handlers of all data sources, by the sources' names."""

    def __init__(self, sources: Mapping[str, SourceHandlers], files: Mapping[str, bytes]) -> None:
        self._sources = sources
        self.files = files  # path relative to the project → content as it was loaded, of every module they may use

    def source(self, name: str) -> SourceHandlers:
        """The handlers of a data source. Raises KeyError."""
        return self._sources[name]


def load_handlers(root: Path, manifest: Manifest, schema: Schema) -> Handlers:
    """The handlers that the manifest names, from the project's folder as it is now.

    Loading again gives the new state and leaves what was loaded before as it was.

    Raises Problems: of the manifest's `entities`, `reads` and handlers, and of the modules.
    """
    loading = _Loading(root.resolve(), manifest, schema)
    sources = {source.name: loading.source(source) for source in manifest.sources}
    if loading.problems:
        raise Problems(loading.problems)
    handlers = Handlers({name: source for name, source in sources.items() if source}, loading.files)
    loading.modules.forget_with(handlers)
    return handlers


class _Loading:
    """One loading; problems gather on the way."""

    def __init__(self, root: Path, manifest: Manifest, schema: Schema) -> None:
        self._root, self._manifest, self._schema = root, manifest, schema
        self._shapes = shapes(schema)
        self._failed: set[str] = set()  # files whose problem has been told
        self.modules = Modules(root, generate(schema))
        self.problems: list[Problem] = []
        self.files: dict[str, bytes] = {}
        self._classes = self._bind_entities()

    def source(self, source: DataSource) -> SourceHandlers | None:
        """The source's handlers; None after a mistake."""
        before = len(self.problems)
        self._check_entities(source)
        module = self._import(source)
        bound = (
            [self._bind(handler, module, source.mapping.file) for handler in source.mapping.handlers] if module else []
        )
        if len(self.problems) > before or module is None:
            return None
        used = closure(module_name(source.mapping.file), self.modules)
        self.files |= {each.path: each.content for each in used.values()}
        return SourceHandlers(
            source.name,
            Code(fingerprint(source, self._schema, self.modules), parts(source, self._schema, self.modules)),
            tuple(each for each in bound if each),
            Reach(
                {name: self._shapes[name] for name in source.mapping.entities},
                {name: self._shapes[name] for name in source.mapping.reads},
                moving(self._manifest.sources)[source.name],
                self._classes,
            ),
            self.modules,
        )

    def _bind_entities(self) -> Mapping[str, type[Entity]]:
        module = self.modules.load(GENERATED)
        found = {name: vars(module)[class_name(name)] for name in self._shapes}
        return {
            name: bind(each, self._shapes[name])
            for name, each in found.items()
            if isinstance(each, type) and issubclass(each, Entity)
        }

    def _check_entities(self, source: DataSource) -> None:
        mapping = source.mapping
        places = (*mapping.entities_at, *mapping.reads_at)
        for name, at in zip((*mapping.entities, *mapping.reads), places, strict=True):
            if name in self._schema.entities:
                continue
            if name in self._schema.interfaces or name in self._schema.unions:
                mend = f"list the types that it stands for: {', '.join(t.name for t in self._schema.concrete(name))}"
                what = f"`{name}` is not an entity type but stands for several"
            elif name in self._schema.aggregations:
                what, mend = f"`{name}` is an aggregation: it is computed when it is asked for", "remove it"
            else:
                what = f"{self._manifest.schema_file} declares no entity type `{name}`"
                mend = _suggestion(name, self._schema.entities)
            self.problems.append(ManifestProblem(what, at=at, mend=mend))

    def _import(self, source: DataSource) -> Mapping[str, object] | None:
        file = source.mapping.file
        name = module_name(file)
        if not (self._root / file).is_file():
            near = sorted(each.name for each in (self._root / file).parent.glob("*.py"))
            mend = _suggestion(Path(file).name, near) if near else f"create {file}"
            self.problems.append(MappingProblem(f"there is no file {file}", at=source.mapping.at, mend=mend))
            return None
        if file in self._failed:
            return None
        try:
            return vars(self.modules.load(name))
        except (Exception, SystemExit) as error:
            self._failed.add(file)
            self.problems.append(self._import_problem(error, file))
            return None

    def _import_problem(self, error: BaseException, file: str) -> MappingProblem:
        spot = spot_of(error, self.modules) or Spot(Location(file), "")
        said = error.msg if isinstance(error, SyntaxError) else str(error)
        what = self.modules.cleaned(f"{type(error).__name__}: {said}") + spot.frame
        match error:
            case SyntaxError():
                mend = "correct the Python at this place"
            case ModuleNotFoundError(name=str(missing)):
                mend = self.modules.mend_missing(missing)
            case ImportError():
                mend = "correct the name, or define it there"
            case _:
                mend = "mend the module: its top level must run without an error"
        return MappingProblem(what, at=spot.at, mend=mend)

    def _bind(self, handler: DocumentHandler, module: Mapping[str, object], file: str) -> Bound | None:
        function = module.get(handler.handler)
        begins = spot_of_function(inspect.unwrap(function), self.modules) if callable(function) else None
        if handler.handler not in module:
            functions = [name for name, value in module.items() if inspect.isfunction(value)]
            what, mend = f"{file} has no function `{handler.handler}`", _suggestion(handler.handler, functions)
        elif not callable(function):
            kind = type(function).__name__
            what, mend = f"`{handler.handler}` in {file} is not a function but {kind}", "name a function"
        elif wrong := _unfit(function, handler.handler):
            what, mend = wrong
        else:
            return Bound(handler, function, begins or Spot(Location(file), ""))
        at = begins.at if begins else handler.place
        self.problems.append(MappingProblem(what, at=at, mend=mend))
        return None


def _unfit(function: Callable[..., object], name: str) -> tuple[str, str] | None:
    """What keeps the function from being a handler, and how to mend it."""
    inner = inspect.unwrap(function)
    if inspect.isgeneratorfunction(inner) or inspect.isasyncgenfunction(inner):
        return f"`{name}` is a generator: its body would never run", "remove the `yield`, and save entities instead"
    try:
        inspect.signature(function).bind(None)
    except TypeError:
        return (
            f"`{name}` cannot be called with one argument, the document or record",
            f"write it as: def {name}(document: Document) -> None",
        )
    except ValueError:  # a builtin that does not tell
        return None
    return None


def _suggestion(name: str, known: Mapping[str, object] | list[str]) -> str:
    meant = nearest(name, known)
    listed = f"there is: {', '.join(sorted(known)[:20])}" if known else "there is none at all"
    return f"did you mean `{meant}`? {listed[0].upper()}{listed[1:]}" if meant else listed
