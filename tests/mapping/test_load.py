"""Author's modules are loaded from the project, apart from other projects, and mistakes are told with their places."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import pytest

from docgraph.model.changes import Save
from docgraph.model.problem import Location, ManifestProblem, MappingProblem

HANDLE = "def handle(document: Document) -> None:\n    Company(id='c', name={name}).save()\n"


async def test_modules_of_a_project_import_each_other(project: Any) -> None:
    project.write("mappings/slugs.py", "from . import words\n\ndef slug(text): return words.JOIN.join(text.split())\n")
    project.write("mappings/words.py", "JOIN = '-'\n")
    project.write("shared/__init__.py", "from .deep.names import NAME\n")
    project.write("shared/deep/names.py", "from .. import __name__ as parent\nNAME = 'a b'\n")
    project.mapping(
        "import mappings.slugs\nfrom mappings.slugs import slug\nfrom mappings import words as w\nimport shared\n"
        + HANDLE.format(name="slug(shared.NAME) + w.JOIN + mappings.slugs.slug('x y')")
    )
    assert await project.run("") == (Save("Company", "c", ("c", "a-b-x-y")),)


async def test_two_projects_do_not_see_each_others_modules(another_project: Callable[[], Any]) -> None:
    loaded = []
    for name in ("one", "two"):
        project = another_project()
        project.write("mappings/names.py", f"NAME = {name!r}\n")
        project.mapping("from mappings.names import NAME\n" + HANDLE.format(name="NAME"))
        loaded.append((project, project.load()))
    assert [(await project.run("", handlers=handlers))[0].row[1] for project, handlers in loaded] == ["one", "two"]


async def test_loading_again_gives_the_new_code_and_leaves_the_old_running(project: Any) -> None:
    project.write("mappings/names.py", "NAME = 'old'\n")
    project.mapping("from mappings.names import NAME\n" + HANDLE.format(name="NAME"))
    old = project.load()
    project.write("mappings/names.py", "NAME = 'new'\n")
    new = project.load()
    assert (await project.run("", handlers=new))[0].row[1] == "new"
    assert (await project.run("", handlers=old))[0].row[1] == "old"


async def test_the_schema_module_follows_the_schema_whatever_file_is_there(project: Any) -> None:
    project.write("generated/schema.py", "raise RuntimeError('stale')\n")
    project.mapping(HANDLE.format(name="'n'"))
    assert len(await project.run("")) == 1


async def test_folders_with_documents_do_not_hide_libraries(project: Any) -> None:
    project.write("json/data.json", "{}")
    project.write("msgspec/readme.md", "")
    project.mapping("import json, msgspec\n" + HANDLE.format(name="json.dumps(1) + msgspec.__name__"))
    assert (await project.run(""))[0].row[1] == "1msgspec"


async def test_dataclasses_with_postponed_annotations_work(project: Any) -> None:
    project.write(
        "mappings/values.py",
        "from __future__ import annotations\nimport dataclasses, typing\n\n@dataclasses.dataclass\nclass Money:\n"
        "    amount: int\n    kind: typing.ClassVar[str] = 'x'\n\n"
        "assert typing.get_type_hints(Money)['amount'] is int\n",
    )
    project.mapping("from mappings.values import Money\n" + HANDLE.format(name="str(Money(3))"))
    assert (await project.run(""))[0].row[1] == "Money(amount=3)"


def test_nothing_is_written_into_the_project_and_no_module_is_left_behind(project: Any) -> None:
    project.write("mappings/slugs.py", "")
    project.mapping("import mappings.slugs\n" + HANDLE.format(name="'n'"))
    before = set(sys.modules)
    handlers = project.load()
    assert {name for name in set(sys.modules) - before if "mappings" in name}
    del handlers
    assert not {name for name in set(sys.modules) - before if "mappings" in name or "generated" in name}
    assert {file.name for file in project.root.rglob("*")} == {"mappings", "slugs.py", "postings.py"}


@pytest.mark.parametrize(
    ("text", "line", "column", "what", "mend"),
    [
        ("def handle(:\n", 3, 12, "SyntaxError", "correct the Python"),
        (
            "import nothing_there\n",
            3,
            1,
            "ModuleNotFoundError: No module named 'nothing_there'",
            "install nothing_there",
        ),
        (
            "import mappings.gone\n",
            3,
            1,
            "ModuleNotFoundError: No module named 'mappings.gone'",
            "create mappings/gone.py",
        ),
        ("from generated.schema import Postin\n", 3, 1, "'Postin' from 'generated.schema'; did you mean 'Post", "name"),
        ("from mappings import gone\n", 3, 1, "cannot import name 'gone' from 'mappings'", "correct the name"),
        ("from ... import x\n", 3, 1, "leads out of the project", "correct the name"),
        ("x = 1\n1 / 0\n", 4, 1, "ZeroDivisionError", "its top level must run"),
        ("log.info('x')\n", 3, 1, "log.info() outside of a handler", "top level"),
        ("raise SystemExit(1)\n", 3, 1, "SystemExit: 1", "top level"),
        ("def handel(document): ...\n", None, None, "has no function `handle`", "did you mean `handel`?"),
        ("handle = 3\n", None, None, "is not a function but int", "name a function"),
        ("def handle(): ...\n", 3, None, "cannot be called with one argument", "def handle(document: Document)"),
        ("async def handle(a, b): ...\n", 3, None, "cannot be called with one argument", "write it as"),
        ("def handle(document):\n    yield 1\n", 3, None, "is a generator", "remove the `yield`"),
    ],
)
def test_a_mistake_in_a_module_is_told_with_its_place(
    project: Any, text: str, line: int | None, column: int | None, what: str, mend: str
) -> None:
    project.mapping(text)
    (problem,) = project.problems_of_loading()
    assert isinstance(problem, MappingProblem)
    assert what in problem.what
    assert "docgraph_project" not in problem.what
    assert mend in problem.mend
    expected = Location("mappings/postings.py", line, column) if line else Location("subgraph.yaml", 13, 20)
    assert problem.at == expected


def test_a_mistake_in_an_imported_module_is_told_at_its_own_place(project: Any) -> None:
    project.write("mappings/slugs.py", "e = 1; oops(\n")
    project.mapping("import mappings.slugs\n")
    (problem,) = project.problems_of_loading()
    assert problem.at == Location("mappings/slugs.py", 1, 12)


def test_mistakes_of_all_sources_are_told_at_once(project: Any) -> None:
    second = project.manifest_text.split("dataSources:\n")[1].replace("name: Postings", "name: Others")
    second = second.replace("Skill, Company]", "Skill, Company]\n      reads: [Comapny]")
    project.manifest_text = project.manifest_text.replace(
        "[Posting, Skill, Company]", "[Postin, Named]"
    ) + second.replace("postings.py", "other.py").replace("handler: handle", "handler: gone")
    project.mapping("")
    project.write("mappings/others.py", "")
    assert [(type(problem), str(problem.at), problem.what) for problem in project.problems_of_loading()] == [
        (ManifestProblem, "subgraph.yaml:11:18", "schema.graphql declares no entity type `Postin`"),
        (ManifestProblem, "subgraph.yaml:11:26", "`Named` is not an entity type but stands for several"),
        (MappingProblem, "subgraph.yaml:13:20", "mappings/postings.py has no function `handle`"),
        (MappingProblem, "subgraph.yaml:19:13", "there is no file mappings/other.py"),
        (ManifestProblem, "subgraph.yaml:21:15", "schema.graphql declares no entity type `Comapny`"),
    ]


CODE = """
import mappings.used

