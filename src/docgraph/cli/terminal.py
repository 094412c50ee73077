"""What people see in the terminal: events as lines, long work as a bar, problems with their place.

On a terminal long work shows a bar with rate and time left; elsewhere one aligned
line every few seconds. With JSON asked for, each event is one line of JSON. What draws
the bar is imported when there is one.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, assert_never

import msgspec
from rich.console import Console
from rich.markup import escape

from docgraph.model.changes import Block
from docgraph.model.events import (
    AuthorLogged,
    BlockCommitted,
    BuiltBeside,
    DocumentsIndexed,
    Event,
    Halted,
    HeldBack,
    Listening,
    Logged,
    ProblemFound,
    ProjectChanged,
    Retrying,
    RunAgain,
    ScanFinished,
    SchemaAdapted,
    StandingBy,
    TakingOver,
)
from docgraph.model.problem import HandlerProblem, Location, Problem, ValueProblem

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

LINE_EVERY = 5.0  # seconds between progress lines where there is no terminal
WORTH_A_BAR = 200  # documents


class Terminal:
    """Shows events on standard error, so that answers on standard output stay clean."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(stderr=True, highlight=False)
        self._progress: Progress | None = None
        self._task: TaskID | None = None
        self._began = self._told = 0.0

    def say(self, text: str) -> None:
        """One line, in rich's markup."""
        self.console.print(text, soft_wrap=True)

    def show_problems(self, problems: Iterable[Problem]) -> None:
        """Each problem with place and remedy, and how many there were when there were several."""
        count = 0
        for problem in problems:
            count += 1
            self.say(render_problem(problem))
        if count > 1:
            self.say(f"[bold]{count} problems[/]")

    def observe(self, event: Event) -> None:
        """Show one event."""
        match event:
            case ScanFinished(changed=changed):
                self._began = self._told = time.monotonic()
                if changed >= WORTH_A_BAR:
                    self._start_bar(changed)
            case DocumentsIndexed(done=done, total=total):
                self._advance(done, total)
            case BlockCommitted():
                self._finish_bar()
                self.say(render_block(event))
            case ProblemFound(problem=problem):
                self.say(render_problem(problem))
            case AuthorLogged(level=level, text=text, path=path):
                colour = {"critical": "bold red", "error": "red", "warning": "yellow", "debug": "dim"}.get(
                    level, "cyan"
                )
                self.say(f"[{colour}]{level:<8}[/] {escape(text)} [dim]{escape(path)}[/]")
            case Retrying(what=what, delay=delay):
                self.say(f"[yellow]waiting[/] {escape(what)}; next try in {delay:.1f} s")
            case Listening(address=address):
                self.say(f"GraphiQL  [bold cyan]{address}[/]\nGraphQL   [cyan]{address}/graphql[/]")
            case ProjectChanged(paths=paths):
                self.say(f"[dim]loading[/] {escape(', '.join(paths))} changed")
            case StandingBy(index=index):
                self.say(f"[yellow]waiting[/] another process is indexing {escape(index)}; taking over when it ends")
            case TakingOver(index=index):
                self.say(f"[dim]indexing[/] {escape(index)}, which no other process does any more")
            case BuiltBeside(why=why):
                self.say(f"[yellow]schema  [/] {escape(', '.join(why))}; built beside what is served")
            case Logged(level=level, text=text):
                colour = "yellow" if level == "warning" else "red"
                self.say(f"[{colour}]{level:<7}[/] {escape(text)}")
            case SchemaAdapted(what=what):
                self.say(f"[green]schema  [/] {escape(', '.join(what))}; changed in place")
            case HeldBack(sources=sources):
                self.say(
                    f"[yellow]waiting[/] no document of {escape(', '.join(sources))} fits the new schema; "
                    "what was indexed before is served until you mend the handlers or the documents"
                )
            case Halted(documents=documents):
                noun = "the document that fails is" if documents == 1 else f"the {documents:,} documents that fail are"
                self.say(f"[bold red]halted[/] the next block waits until {noun} mended")
            case RunAgain(source=source, field=field, documents=documents):
                self.say(
                    f"[yellow]warning [/] {documents:,} documents of {escape(source)} were run again, one by one: they "
                    f"read {escape(field)}, which documents before them say; a declared @merge would spare that"
                )
            case _:
                assert_never(event)

    def close(self) -> None:
        """Take down a bar that is still up."""
        self._finish_bar()

    def _start_bar(self, total: int) -> None:
        self._finish_bar()
        if not self.console.is_terminal:
            return
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        self._progress = Progress(
            TextColumn("indexing"),
            BarColumn(bar_width=40),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
            console=self.console,
            transient=True,
        )
        self._progress.start()
        self._task = self._progress.add_task("indexing", total=total, rate="")

    def _advance(self, done: int, total: int) -> None:
        now = time.monotonic()
        rate = done / max(now - self._began, 1e-6)
        if self._progress is not None and self._task is not None:
            self._progress.update(self._task, completed=done, total=total, rate=f"{rate:,.0f}/s")
        elif now - self._told >= LINE_EVERY:
            self._told = now
            left = (total - done) / max(rate, 1e-6)
            self.say(f"indexing {done:>9,} of {total:,}  {done / total:>4.0%}  {rate:>8,.0f}/s  {left:>5.0f} s left")

    def _finish_bar(self) -> None:
        if self._progress is not None:
            self._progress.stop()
        self._progress = self._task = None


