"""The plots of a report: how figures grow with the documents, and how contestants stand beside each other."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from contestants import LIMIT
from parts import Growth, Queries

mpl.rcParams["svg.hashsalt"] = "docgraph"  # the same figures give the same file
mpl.rcParams["svg.fonttype"] = "none"

Curves = Mapping[str, Callable[[Growth], float]]
PANELS: Mapping[str, Curves] = {
    "whole runs, seconds": {
        "first index": lambda each: each.first,
        "start with 1 % changed": lambda each: each.changed,
        "start, nothing changed": lambda each: each.unchanged,
        "listing the files": lambda each: each.walk,
        "reading the files": lambda each: each.read,
        "binary COPY": lambda each: each.documents / each.copy_per_second,
    },
    "one change and one query, milliseconds": {
        "save to visible, p50": lambda each: each.visible.p50,
        "save to visible, p99": lambda each: each.visible.p99,
        "500 saved at once": lambda each: each.burst,
        "query of one by id, p50": lambda each: each.by_id.p50,
        "query of 100 by city, p50": lambda each: each.by_city.p50,
    },
    "CPU for each document or query, µs": {
        "first index": lambda each: each.cpu,
        "query of one by id": lambda each: each.by_id.cpu,
        "query of 100 by city": lambda each: each.by_city.cpu,
    },
    "memory of the indexer, MB": {
        "first index": lambda each: each.peak,
        "following": lambda each: each.watching,
    },
}


def plot_growth(file: Path, sizes: Sequence[Growth]) -> None:
    """Both axes are logarithmic: what is flat does not grow, what rises with slope one grows as the documents do."""
    figure = Figure(figsize=(11, 8), layout="constrained")
    for panel, (title, curves) in zip(figure.subplots(2, 2).flat, PANELS.items(), strict=True):
        drawn = [[value(each) for each in sizes] for value in curves.values()]
        for name, values in zip(curves, drawn, strict=True):
            panel.loglog([each.documents for each in sizes], values, marker="o", label=name)
        decades = [math.log10(each) for values in drawn for each in values if each > 0]
        if decades:
            panel.set_ylim(10 ** math.floor(min(decades)), 10 ** (math.floor(max(decades)) + 1))
        _label(panel, title)
        panel.set_xlabel("documents")
    _save(figure, file)


def plot_queries(file: Path, queries: Sequence[Queries]) -> None:
    """Answers per second of every contestant by shape, hand-written SQL being one."""
    figure = Figure(figsize=(11, 4), layout="constrained")
    panel = figure.subplots()
    shapes = [each.shape for each in queries]
    servers = list(dict.fromkeys(line.server for each in queries for line in each.lines))
    width = 0.8 / len(servers)
    for at, server in enumerate(servers):
        ratios = {each.shape: line.ratio for each in queries for line in each.lines if line.server == server}
        places = [shapes.index(shape) + at * width for shape in ratios]
        panel.bar(places, list(ratios.values()), width, label=server)
    panel.set_yscale("log")
    panel.set_xticks([place + 0.4 - width / 2 for place in range(len(shapes))], shapes)
    _label(panel, f"answers per second, {LIMIT} = 1")
    _save(figure, file)


def _label(panel: Axes, title: str) -> None:
    panel.set_title(title)
    panel.grid(visible=True, which="major", alpha=0.3)
    panel.legend(fontsize="small")


def _save(figure: Figure, file: Path) -> None:
    figure.savefig(file, format="svg", metadata={"Date": None})
