"""Path patterns: from a glob to a regular expression for whole paths.

Paths are relative, with `/` between parts. Knows text only; which paths there
are, and which patterns include or exclude them, is `folder.py`.
"""

from __future__ import annotations

import re

# What a wildcard at the beginning of a part must not swallow where dots have to be written out.
NOT_HIDDEN = r"(?!\.)"


class BadGlob(ValueError):
    """A pattern that means nothing. `mend` says what to write instead."""

    def __init__(self, what: str, mend: str) -> None:
        super().__init__(what, mend)
        self.what, self.mend = what, mend

    def __str__(self) -> str:
        return f"{self.what}; {self.mend}"


def glob_expression(pattern: str) -> str:
    """The regular expression that whole paths match when the glob does; case counts.

    `*` any characters within a part, `?` one, `[ab]` `[a-z]` `[!a]` one of a set, `{a,b}` alternatives, `**` as a whole
    part any number of parts, none included; a `/` at the end means everything beneath.

    Raises BadGlob.
    """
    return _translate(pattern, "")


def visible_glob_expression(pattern: str) -> str:
    """Like `glob_expression`, but a dot at the beginning of a part is matched only by a dot in the pattern.

    Raises BadGlob.
    """
    return _translate(pattern, NOT_HIDDEN)


def is_literal(pattern: str) -> bool:
    """Does the pattern name exactly one path?"""
    return not any(character in pattern for character in "*?[{")


def _translate(pattern: str, shy: str) -> str:
    written = pattern.removeprefix("./")
    for text, what, mend in (
        ("\\", "a backslash", "write / between folders, and [*] for a literal *"),
        ("\0", "a NUL character", "remove it"),
    ):
        if text in written:
            raise BadGlob(f"the pattern {pattern!r} holds {what}", mend)
    if written.startswith("/"):
        raise BadGlob(f"the pattern {pattern!r} starts with /", "leave it out: paths start in the source's folder")
    if written.endswith("/"):
        written += "**"
    parts = _split(written, pattern)
    if any(part in ("", ".", "..") for part in parts):
        raise BadGlob(f"the pattern {pattern!r} has an empty, '.' or '..' part", "name folders downwards")
    whole: list[str] = []
    for number, part in enumerate(parts):
        last = number == len(parts) - 1
        if part == "**":
            whole.append(rf"(?:{shy}[^/]+/)*" + (rf"{shy}[^/]+" if last else ""))
        else:
            whole.append(_part(part, pattern, shy) + ("" if last else "/"))
    return "".join(whole)


def _split(written: str, pattern: str) -> list[str]:
    """Cut at each `/`; one inside brackets or braces belongs to no part and is refused."""
    parts, depth, start = [], 0, 0
    bracket: int | None = None  # where the open one is
    for at, character in enumerate(written):
        if bracket is not None:
            # `]` right after `[` or `[!` stands for itself.
            if character == "]" and written[bracket + 1 : at] not in ("", "!", "^"):
                bracket = None
        elif character == "[":
            bracket = at
        elif character == "{":
            depth += 1
        elif character == "}":
            depth = max(0, depth - 1)
        if character == "/":
            if bracket is not None or depth:
                raise BadGlob(
                    f"the pattern {pattern!r} has a / inside brackets or braces", "write one pattern for each"
                )
            parts.append(written[start:at])
            start = at + 1
    return [*parts, written[start:]]


def _part(part: str, pattern: str, shy: str) -> str:
    """One part of a path, `**` excepted."""
    texts: list[str] = []
    depth, at, begins = 0, 0, True
    while at < len(part):
        character = part[at]
        guard = shy if begins and character in "*?[" else ""
        begins = (begins and character == "{") or (character == "," and depth > 0 and _at_start(part, at))
        at += 1
        match character:
            case "*" if part.startswith("*", at):
                raise BadGlob(f"the pattern {pattern!r} has ** beside other characters", "write it as a part: a/**/b")
            case "*":
                texts.append(f"{guard}[^/]*")
            case "?":
                texts.append(f"{guard}[^/]")
            case "[":
                members, at = _members(part, at, pattern)
                texts.append(guard + members)
            case "{":
                depth += 1
                texts.append("(?:")
            case "," if depth:
                texts.append("|")
            case "}" if depth:
                depth -= 1
                texts.append(")")
            case _:
                texts.append(re.escape(character))
    if depth:
        raise BadGlob(f"the pattern {pattern!r} has a {{ that never closes", "add the }, or write [{] for itself")
    return "".join(texts)


def _at_start(part: str, comma: int) -> bool:
    """Does the alternative after this comma begin the part? So it does when its opening brace did."""
    opening, depth = comma, 1
    while depth:
        opening -= 1
        depth += {"}": 1, "{": -1}.get(part[opening], 0)
    return set(part[:opening]) <= {"{"}


def _members(part: str, at: int, pattern: str) -> tuple[str, int]:
    """The set that begins after the `[` before `at`, and where it ends."""
    end = part.find("]", at + 2 if part[at : at + 1] in ("!", "^") else at + 1)
    if end < 0:
        raise BadGlob(f"the pattern {pattern!r} has a [ that never closes", "add the ], or write [[] for itself")
    written = part[at:end]
    others = written.startswith(("!", "^"))
    body = written[1:] if others else written
    pieces: list[str] = []
    spot = 0
    while spot < len(body):
        if body[spot + 1 : spot + 2] == "-" and spot + 2 < len(body):
            low, high = body[spot], body[spot + 2]
            if low > high:
                raise BadGlob(f"the pattern {pattern!r} has the empty range {low}-{high}", f"write {high}-{low}")
            pieces.append(f"{re.escape(low)}-{re.escape(high)}")
            spot += 3
        else:
            pieces.append(re.escape(body[spot]))
            spot += 1
    members = "".join(pieces)
    # A set never reaches over a folder's edge, whatever range it names.
    return (rf"(?:(?!/)[^{members}])" if others else rf"(?:(?!/)[{members}])"), end + 1