class JsonLines:
    """Each event as one line of JSON on standard error, for machines that read logs."""

    def say(self, text: str) -> None:
        self._write({"event": "Said", "text": Console(file=None, markup=True).render_str(text).plain})

    def show_problems(self, problems: Iterable[Problem]) -> None:
        for problem in problems:
            self._write({"event": "Problem"} | problem_as_mapping(problem))

    def observe(self, event: Event) -> None:
        match event:
            case ProblemFound(source=source, problem=problem):
                self._write({"event": "ProblemFound", "source": source} | problem_as_mapping(problem))
            case BlockCommitted(block=block, seconds=seconds, what=what):
                told = {
                    "number": block.number,
                    "hash": block.hash.hex(),
                    "documents": block.documents,
                    "counts": msgspec.to_builtins(block.counts),
                    "problems": [problem_as_mapping(problem) for problem in block.problems],
                }
                self._write({"event": "BlockCommitted", "block": told, "seconds": seconds, "what": what})
            case _:
                self._write({"event": type(event).__name__} | msgspec.to_builtins(event))

    def close(self) -> None:
        """Nothing is left open."""

    def _write(self, told: dict[str, object]) -> None:
        sys.stderr.buffer.write(msgspec.json.encode(told) + b"\n")
        sys.stderr.buffer.flush()


View = Terminal | JsonLines
VIEWS: dict[str, Callable[[], View]] = {"text": Terminal, "json": JsonLines}


def problem_as_mapping(problem: Problem) -> dict[str, object]:
    """A problem for machines: kind, path, line, column, what, mend, and the second place where there is one."""
    second = problem.document if isinstance(problem, HandlerProblem) else None
    if isinstance(problem, ValueProblem):
        second = problem.code
    return {
        "kind": problem.kind,
        "path": problem.at.path,
        "line": problem.at.line,
        "column": problem.at.column,
        "what": problem.what,
        "mend": problem.mend,
        "see": str(second) if second else None,
    }


def render_problem(problem: Problem) -> str:
    """A problem for people: place, what, the second frame where there is one, how to mend it."""
    lines = [f"[bold red]{escape(str(problem.at))}[/]: {escape(problem.what)}"]
    match problem:
        case HandlerProblem(document=Location() as place):
            lines.append(f"  [dim]while reading[/] {escape(str(place))}")
        case ValueProblem(code=Location() as code):
            lines.append(f"  [dim]given by[/] {escape(str(code))}")
    lines.append(f"  [green]mend:[/] {escape(problem.mend)}")
    return "\n".join(lines)


def render_block(event: BlockCommitted) -> str:
    """One line per block: its number, what changed, how many entities, how long it took."""
    return (
        f"[dim]block[/] [bold]{event.block.number:>4}[/]  {escape(event.what)}  "
        f"{render_counts(event.block)}  [dim]{render_seconds(event.seconds)}[/]"
    )


def render_counts(block: Block) -> str:
    """`Posting +1 ~2 -3`: created, changed, deleted, by type; types without a change are left out."""
    shown = []
    for type_name, counts in block.counts.items():
        parts = [f"[green]+{counts.created}[/]"] if counts.created else []
        parts += [f"[yellow]~{counts.changed}[/]"] if counts.changed else []
        parts += [f"[red]-{counts.deleted}[/]"] if counts.deleted else []
        if parts:
            shown.append(f"{type_name} {' '.join(parts)}")
    return "  ".join(shown) or "[dim]no entity changed[/]"


def render_seconds(seconds: float) -> str:
    """As a person says it: 4.1 ms, 2.3 s."""
    return f"{seconds * 1000:.1f} ms" if seconds < 1 else f"{seconds:.1f} s"
