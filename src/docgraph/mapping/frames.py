"""From a traceback to the author's line: the innermost frame of the author's code, never one of ours."""

from __future__ import annotations

import inspect
import itertools
import types
from collections.abc import Callable

import msgspec

from docgraph.mapping.modules import Modules, Source
from docgraph.model.problem import Location

TAB = " " * 4


class Spot(msgspec.Struct, frozen=True):
    """A place in the author's code, with the line that stands there."""

    at: Location
    frame: str  # the line and a mark under the part that counts, indented; empty where it cannot be shown


def spot_of(error: BaseException, modules: Modules) -> Spot | None:
    """Where the author's code was when `error` came up; None if none of it was running."""
    if isinstance(error, SyntaxError) and error.filename and (source := modules.author_file(error.filename)):
        column = error.offset if error.offset and error.offset > 0 else None
        return Spot(
            Location(source.path, error.lineno, column),
            _frame(source, error.lineno or 0, (column or 1) - 1, (column or 0)),
        )
    found = None
    trace = error.__traceback__
    while trace is not None:
        if source := modules.author_file(trace.tb_frame.f_code.co_filename):
            found = _spot(trace, source)
        trace = trace.tb_next
    return found


def place_of_caller(modules: Modules) -> Location | None:
    """The innermost line of the author's code that is running; None if there is none on this thread's stack."""
    frame = inspect.currentframe()
    while frame is not None:
        if source := modules.author_file(frame.f_code.co_filename):
            return _spot_in(frame.f_code, frame.f_lasti, frame.f_lineno, source).at
        frame = frame.f_back
    return None


def spot_of_function(function: Callable[..., object], modules: Modules) -> Spot | None:
    """Where a function of the author's begins; None where that cannot be told."""
    code = getattr(function, "__code__", None)
    if code is None or (source := modules.author_file(code.co_filename)) is None:
        return None
    return Spot(Location(source.path, code.co_firstlineno), _frame(source, code.co_firstlineno, 0, 0))


def _spot(trace: types.TracebackType, source: Source) -> Spot:
    return _spot_in(trace.tb_frame.f_code, trace.tb_lasti, trace.tb_lineno, source)


def _spot_in(code: types.CodeType, instruction: int, lineno: int, source: Source) -> Spot:
    """`instruction`: its offset in bytes, as frames tell it."""
    positions = code.co_positions()
    line, end_line, start, end = next(itertools.islice(positions, instruction // 2, None), (None,) * 4)
    if line is None or start is None or end is None:
        return Spot(Location(source.path, lineno), _frame(source, lineno, 0, 0))
    text = _line(source, line)
    # Columns count bytes of UTF-8 there, characters here.
    first = len(text.encode()[:start].decode(errors="ignore"))
    last = len(text.encode()[:end].decode(errors="ignore")) if end_line == line else len(text)
    return Spot(Location(source.path, line, first + 1), _frame(source, line, first, last))


def _line(source: Source, number: int) -> str:
    lines = source.lines
    return lines[number - 1] if 0 < number <= len(lines) else ""


def _frame(source: Source, number: int, first: int, last: int) -> str:
    text = _line(source, number)
    shown = text.strip()
    if not shown or len(shown) > 200:
        return ""
    indent = len(text) - len(text.lstrip())
    mark = " " * (first - indent) + "^" * (last - first)
    return f"\n{TAB}{shown}" + (f"\n{TAB}{mark}" if mark.strip() and mark != "^" * len(shown) else "")
