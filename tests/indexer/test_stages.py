"""A source that reads comes after those that write, wherever it stands: in the rows, and in all that names a source."""

from __future__ import annotations

from pathlib import Path

from docgraph.indexer.indexer import Indexer
from docgraph.indexer.project import load_project
from docgraph.model.events import Event, ProblemFound
from docgraph.store.commit import open_store
from docgraph.store.connection import connect
from docgraph.store.served import status

SOURCE = """\
  - kind: folder
    name: {name}
    source: {{path: ./{name}}}
    mapping: {{file: ./mappings/firms.py, {types}, documentHandlers: [{{handler: handle}}]}}
"""


async def test_the_earlier_stage_wins_an_id_and_every_name_of_a_source_is_right(tmp_path: Path, dsn: str) -> None:
    (tmp_path / "mappings").mkdir()
    (tmp_path / "mappings/firms.py").write_text(
        "from generated.schema import Firm\n\n\ndef handle(document):\n"
        '    if document.stem == "broken":\n        raise ValueError("it is")\n'
        '    Firm(id=document.stem, said=f"{document.source}").save()\n'
    )
    (tmp_path / "schema.graphql").write_text(
        "type Firm @entity { id: ID! said: String! }\ntype City @entity { id: ID! }\n"
    )
    sources = (("Readers", "entities: [Firm], reads: [City]"), ("Writers", "entities: [City, Firm]"))
    (tmp_path / "subgraph.yaml").write_text(
        "specVersion: 1.0.0\nschema: {file: ./schema.graphql}\ndataSources:\n"
        + "".join(SOURCE.format(name=name, types=types) for name, types in sources)
    )
    for name in ("Readers", "Writers"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "one.md").write_text("")
    (tmp_path / "Readers/broken.md").write_text("")
    (tmp_path / "Readers/two.md").write_text("")
    events: list[Event] = []
    project = load_project(tmp_path, {})
    names = [source.name for source in project.manifest.sources]
    async with (
        open_store(dsn, "firms") as store,
        store.writer(project.schema, names, project.fingerprint) as writer,
    ):
        await Indexer(project, writer, events.append).catch_up()
    connection = await connect(dsn)
    try:
        found = await status(connection, "firms")
        rows = {row["id"]: row["said"] for row in await connection.fetch("select id, said from firms.firm")}
    finally:
        await connection.close()
    assert rows == {"one": "Writers", "two": "Readers"}
    assert [(each.name, each.documents) for each in found.sources] == [("Writers", 1), ("Readers", 3)]
    assert sorted((each.source, each.kind, each.path) for each in found.problems) == [
        ("Readers", "conflict", "one.md"),
        ("Readers", "handler", "mappings/firms.py"),
    ]
    assert {event.source for event in events if isinstance(event, ProblemFound)} == {"Readers"}
