"""Handlers run for documents and records, and what they save becomes contributions."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest

from docgraph.model.changes import Remove, Save
from docgraph.model.events import AuthorLogged
from docgraph.model.problem import FormatProblem, HandlerProblem, Location, ValueProblem


async def test_a_handler_saves_what_the_document_says_in_the_order_of_the_schema(project: Any) -> None:
    project.mapping("""
async def handle(document: Document) -> None:
    data = document.data
    Skill(id="go", name="Go").save()
    Posting(id=document.stem, title=data["title"], company=Company("acme"), skills=["go"],
            salary=data["salary"], posted_at=data["posted"]).save()
""")
    assert await project.run("title: Engineer\nsalary: 1.50\nposted: 2024-02-29\n") == (
        Save("Skill", "go", ("go", "Go")),
        Save(
            "Posting",
            "a",
            ("a", "Engineer", "acme", ["go"], None, Decimal("1.5"), datetime.date(2024, 2, 29), None),
        ),
    )


async def test_saving_an_id_twice_merges_and_fields_assigned_later_win(project: Any) -> None:
    project.mapping("""
def handle(document: Document) -> None:
    Company(id="a", name="first").save()
    Skill(id="s", name="s").save()
    company = Company("a")
    company.name = "second"
    company.save()
    posting = Posting(id="p", title="t", company="a", skills=[], class_="x")
    posting.save()
    posting.title = "later"
    posting.remote = None
    posting.save()
    again = Posting("p")
    again.remote = "FULL"
    again.save()
""")
    assert await project.run("") == (
        Save("Company", "a", ("a", "second")),
        Save("Skill", "s", ("s", "s")),
        Save("Posting", "p", ("p", "later", "a", [], "FULL", None, None, "x")),
    )


async def test_the_last_word_of_saving_and_removing_counts(project: Any) -> None:
    project.mapping("""
def handle(document: Document) -> None:
    Company(id="a", name="a").save()
    Company.remove("a")
    Company.remove("b")
    Company(id="b", name="b").save()
""")
    assert await project.run("") == (Remove("Company", "a"), Save("Company", "b", ("b", "b")))


async def test_record_handlers_run_once_per_record_after_document_handlers(project: Any) -> None:
    project.manifest_text = project.manifest_text.replace(
        "      documentHandlers:\n",
        "      recordHandlers:\n        - {handler: handle_row, at: rows, match: '**/*.json'}\n"
        "        - {handler: handle_line, match: '*.jsonl'}\n      documentHandlers:\n",
    )
    project.mapping("""
def handle(document: Document) -> None:
    Company(id="all", name=document.path).save()

def handle_row(record: Record) -> None:
    Skill(id=record.data["id"], name=f"{record.index} {record.document.path} {record.context['country']}").save()

async def handle_line(record: Record) -> None:
    Skill(id=record.data["id"], name=f"line {record.line}").save()
""")
    assert await project.run('{"rows": [{"id": "x"}, {"id": "y"}]}', "a.json") == (
        Save("Company", "all", ("all", "a.json")),
        Save("Skill", "x", ("x", "0 a.json DE")),
        Save("Skill", "y", ("y", "1 a.json DE")),
    )
    assert await project.run('{"id": 1}\n\n{"id": 2}\n', "b.jsonl") == (
        Save("Company", "all", ("all", "b.jsonl")),
        Save("Skill", "1", ("1", "line 1"), line=1),
        Save("Skill", "2", ("2", "line 3"), line=3),
    )


async def test_tasks_and_threads_of_a_handler_save_for_its_document(project: Any) -> None:
    project.mapping("""
import asyncio

async def handle(document: Document) -> None:
    async def save(name):
        Skill(id=name, name=name).save()
    await asyncio.gather(save("a"), save("b"))
    await asyncio.to_thread(lambda: Skill(id="c", name="c").save())
