"""Two deployments of the same documents compared: equal whatever their past, and each thing that is not is found."""

from __future__ import annotations

import random

import pytest
from support.histories import NOW, State, commit, random_change

from docgraph.model.changes import DocumentKey, Failed, Gone, Indexed, Known, Save, Stat
from docgraph.model.problem import Location, Problem
from docgraph.store.compare import Difference, compare, moved_documents
from docgraph.store.deployment import deployment

HISTORIES = 15


@pytest.fixture
def compared(connection, schema):
    """The comparison of the first deployment with the second."""

    async def found():
        one, other = (
            deployment(number, "shop", ["first", "second"], schema, f"docgraph_d{number}") for number in (1, 2)
        )
        async with connection.transaction(isolation="repeatable_read"):
            assert await moved_documents(connection, one.layout, other.layout) == (0, "")
            return await compare(connection, one, other.layout)

    return found


async def test_a_past_makes_no_difference_with_conflicts_removals_and_failures(writer_of, connection, compared):
    async with writer_of(b"with a past") as past, writer_of(b"clean") as clean:
        await past.finish_first_load(NOW)
        for seed in range(HISTORIES):
            chance, present, failed = random.Random(seed), State(), {}
            for _ in range(5):
                changes = [random_change(chance, present) for _ in range(4)]
                await commit(past, *changes)
                for change in changes:
                    failed.pop(change.key, None)
                    if isinstance(change, Failed):
                        failed[change.key] = change
            await commit(
                clean, *(failed.get(key) or Indexed(key, known, said) for key, (known, said) in present.items())
            )
            found = await compared()
            assert (found.differences, found.total) == ((), 0), f"seed {seed}"
            assert (found.documents, found.failed) == (len(present), len(failed)), f"seed {seed}"
            for writer in (past, clean):
                await commit(writer, *(Gone(key) for key in present))


@pytest.mark.parametrize(
    ("tampering", "difference"),
    [
        (
            "update docgraph_d1.post set title = 'wrong'",
            Difference("Post", "p", "title", "wrong", "right", "0 a"),
        ),
        ("delete from docgraph_d1.post", Difference("Post", "p", None, None, "there", "0 a")),
        ("delete from docgraph_d2.post", Difference("Post", "p", None, "there", None, "0 a")),
        ('update docgraph_d1.post set "$line" = 9', Difference("Post", "p", "line", "9", "4", "0 a")),
        (
            "update docgraph_d1.post set \"$hash\" = '\\x00'",
            Difference("Post", "p", "hash", "00", "59c8d12c", "0 a"),
        ),
        (
            'update docgraph_d1.post set "$document" = (select id from docgraph_d1."$document" where path = \'b\')',
            Difference("Post", "p", "document", "0 b", "0 a", "0 b"),
        ),
        ("update docgraph_d1.blob set tag = 8", Difference("Blob", "ff00", "tag", "8", "7", "0 a")),
        (
            'update docgraph_d1."$claim" set against = null',
            Difference("claim", "Post[p] Post 0 b 0", "against", None, "0 a", "0 b"),
        ),
        (
            "update docgraph_d1.\"$problem\" set mend = 'never'",
            Difference("problem", "1 c 0", "mend", "never", "mend it", "1 c"),
        ),
        (
            "update docgraph_d1.\"$document\" set types = '{0}' where path = 'b'",
            Difference("document", "0 b", "types", "{0}", "{3}", "0 b"),
        ),
    ],
)
async def test_each_thing_that_is_wrong_is_told(writer_of, connection, compared, tampering, difference):
    def known(content: str) -> Known:
        return Known(Stat(1, 1, 1), content.encode().ljust(16, b"."), b"c" * 16)

    def post(title: str) -> Save:
        return Save("Post", "p", ("p", title, None, [], None, "red"), 4)

    broken = Problem("broken", at=Location("c", 3), mend="mend it")
    documents = (
        Indexed(DocumentKey(0, "a"), known("a"), (post("right"), Save("Blob", b"\xff\x00", (b"\xff\x00", 7)))),
        Indexed(DocumentKey(0, "b"), known("b"), (post("other"),)),
        Failed(DocumentKey(1, "c"), known("c"), (broken,)),
    )
    for fingerprint in (b"one", b"two"):
        async with writer_of(fingerprint) as writer:
            await commit(writer, *documents)
    assert (await compared()).total == 0
    await connection.execute(tampering)
    (found,) = (await compared()).differences
    if difference.field == "hash":
        assert (found.field, found.served, len(found.rebuilt or "")) == ("hash", "00", 32)
    else:
        assert found == difference


async def test_documents_with_another_content_are_counted_before_anything_is_compared(writer_of, connection, schema):
    for fingerprint, contents in ((b"one", "xyz"), (b"two", "xab")):
        async with writer_of(fingerprint) as writer:
            for path, content in zip("abc", contents, strict=True):
                known = Known(Stat(1, 1, 1), content.encode().ljust(16), b"c" * 16)
                await commit(writer, Indexed(DocumentKey(0, path), known, ()))
            if fingerprint == b"two":
                await commit(writer, Gone(DocumentKey(0, "b")))
    one, other = (deployment(number, "shop", ["first"], schema, f"docgraph_d{number}") for number in (1, 2))
    assert await moved_documents(connection, one.layout, other.layout) == (2, "b")
