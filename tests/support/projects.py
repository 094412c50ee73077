"""Small projects made for one test, written as an author would."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

SCHEMA = """
type Item @entity {
  id: ID!
  name: String!
  size: Int!
  group: Group!
}

type Group @entity {
  id: ID!
  items: [Item!]! @derivedFrom(field: "group")
}
"""

MANIFEST = """
specVersion: 1.0.0
schema:
  file: ./schema.graphql
dataSources:
  - kind: folder
    name: Groups
    source: {path: ./groups}
    mapping:
      file: ./mappings/items.py
      entities: [Group]
      documentHandlers:
        - handler: handle_group
  - kind: folder
    name: Items
    source: {path: ./items}
    mapping:
      file: ./mappings/items.py
      entities: [Item]
      documentHandlers:
        - handler: handle_item
"""

MAPPING = """
from docgraph import Document
from generated.schema import Group, Item


def handle_group(document: Document) -> None:
    Group(id=document.stem).save()


def handle_item(document: Document) -> None:
    item = document.data
    Item(id=document.stem, name=item["name"], size=item["size"], group=item["group"]).save()
"""


def write_items_project(folder: Path, items: int) -> Path:
    """A project of `items` JSON documents in ten groups."""
    for name, text in {
        "schema.graphql": SCHEMA,
        "subgraph.yaml": MANIFEST,
        "mappings/items.py": MAPPING,
        **{f"groups/g{number}.json": "{}" for number in range(10)},
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    (folder / "items").mkdir()
    for number in range(items):
        write_item(folder, number, name=f"item {number}")
    return folder


def write_item(folder: Path, number: int, *, name: str) -> Path:
    """Write (or overwrite) one item's document."""
    file = folder / "items" / f"i{number:06}.json"
    file.write_text(json.dumps({"name": name, "size": number % 97, "group": f"g{number % 10}"}))
    return file


def copy_example(root: Path, target: Path) -> Path:
    """The job board of this repository as a project of its own, free to be edited."""
    for name in ("subgraph.yaml", "schema.graphql", "example.graphql"):
        target.mkdir(parents=True, exist_ok=True)
        shutil.copy(root / name, target / name)
    for name in ("mappings", "documents"):
        shutil.copytree(root / name, target / name, ignore=shutil.ignore_patterns("__pycache__"))
    return target
