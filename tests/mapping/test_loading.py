"""What handlers may load, what of it is noted, and what a loaded entity says when it is saved."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest

from docgraph.model.changes import Read, Remove, Save

SCHEMA = """
type Company @entity(shared: true) {
  id: ID!
  name: String!
  score: Int
  tags: [String!]
  postings: [Posting!]! @derivedFrom(field: "company")
}
type Posting @entity { id: ID! title: String! company: Company }
type Skill @entity {
  id: ID!
  name: String!
  big: BigInt
  exact: BigDecimal
  extra: JSON
  day: Date
}
"""
COMPANY = ("acme", "Acme", 1, ["a", "b"])


@pytest.fixture
def loading(project: Any) -> Any:
    project.schema_text = SCHEMA
    project.manifest_text = project.manifest_text.replace(
        "      documentHandlers:", "      reads: [Company, Skill]\n      documentHandlers:"
    )
    project.entities["Company", "acme"] = COMPANY
    return project


async def test_only_what_a_handler_looks_at_is_noted(loading: Any) -> None:
    loading.mapping("""
async def handle(document: Document) -> None:
    company = await Company.load("acme")
    assert company is not None and await Company.load("none") is None
    Posting(id="p", title=company.name, company=company).save()
""")
    assert await loading.run("") == (Save("Posting", "p", ("p", "Acme", "acme")),)
    assert loading.reads.told() == (
        Read("Company", "acme", (1,), COMPANY),
        Read("Company", "none", (), None),
    )


async def test_a_loaded_shared_entity_says_what_is_assigned_and_need_not_say_what_it_must_have(loading: Any) -> None:
    loading.mapping("""
async def handle(document: Document) -> None:
    company = await Company.load("acme")
    company.score += 1
    company.save()
""")
    assert await loading.run("") == (Save("Company", "acme", ("acme", None, 2, None), None, (0, 2)),)
    assert loading.reads.told() == (Read("Company", "acme", (2,), COMPANY),)


async def test_what_a_reference_holds_can_be_loaded(loading: Any) -> None:
    loading.mapping("""
async def handle(document: Document) -> None:
    posting = Posting(id="p", title="t", company=Company("acme"))
    company = await Company.load(posting.company)
    assert company.name == "Acme"
""")
    await loading.run("")
    assert loading.reads.told() == (Read("Company", "acme", (1,), COMPANY),)


async def test_a_field_that_was_assigned_before_it_is_looked_at_is_not_read(loading: Any) -> None:
    loading.mapping("""
async def handle(document: Document) -> None:
    company = await Company.load("acme")
    company.score = 7
    assert company.score == 7
""")
    await loading.run("")
    assert loading.reads.told() == (Read("Company", "acme", (), COMPANY),)


async def test_a_loaded_entity_of_one_document_is_said_as_a_whole(loading: Any) -> None:
    row = ("go", "Go", Decimal("1E+2"), Decimal("1.5"), '{"a": [1, 2.50]}', datetime.date(2024, 2, 29))
    loading.entities["Skill", "go"] = row
    loading.mapping("""
async def handle(document: Document) -> None:
    skill = await Skill.load("go")
    assert (skill.big, str(skill.exact), skill.extra["a"][0], skill.day.year) == (100, "1.5", 1, 2024)
    skill.name = "golang"
    skill.save()
""")
    (said,) = await loading.run("")
    assert said == Save("Skill", "go", ("go", "golang", 100, Decimal("1.5"), '{"a":[1,2.50]}', row[5]))
    assert loading.reads.told()[0].fields == (2, 3, 4, 5)


@pytest.mark.parametrize(
    ("code", "what", "mend"),
    [
        ("await Posting.load('p')", "the data source Postings may not load Posting", "add Posting to `reads`"),
        (
            "list((await Company.load('acme')).postings)",
            "Company.postings is gone through before it is loaded",
            "await",
        ),
        (
            "await (await Company.load('acme')).postings.load()",
            "the data source Postings may not load Company.postings, which leads to Posting",
            "add Posting to `reads`",
        ),
        ("(await Company.load('acme')).titel", "Company has no field `titel`", "Its fields: id, name"),
        ("(await Company.load('acme')).tags.append('x')", "'tuple' object has no attribute 'append'", "mend"),
        ("await Company.load(None)", "Entity Company without an id", "give"),
        ("await Company.load(Company())", "Entity Company without an id", "give"),
        ("await Company.load(Skill('go'))", "Company.load() is given an entity of type Skill", "Skill.load(…)"),
    ],
)
async def test_a_mistake_in_loading_says_what_to_do(loading: Any, code: str, what: str, mend: str) -> None:
    loading.mapping(f"async def handle(document: Document) -> None:\n    {code}\n")
    problem = await loading.problem("")
    assert what in problem.what
    assert mend in problem.mend


async def test_a_derived_field_of_what_the_source_writes_itself_is_not_to_be_loaded(loading: Any) -> None:
    loading.manifest_text = loading.manifest_text.replace("reads: [", "reads: [Posting, ")
    loading.mapping("async def handle(document: Document) -> None:\n    await Company('c').postings.load()\n")
    problem = await loading.problem("")
    assert "may not load Company.postings: it writes Posting itself" in problem.what
    assert "load Company.postings in another" in problem.mend


async def test_entities_are_loaded_saved_and_removed_by_the_names_of_their_types(loading: Any) -> None:
    loading.mapping("""