""")
    assert {saved.id for saved in await project.run("")} == {"a", "b", "c"}


async def test_logging_is_told_with_source_and_path(project: Any) -> None:
    project.mapping("""
def handle(document: Document) -> None:
    log.info("{} has {} salary", document.path, "no")
    log.warning("{ as it is } {}")
    log.error("more", 1)
    log.debug("less")
""")
    await project.run("")
    assert [(event.level, event.text) for event in project.events if isinstance(event, AuthorLogged)] == [
        ("info", "a.yaml has no salary"),
        ("warning", "{ as it is } {}"),
        ("error", "more 1"),
        ("debug", "less"),
    ]
    first = project.events[0]
    assert (first.source, first.path) == ("Postings", "a.yaml")
    assert first.arguments == (("0", "a.yaml"), ("1", "no"))


async def test_a_line_of_the_log_knows_the_line_of_the_author_that_wrote_it(project: Any) -> None:
    project.mapping("""
def handle(document: Document) -> None:
    log.critical("here")
    loud("there")

def loud(text):
    "ä"; log.info(text)
""")
    await project.run("")
    lines = (project.root / "mappings/postings.py").read_text().splitlines()
    places = [(event.level, event.at) for event in project.events]
    assert [level for level, _ in places] == ["critical", "info"]
    for (_, at), call, column in zip(places, ("log.critical(", "log.info("), (5, 10), strict=True):
        assert (at.path, at.column) == ("mappings/postings.py", column)
        assert call in lines[at.line - 1]


async def test_a_very_long_line_is_cut(project: Any) -> None:
    project.mapping("""
def handle(document: Document) -> None:
    log.info("{}", "x" * 50_000)
""")
    await project.run("")
    (event,) = project.events
    assert len(event.text) == len(event.arguments[0][1]) == 10_001


async def test_an_exception_is_shown_with_the_line_of_code_and_the_document(project: Any) -> None:
    project.mapping("""
def handle(document: Document) -> None:
    document.data["title"].upper() + helper(1)

def helper(number: int) -> int:
    return number / 0
""")
    problem = await project.problem("title: x\n")
    assert isinstance(problem, HandlerProblem)
    assert problem.at == Location("mappings/postings.py", 8, 12)
    assert problem.document == Location("a.yaml")
    assert problem.what == "ZeroDivisionError: division by zero\n    return number / 0\n           ^^^^^^^^^^"


async def test_a_missing_key_is_shown_where_its_mapping_stands(project: Any) -> None:
    project.mapping("""
def handle(document: Document) -> None:
    document.data["jobs"][1]["title"]
""")
    problem = await project.problem("jobs:\n  - title: x\n  - titel: y\n")
    assert problem.what.startswith("there is no key 'title'; did you mean 'titel'?")
    assert problem.at == Location("mappings/postings.py", 5, 5)
    assert problem.document == Location("a.yaml", 3, 5)
    assert "add `title` to the document" in problem.mend


async def test_a_missing_key_of_the_context_is_to_be_mended_in_the_manifest(project: Any) -> None:
    project.mapping("def handle(document: Document) -> None:\n    document.context['city']\n")
    problem = await project.problem("")
    assert problem.what.startswith("the context has no key 'city'")
    assert "manifest" in problem.mend


async def test_a_value_that_does_not_fit_is_shown_where_the_document_has_it(project: Any) -> None:
    project.mapping("""
def handle(document: Document) -> None:
    data = document.data
    Posting(
        id="p", title=data["title"], company="c", skills=[], salary=data["pay"], remote=data["remote"]
    ).save()
""")
    problems = await project.problems("title: x\npay: lots\nremote: FUL\n")
    assert [type(problem) for problem in problems] == [ValueProblem, ValueProblem]
    assert [problem.at for problem in problems] == [Location("a.yaml", 2, 6), Location("a.yaml", 3, 9)]
    assert problems[0].what.startswith("Entity Posting[p]: field `salary`: 'lots' is not a decimal number")
    assert "FULL" in problems[1].mend
    assert [(problem.code.path, problem.code.line) for problem in problems] == [("mappings/postings.py", 8)] * 2


async def test_a_null_where_none_may_be_is_shown_where_the_document_has_it(project: Any) -> None:
    project.mapping("""
