"""The generated entity classes are good Python: for the interpreter, for checkers, and for odd schemas."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from docgraph.mapping import generate
from docgraph.model.problem import Problems
from docgraph.model.sdl import read_schema

SOURCE = Path(__file__).resolve().parents[2] / "src"

GOOD = """
from datetime import date
from decimal import Decimal

from docgraph import Document, Record, entities, log
from generated.schema import Company, Named, Posting, Remote, Skill


def handle(document: Document) -> None:
    front = document.front_matter
    company = Company(id=front["company"], name="Acme")
    company.save()
    remote: Remote = "FULL"
    posting = Posting(
        id=document.stem,
        title=front["title"],
        company=company,
        skills=[Skill("go"), "rust"],
        remote=remote,
        salary=Decimal("1.5"),
        posted_at=date(2024, 2, 29),
        class_=None,
    )
    posting.salary = 3
    posting.remote = front.get("remote")
    posting.save()
    named: list[Named] = [company, Skill("go")]
    log.info("{} {}", len(named), posting.title.upper())
    Posting.remove("old")


async def handle_record(record: Record) -> None:
    skill = Skill(record.data["id"])
    skill.name = record.document.context["name"]
    skill.save()
    posting = await Posting.load(record.data["posting"])
    company = await Company.load(posting.company) if posting else None
    log.info("{}", company.name if company else "")
    for each in await company.postings.load() if company else ():
        log.info(each.title.upper())
    note = record.document.read_file("../note.json")
    log.info("{}", note.data["text"] if note else None)
    loaded = await entities.get("Company", "acme")
    entities.set("Skill", "go", {"name": loaded.name})
"""

BAD = {
    'Posting(id="p", title="t")': "missing required fields",
    'Posting(id="p", title=3, company="c", skills=[])': "a number for text",
    'Posting(id="p", title="t", company=Skill("s"), skills=[])': "another entity",
    'Posting("p").remote = "SOME"': "no value of the enum",
    'Posting("p").titel = "t"': "an unknown field",
    'Company("c").postings = []': "a derived field",
    '[each.title for each in Company("c").postings]': "a derived field that nobody loads",
    'Posting("p").postedAt = "2024-01-01"': "the name of the schema",
}


def check(tool: list[str], folder: Path) -> str:
    """What a type checker says about the project in `folder`, as an author would run it; empty for nothing."""
    environment = {**os.environ, "MYPYPATH": str(SOURCE)}
    done = subprocess.run(
        [sys.executable, "-m", *tool], cwd=folder, capture_output=True, text=True, env=environment, check=False
    )
    return done.stdout + done.stderr if done.returncode else ""


@pytest.fixture(scope="session")
def mypy(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., str]:
    """mypy --strict over files of a folder; what it has learned of docgraph is kept between the tests."""
    cache = tmp_path_factory.mktemp("mypy-cache")

    def run(folder: Path, *files: str) -> str:
        return check(
            ["mypy", "--strict", "--explicit-package-bases", f"--cache-dir={cache}", "--no-error-summary", *files],
            folder,
        )

    return run


def assert_only_bad_lines_are_told(told: str) -> None:
    """Every line of BAD has its error, and no other file has any."""
    for line, meaning in enumerate(BAD.values(), 3):
        assert f"bad.py:{line}:" in told, f"{meaning} was accepted:\n{told}"
    assert "good.py" not in told, told
    assert "schema.py" not in told, told


@pytest.fixture
def typed(project: Any) -> Path:
    """A project with generated classes, a good mapping and one with a mistake in every line."""
    project.write("generated/schema.py", generate(project.schema))
    project.write("mappings/good.py", GOOD)
    project.write("mappings/bad.py", "from generated.schema import Company, Posting, Skill\n\n" + "\n".join(BAD) + "\n")
    root: Path = project.root
    return root


FILES = ("generated/schema.py", "mappings/good.py", "mappings/bad.py")


def test_mypy_accepts_good_mappings_and_refuses_each_mistake(typed: Path, mypy: Callable[..., str]) -> None:
    assert_only_bad_lines_are_told(mypy(typed, *FILES))


def test_pyright_accepts_good_mappings_and_refuses_each_mistake(typed: Path) -> None:
    (typed / "pyrightconfig.json").write_text(
        json.dumps({"strict": ["generated"], "extraPaths": [str(SOURCE)], "include": list(FILES)})
    )
    assert_only_bad_lines_are_told(check(["pyright", "--pythonpath", sys.executable], typed))


def test_mypy_accepts_what_large_schemas_give(
    corpus: Callable[[str], Path], tmp_path: Path, mypy: Callable[..., str]
) -> None:
    largest = sorted(corpus("schemas").glob("*.graphql"), key=lambda file: -file.stat().st_size)
    names = []
    for file in largest:
        try:
            text = generate(read_schema(file.read_text()))
        except Problems:
            continue  # marked incomplete
        names.append(f"schema_{len(names)}.py")
        (tmp_path / names[-1]).write_text(text)
        if len(names) == 3:
            break
    assert len(names) == 3
    assert mypy(tmp_path, *names) == ""


def test_every_schema_of_the_corpus_gives_a_module_that_runs_and_is_the_same_each_time(
    corpus: Callable[[str], Path],
) -> None:
    done = 0
    for file in sorted(corpus("schemas").glob("*.graphql")):
        try:
            schema = read_schema(file.read_text())
        except Problems:
            continue
        text = generate(schema)
        assert text == generate(read_schema(file.read_text()))
        module: dict[str, Any] = {"__name__": "generated"}
        exec(compile(text, file.name, "exec"), module)
        assert all(module[name].__entity__ == name for name in schema.entities)
        done += 1
    assert done >= 30


ODD = '''
"Ends with a \\"quote\\""
enum Literal { A B }
enum None_ { X }
interface Any { id: ID! }
"""
A "description" with \\\\ and \\""" in it,

on three lines\u0007
"""
type Entity implements Any @entity { id: ID! from: String! self: Int save: Literal! sequence: [Int!]! date: Date }
type Sequence implements Any @entity { id: ID! Sequence: [Sequence!]! entity: Entity other: Any }
type lower @entity { id: Bytes! lower: lower class: Either id_: Int8 def: None_
  json: JSON float: Float when: Timestamp }
