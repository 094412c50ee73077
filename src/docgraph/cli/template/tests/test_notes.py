"""What the mapping makes of notes. To run it: pip install pytest pytest-asyncio, then pytest."""

from docgraph.testing import Index


async def test_a_note_is_linked_from_both_sides(index: Index) -> None:
    await index.write("notes/map.md", "---\ntitle: Map\nlinks: [legend]\n---\nNorth is up.\n")
    changes = await index.write("notes/legend.md", "---\ntitle: Legend\ntags: [maps]\n---\nA cross is a church.\n")
    assert changes.created["Note"]["legend"]["tags"] == ["maps"]
    answer = await index.query('{ note(id: "legend") { title linkedFrom { title } } }')
    assert answer == {"note": {"title": "Legend", "linkedFrom": [{"title": "Map"}]}}


async def test_a_note_without_a_title_is_told_as_a_problem(index: Index) -> None:
    changes = await index.write("notes/nameless.md", "Just text.\n")
    assert not changes
    (problem,) = changes.problems
    assert "there is no key 'title'" in problem.what


async def test_every_note_of_this_project_can_be_read(index: Index) -> None:
    changes = await index.load()
    assert changes.problems == ()