def handle(document: Document) -> None:
    Posting(id="p", title=document.data["title"], company=document.data["firm"], skills=[]).save()
""")
    problems = await project.problems("body: x\ntitle: ~\nfirm: ~\n")
    assert [problem.at for problem in problems] == [Location("a.yaml"), Location("a.yaml", 2, 8)]


async def test_a_value_of_a_record_is_shown_in_its_row(project: Any) -> None:
    project.manifest_text = project.manifest_text.replace(
        "documentHandlers:\n        - handler: handle", "recordHandlers:\n        - handler: handle"
    )
    project.mapping("""
def handle(record: Record) -> None:
    Posting(id=record.data["id"], title="t", company="c", skills=[], salary=record.data["salary"]).save()
""")
    problems = await project.problems("id,salary\na,1\nb,many\nc,x\n", "a.csv")
    assert [problem.at for problem in problems] == [Location("a.csv", 3, 3), Location("a.csv", 4, 3)]


async def test_unset_required_fields_are_all_told(project: Any) -> None:
    project.mapping("def handle(document: Document) -> None:\n    Posting(id='acme-1', company=None).save()\n")
    problems = await project.problems("")
    assert [problem.what for problem in problems] == [
        "Entity Posting[acme-1]: missing value for the non-null field `company`",
        "Entity Posting[acme-1]: missing value for the non-null field `title`",
        "Entity Posting[acme-1]: missing value for the non-null field `skills`",
    ]


@pytest.mark.parametrize(
    ("code", "what", "mend"),
    [
        ("Posting(id='p', titel='x')", "Posting has no field `titel`", "did you mean `title`?"),
        ("Posting('p').postedAt = 'x'", "Posting has no field `postedAt`", "in Python it is called `posted_at`"),
        ("Company('c').postings = []", "Company.postings is derived and cannot be set", "set `company`"),
        ("Company('c').name.upper()", "`name` of this Company has no value yet", "assign it"),
        ("Company.load('c')", "the data source Postings may not load Company", "add Company to `reads`"),
        ("Company(name='x').save()", "Entity Company without an id", "give it a value"),
        ("Company('c', name='n').save(); Skill('c', name='n').save()", "Skill and Company share an interface", "ids"),
        ("return Company('c', name='n')", "handle returned Company", ".save()"),
        ("raise SystemExit(3)", "SystemExit: 3", "instead of ending the process"),
        ("f = lambda: f(); f()", "RecursionError", "calls itself"),
        ("raise ValueError('salary \\0 \\ud800')", "ValueError: salary \ufffd ?", "mend the handler"),
        ("import nothing_there", "ModuleNotFoundError: No module named 'nothing_there'", "install nothing_there"),
        (
            "from mappings.gone import x",
            "ModuleNotFoundError: No module named 'mappings.gone'",
            "create mappings/gone.py",
        ),
        ("document.context['country'] = 'x'", "TypeError: the context comes from the manifest", "handler"),
    ],
)
async def test_a_mistake_in_a_handler_says_what_to_do(project: Any, code: str, what: str, mend: str) -> None:
    project.mapping(f"def handle(document: Document) -> None:\n    {code}\n")
    problem = await project.problem("")
    assert what in problem.what
    assert mend in problem.mend
    place = problem.code if isinstance(problem, ValueProblem) else problem.at
    assert (place.path, place.line) == ("mappings/postings.py", 3 if "returned" in what else 4)


async def test_a_type_that_the_source_may_not_write_is_refused(project: Any) -> None:
    project.manifest_text = project.manifest_text.replace("[Posting, Skill, Company]", "[Posting]")
    project.mapping("def handle(document: Document) -> None:\n    Skill(id='s', name='s').save()\n")
    problem = await project.problem("")
    assert problem.what.startswith("the data source Postings may not write Skill")
    assert "add Skill to `entities`" in problem.mend


async def test_saving_after_the_handler_has_ended_is_refused(project: Any) -> None:
    project.mapping("""
