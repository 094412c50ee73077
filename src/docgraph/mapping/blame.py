"""From an exception in a handler to problems with two places: the author's line, and the document's."""

from __future__ import annotations

import traceback
from collections.abc import Iterator

import msgspec

from docgraph.mapping.collect import Misuse, Rejected
from docgraph.mapping.frames import Spot, spot_of
from docgraph.mapping.modules import Modules
from docgraph.mapping.subject import Subject
from docgraph.model.nearest import nearest
from docgraph.model.problem import HandlerProblem, Location, Origin, Problem, Problems, ValueProblem
from docgraph.model.values import MissingKey

LONGEST = 2000  # characters of an author's message


class Blame(msgspec.Struct, frozen=True):
    """Who was called for what, when something went wrong."""

    modules: Modules
    handler: str  # its name
    begins: Spot  # where the handler begins, for errors without a line of the author's
    subject: Subject

    def problems(self, error: BaseException) -> tuple[Problem, ...]:
        """What to tell of `error`: at least one problem. The error's frames let go of what they hold."""
        found = tuple(self._each(error))
        traceback.clear_frames(error.__traceback__)
        return found

    def _each(self, error: BaseException) -> Iterator[Problem]:
        match error:
            case Problem():
                yield error
            case Problems(problems=problems):
                yield from problems
            case BaseExceptionGroup(exceptions=several):
                for each in several:
                    yield from self._each(each)
            case Rejected(refusals=refusals):
                code = self._spot(error).at
                for refusal in refusals:
                    subject = self.subject.at_line(refusal.line, refusal.given)
                    place = subject.place_of_value(refusal.value, refusal.field)
                    if place == subject.at:
                        place = subject.place_of_value(refusal.given, refusal.field)
                    yield ValueProblem(
                        _storable(refusal.what),
                        at=place,
                        mend=_storable(refusal.mend),
                        code=code,
                        origin=Origin(self.handler, refusal.entity),
                    )
            case Misuse(what=what, mend=mend):
                yield self._handler_problem(error, what, mend)
            case MissingKey(mapping=mapping, key=key):
                yield self._missing_key(error, mapping, key)
            case _:
                yield self._handler_problem(error, _said(error, self.modules), _mend(error, self.modules))

    def _missing_key(self, error: BaseException, mapping: object, key: object) -> Problem:
        keys = [str(each) for each in mapping] if isinstance(mapping, dict) else []
        meant = nearest(str(key), keys)
        near = f"; did you mean {meant!r}?" if meant else ""
        if self.subject.is_context(mapping):
            mend = f"add `{key}` to the data source's `context` in the manifest"
            return self._handler_problem(error, f"the context has no key {key!r}{near}", mend)
        mend = f"add `{key}` to the document, or read it in the handler with .get({key!r})"
        place = self.subject.place_of_mapping(mapping)
        return self._handler_problem(error, f"there is no key {key!r}{near}", mend, place)

    def _handler_problem(self, error: BaseException, what: str, mend: str, place: Location | None = None) -> Problem:
        spot = self._spot(error)
        return HandlerProblem(
            _storable(what) + spot.frame,
            at=spot.at,
            mend=_storable(mend),
            document=place or self.subject.at,
            origin=Origin(self.handler),
        )

    def _spot(self, error: BaseException) -> Spot:
        return spot_of(error, self.modules) or self.begins


def _said(error: BaseException, modules: Modules) -> str:
    """The error in the words of Python's last line, notes included."""
    try:
        text = str(error)
    except Exception as broken:  # the author's own __str__
        text = f"(its message cannot be shown: {type(broken).__name__})"
    lines = [f"{type(error).__name__}: {text}" if text else type(error).__name__, *getattr(error, "__notes__", ())]
    said = modules.cleaned("\n".join(map(str, lines)))
    return said if len(said) <= LONGEST else f"{said[:LONGEST]}…"


def _mend(error: BaseException, modules: Modules) -> str:
    match error:
        case SystemExit():
            return "raise an exception that says what is wrong with the document instead of ending the process"
        case ModuleNotFoundError(name=str(missing)):
            return modules.mend_missing(missing)
        case ImportError():
            return "correct the name, or define it there"
        case RecursionError():
            return "look for a function that calls itself without an end"
        case KeyError() | IndexError() | AttributeError() | TypeError():
            return "compare what the handler expects with what the document gives; mend the one that is wrong"
        case _:
            return "mend the handler at this line, or the document that led there"


def _storable(text: str) -> str:
    """Without what no database can hold: NUL and lone surrogates."""
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()
