"""Bytes to values: one file per format, each a `Reader`. Nothing here knows of schemas or handlers."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec

from docgraph.formats import yaml
from docgraph.formats.absent import AbsentReader
from docgraph.formats.csv import DelimitedReader
from docgraph.formats.json import read_value
from docgraph.formats.jsonl import JsonlReader
from docgraph.formats.markdown import MarkdownReader
from docgraph.formats.parquet import ParquetReader
from docgraph.formats.plain import PlainReader
from docgraph.formats.toml import find, read_fields
from docgraph.formats.whole import WholeReader
from docgraph.formats.yaml import YamlReader
from docgraph.model.document import Reader

FORMATS: Mapping[str, Reader] = {
    "markdown": MarkdownReader(),
    "json": WholeReader("json", read_value, yaml.find),
    "jsonl": JsonlReader(),
    "yaml": YamlReader(),
    "toml": WholeReader("toml", read_fields, find),
    "csv": DelimitedReader("csv", ","),
    "tsv": DelimitedReader("tsv", "\t"),
    "text": PlainReader(),
    "parquet": ParquetReader() if find_spec("pyarrow") else AbsentReader("parquet", "pyarrow"),
}

EXTENSIONS: Mapping[str, str] = {
    "md": "markdown",
    "markdown": "markdown",
    "json": "json",
    "jsonl": "jsonl",
    "ndjson": "jsonl",
    "yaml": "yaml",
    "yml": "yaml",
    "toml": "toml",
    "csv": "csv",
    "tsv": "tsv",
    "txt": "text",
    "text": "text",
    "parquet": "parquet",
}


def reader_for(path: str) -> Reader | None:
    """The reader for a file by its extension, in either case; None: no format is known for it."""
    name = path.rsplit("/", 1)[-1]
    extension = name.rsplit(".", 1)[-1].lower() if "." in name else ""
    return FORMATS.get(EXTENSIONS.get(extension, ""))
