"""`docgraph plan` as a person reads it."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from docgraph.indexer.foresee import IndexPlan, SourcePlan

SHOWN = 10  # paths of one kind and source; `--json` has all
COLUMNS = ("new", "changed", "code", "reads", "gone", "touched", "unchanged", "failing")


def show_plan(plan: IndexPlan) -> None:
    """Print what would be done and why to standard output."""
    console = Console(highlight=False)
    for line in _deployment(plan):
        console.print(line, soft_wrap=True)
    table = Table("source", *COLUMNS, box=None, pad_edge=False)
    for source in plan.sources:
        table.add_row(source.source, *(f"{count:,}" for count in _counts(source)))
    console.print(table)
    for source in plan.sources:
        for line in _documents(source, all_new=bool(plan.why)):
            console.print(line, soft_wrap=True)
    if plan.readers:
        documents = "1 document that reads" if plan.readers == 1 else f"{plan.readers:,} documents that read"
        console.print(f"[cyan]=[/] and, if they see something else then, {documents} what these say")
    if plan.is_empty:
        console.print("[green]nothing to do[/]")


def _deployment(plan: IndexPlan) -> Iterator[str]:
    index = escape(plan.index)
    if not plan.why:
        yield f"[bold]{index}[/] deployment {plan.deployment}"
        for change in plan.in_place:
            yield f"  in place: {escape(change)}"
        return
    built = "a new deployment" if plan.deployment is None else f"deployment {plan.deployment}"
    beside = "" if plan.serving is None else f" beside deployment {plan.serving}, which is served until it is complete"
    yield f"[bold]{index}[/] would fill {built}{beside}"
    for reason in plan.why:
        yield f"  because {escape(reason)}"


def _counts(source: SourcePlan) -> tuple[int, ...]:
    listed = (source.new, source.changed, source.code, source.reads, source.gone, source.touched)
    return (*map(len, listed), source.unchanged, len(source.failing))


def _documents(source: SourcePlan, all_new: bool) -> Iterator[str]:
    """The paths of what would be run or leave, a few of each kind, and why code would be run again."""
    kinds = [
        ("[yellow]~[/]", source.changed),
        ("[cyan]=[/]", source.code),
        ("[cyan]=[/]", source.reads),
        ("[red]-[/]", source.gone),
    ]
    if not all_new:
        kinds.insert(0, ("[green]+[/]", source.new))
    for sign, paths in kinds:
        for path in paths[:SHOWN]:
            failing = " [red](failed last time)[/]" if path in source.failing else ""
            yield f"{sign} {escape(source.source)} {escape(path)}{failing}"
        if len(paths) > SHOWN:
            yield f"{sign} {escape(source.source)} and {len(paths) - SHOWN:,} more"
    for cause in source.causes:
        yield f"[cyan]=[/] code of {escape(source.source)} changed: {escape(cause)}"
    for file in source.files[:SHOWN]:
        yield f"[cyan]=[/] {escape(source.source)} reads {escape(file)}, which changed"
    if len(source.files) > SHOWN:
        yield f"[cyan]=[/] {escape(source.source)} reads {len(source.files) - SHOWN:,} more that changed"
