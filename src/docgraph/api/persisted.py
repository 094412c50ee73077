"""Persisted queries: a client sends the digest of a text that it has sent before instead of the text.

Kept in memory and bounded in bytes; whoever is told that a text is not known sends it again.

Source: Apollo's automatic persisted queries, as its clients and urql's speak them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from docgraph.api.errors import Code, Rejected, error
from docgraph.api.recent import Recent

VERSION = 1
DIGEST_BYTES = 64  # of the digest as it is written


class Persisted:
    """The texts that clients may name by their SHA-256, written in hexadecimal."""

    def __init__(self, room: int) -> None:
        self._texts: Recent[str, str] = Recent(room)

    def text(self, digest: str) -> str:
        """The text of that digest. Raises Rejected: it is not known, or no more."""
        found = self._texts.find(digest)
        if found is None:
            raise Rejected([error("PersistedQueryNotFound", Code.PERSISTED_QUERY_NOT_FOUND)])
        return found

    def keep(self, digest: str, text: str) -> None:
        """Know the text from now on."""
        self._texts.keep(digest, text, len(text.encode()) + DIGEST_BYTES)


def digest_named(extensions: Mapping[str, object]) -> str | None:
    """The digest that a request names its text by; None: it names none.

    Raises ValueError: saying what is wrong with how it is named.
    """
    named = extensions.get("persistedQuery")
    if named is None:
        return None
    if not isinstance(named, dict) or not isinstance(named.get("sha256Hash"), str):
        raise ValueError("`extensions.persistedQuery` is an object with `version` and `sha256Hash`.")
    if named.get("version") != VERSION:
        raise ValueError(f"Unsupported persisted query version: this server knows version {VERSION}.")
    return str(named["sha256Hash"]).lower()


def digest_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
