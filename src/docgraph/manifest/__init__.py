"""subgraph.yaml to a checked value in which every problem knows its line."""

from docgraph.manifest.editors import json_schema
from docgraph.manifest.read import read_manifest
from docgraph.manifest.values import (
    BatchHandler,
    Constants,
    DataSource,
    DocumentHandler,
    Manifest,
    MappingOptions,
    RecordHandler,
)

__all__ = [
    "BatchHandler",
    "Constants",
    "DataSource",
    "DocumentHandler",
    "Manifest",
    "MappingOptions",
    "RecordHandler",
    "json_schema",
    "read_manifest",
]