type overload @entity { id: Int8! at: DateTime! big: BigInt! yes: Boolean! }
union Either = Entity | Sequence
'''


def test_odd_names_and_descriptions_give_a_module_that_runs_and_checks(
    tmp_path: Path, mypy: Callable[..., str]
) -> None:
    schema = read_schema(ODD)
    (tmp_path / "schema.py").write_text(generate(schema))
    (tmp_path / "use.py").write_text(
        "from schema import Entity, Sequence, lower\n\n"
        'entity = Entity(id="a", from_="b", save_="A", sequence=[1], self_=None, date="2024-01-01")\n'
        'sequence = Sequence(id="s", sequence=[], other=entity)\n'
        'lower(id=b"x", lower="00", class_=sequence, def_="X")\n'
    )
    assert mypy(tmp_path, "use.py", "schema.py") == ""
    module: dict[str, Any] = {"__name__": "generated"}
    exec(compile((tmp_path / "schema.py").read_text(), "schema.py", "exec"), module)
    assert module["Entity"].__doc__.startswith('A "description" with \\\\ and """ in it,')


def test_the_text_reads_like_the_schema(project: Any) -> None:
    text = generate(project.schema)
    assert text.startswith('"""The entities of the schema')
    assert (
        '''class Posting(Entity):
    """An open role."""

    __entity__ = "Posting"

    id: ID
    title: String
    company: ID | Company
    skills: Sequence[ID | Skill]
    remote: Remote | None
    salary: BigDecimal | None
    posted_at: Date | None
    class_: String | None

    @overload
    def __init__(self, id: ID, /) -> None: ...
    @overload
    def __init__(
        self,
        *,
        id: ID,
        title: String,
'''
        in text
    )


def test_the_id_of_a_data_point_may_be_left_out(typed: Path, mypy: Callable[..., str]) -> None:
    schema = read_schema("type Point @entity(timeseries: true) { id: Int8! timestamp: Timestamp! x: Int! }")
    (typed / "generated" / "schema.py").write_text(generate(schema))
    (typed / "mappings" / "good.py").write_text(
        "from generated.schema import Point\n\nPoint(timestamp=0, x=1)\nPoint(id=7, timestamp=0, x=1)\n"
    )
    assert mypy(typed, *FILES[:2]) == ""
    (typed / "mappings" / "bad.py").write_text("from generated.schema import Point\n\nPoint(x=1)\n")
    assert "bad.py:3:" in mypy(typed, FILES[0], FILES[2])