from docgraph import entities

async def handle(document: Document) -> None:
    company = await entities.get("Company", "acme")
    assert isinstance(company, Company) and await entities.get("Company", "none") is None
    entities.set("Posting", "p", {"title": company.name, "company": company})
    entities.remove("Posting", "q")
""")
    assert await loading.run("") == (Save("Posting", "p", ("p", "Acme", "acme")), Remove("Posting", "q"))
    assert loading.reads.told()[0] == Read("Company", "acme", (1,), COMPANY)


@pytest.mark.parametrize(
    ("code", "what", "mend"),
    [
        ("entities.set('Postin', 'p', {})", "declares no entity type `Postin`", "did you mean `Posting`?"),
        ("entities.set('Posting', 'p', {'titel': 1})", "Posting has no field `titel`", "did you mean `title`?"),
        ("entities.set('Posting', 'p', {})", "missing value for the non-null field `title`", "give `title` a value"),
        ("entities.get('Posting', 'p')", "may not load Posting", "add Posting to `reads`"),
    ],
)
async def test_a_mistake_in_a_name_says_what_there_is(loading: Any, code: str, what: str, mend: str) -> None:
    loading.mapping(f"from docgraph import entities\n\nasync def handle(document: Document) -> None:\n    {code}\n")
    problem = await loading.problem("")
    assert what in problem.what
    assert mend in problem.mend


async def test_a_plain_handler_is_told_to_become_async(loading: Any) -> None:
    loading.mapping("def handle(document: Document) -> None:\n    Company.load('acme')\n")
    problem = await loading.problem("")
    assert "Company.load() in a handler that cannot wait for it" in problem.what
    assert "async def" in problem.mend


async def test_an_entity_that_was_loaded_for_another_document_is_refused(loading: Any) -> None:
    loading.mapping("""
kept = []

async def handle(document: Document) -> None:
    kept.append(await Company.load("acme"))
    print(kept[0].name)
""")
    handlers = loading.load()
    await loading.run("", handlers=handlers)
    loading.mapping("")  # the module stays as it was loaded
    reader = loading.run("", "b.yaml", handlers=handlers)
    with pytest.raises(Exception, match="was loaded for another document"):
        await reader


async def test_nothing_is_loaded_outside_of_a_handler(loading: Any) -> None:
    loading.mapping("found = Company.load('acme')\n\ndef handle(document: Document) -> None: ...\n")
    (problem,) = loading.problems_of_loading()
    assert "Company.load() outside of a handler" in problem.what


async def test_a_record_sees_what_the_records_before_it_said(loading: Any) -> None:
    loading.manifest_text = loading.manifest_text.replace("documentHandlers", "recordHandlers")
    loading.mapping("""
async def handle(record: Record) -> None:
    company = await Company.load("acme")
    new = await Company.load("new") or Company("new", name="New", score=0)
    skill = await Skill.load("go")
    for each in (company, new):
        each.score += 1
        each.save()
    Posting(id=record.data["id"], title=f"{company.score} {new.score} {skill and skill.name}").save()
    Skill(id="go", name=record.data["id"]).save()
    if record.data["id"] == "b":
        Company.remove("acme")
        Company("acme", name="Again", score=10).save()
""")
    said = await loading.run("id\na\nb\nc\n", "a.csv")
    titles = [each.row[1] for each in said if isinstance(each, Save) and each.type == "Posting"]
    assert titles == ["2 1 None", "3 2 a", "11 3 b"]
    assert [(each.type, each.id, each.row) for each in loading.reads.told()] == [
        ("Company", "acme", COMPANY),
        ("Company", "new", None),
        ("Skill", "go", None),
    ]


async def test_what_was_read_is_noted_of_a_run_that_failed(loading: Any) -> None:
    loading.mapping("""
async def handle(document: Document) -> None:
    company = await Company.load("acme")
    raise ValueError(company.name)
""")
    await loading.problem("")
    assert loading.reads.told() == (Read("Company", "acme", (1,), COMPANY),)