def handle(document: Document) -> None:
    'Says something.'
    Company(id='c', name=mappings.used.NAME).save()
"""


def fingerprint(project: Any) -> bytes:
    found: bytes = project.load().source("Postings").fingerprint
    assert len(found) == 16
    return found


@pytest.mark.parametrize(
    "edit",
    [
        lambda project: project.mapping(CODE.replace("'Says something.'", '"""Other\n    words."""  # comment')),
        lambda project: project.mapping("# comment\n" + CODE.replace("(id='c', name=", "(\n  id = 'c',name=")),
        lambda project: project.write("mappings/unused.py", "X = 2\n"),
        lambda project: project.write("mappings/used.py", '"""Doc."""\nNAME = "n"\n'),
        lambda project: setattr(project, "manifest_text", project.manifest_text + "\n# comment\n"),
        lambda project: setattr(project, "schema_text", project.schema_text.replace("An open role", "A role")),
    ],
    ids=["docstring", "formatting", "other module", "import's docstring", "manifest comment", "description"],
)
def test_what_does_not_change_behaviour_does_not_change_the_fingerprint(
    project: Any, edit: Callable[[Any], object]
) -> None:
    project.write("mappings/unused.py", "X = 1\n")
    project.write("mappings/used.py", "NAME = 'n'\n")
    project.mapping(CODE)
    before = fingerprint(project)
    edit(project)
    assert fingerprint(project) == before


@pytest.mark.parametrize(
    "edit",
    [
        lambda project: project.mapping(CODE.replace("id='c'", "id='d'")),
        lambda project: project.write("mappings/used.py", "NAME = 'm'\n"),
        lambda project: project.write("mappings/words.py", "X = 2\n"),
        lambda project: project.write("mappings/__init__.py", "X = 2\n"),
        lambda project: setattr(project, "manifest_text", project.manifest_text.replace("DE", "FR")),
        lambda project: setattr(project, "manifest_text", project.manifest_text.replace("DE", "1.0")),
        lambda project: setattr(project, "manifest_text", project.manifest_text.replace(", Skill", "")),
        lambda project: setattr(project, "manifest_text", project.manifest_text + "          match: '*.md'\n"),
        lambda project: setattr(project, "manifest_text", project.manifest_text + "      reads: [Company]\n"),
        lambda project: setattr(project, "schema_text", project.schema_text.replace("remote: Remote", "remote: Int")),
    ],
    ids=[
        "code",
        "import",
        "import's lazy import",
        "package",
        "context",
        "constant",
        "entities",
        "match",
        "reads",
        "schema",
    ],
)
def test_what_may_change_behaviour_changes_the_fingerprint(project: Any, edit: Callable[[Any], object]) -> None:
    project.write("mappings/words.py", "X = 1\n")
    project.write("mappings/used.py", "def f():\n    from . import words\n\nNAME = 'n'\n")
    project.mapping(CODE)
    before = fingerprint(project)
    edit(project)
    assert fingerprint(project) != before


def test_contexts_that_print_alike_are_told_apart(project: Any) -> None:
    project.mapping("def handle(document: Document) -> None: ...\n")
    found = set()
    for context in ("{a: 1}", "{a: '1'}", "{a: 1.0}", "{a: 1.00}", "{a: [1]}", "{a: {b: 1}}", "{a: true}", "{a: null}"):
        project.manifest_text = project.manifest_text.replace("context: {country: DE}", f"context: {context}")
        found.add(fingerprint(project))
        project.manifest_text = project.manifest_text.replace(f"context: {context}", "context: {country: DE}")
    assert len(found) == 8