import asyncio
tasks = []

async def late(started):
    await started.wait()
    Skill(id="s", name="s").save()

async def handle(document: Document) -> None:
    started = asyncio.Event()
    tasks.append((asyncio.ensure_future(late(started)), started))
""")
    handlers = project.load()
    assert await project.run("", handlers=handlers) == ()
    task, started = handlers.source("Postings")._bound[0].function.__globals__["tasks"][0]
    started.set()
    with pytest.raises(Exception, match="after the handler has ended"):
        await task


async def test_a_document_that_cannot_be_parsed_is_the_documents_problem(project: Any) -> None:
    project.mapping("def handle(document: Document) -> None:\n    document.data\n")
    problem = await project.problem("{", "a.json")
    assert isinstance(problem, FormatProblem)


async def test_exceptions_in_a_task_group_are_all_told(project: Any) -> None:
    project.mapping("""
import asyncio

async def fail(kind):
    raise kind("no")

async def handle(document: Document) -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(fail(ValueError))
        group.create_task(fail(KeyError))
""")
    problems = await project.problems("")
    assert [problem.what.splitlines()[0] for problem in problems] == ["ValueError: no", "KeyError: 'no'"]
    assert {problem.at.line for problem in problems} == {7}


async def test_something_cancelled_inside_a_handler_is_its_problem(project: Any) -> None:
    project.mapping("""
import asyncio

async def handle(document: Document) -> None:
    task = asyncio.ensure_future(asyncio.Event().wait())
    task.cancel()
    await task
""")
    problem = await project.problem("")
    assert problem.what.startswith("CancelledError")


async def test_a_handler_that_is_cancelled_from_outside_is_cancelled(project: Any) -> None:
    project.mapping("""
import asyncio

async def handle(document: Document) -> None:
    asyncio.current_task().cancel()
    await asyncio.Event().wait()
""")
    import asyncio

    task = asyncio.ensure_future(project.run(""))
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_problems_of_many_records_stop_at_twenty(project: Any) -> None:
    project.manifest_text = project.manifest_text.replace("documentHandlers", "recordHandlers")
    project.mapping("def handle(record: Record) -> None:\n    record.data['x']\n")
    assert len(await project.problems("- {}\n" * 50)) == 20


def test_entities_are_plain_values_outside_of_handlers(project: Any) -> None:
    project.mapping("""
def handle(document: Document) -> None: ...

one = Company(id="a", name="n")
assert one == Company("a", name="n") and one != Company("b")
assert repr(one) == "Company(id='a', name='n')"
assert Posting("p").salary is None and not hasattr(one, "nothing")
try:
    one.save()
except Exception as error:
    assert "outside of a handler" in str(error)
else:
    raise AssertionError
""")
    project.load()


async def test_a_data_point_is_given_an_id_once_and_a_second_save_changes_it(project: Any) -> None:
    project.schema_text += "type Point @entity(timeseries: true) { id: Int8! timestamp: Timestamp! x: Int }"
    project.manifest_text = project.manifest_text.replace("entities: [", "entities: [Point, ")
    project.mapping(
        "from generated.schema import Point\n"
        "def handle(document: Document) -> None:\n"
        "    for moment in document.data['moments']:\n"
        "        point = Point(timestamp=moment)\n"
        "        point.save()\n"
        "        point.x = moment\n"
        "        point.save()\n"
    )
    first, second = await project.run("moments: [1, 2]\n")
    assert (first.row[2], second.row[2]) == (1, 2)
    assert second.id == first.id + 1
    assert await project.run("moments: [1, 2]\n") == (first, second)
