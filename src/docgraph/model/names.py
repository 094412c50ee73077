"""How names follow from names: query fields from type names, columns from field names.

Pure text in, text out. The rules for query fields are those of graph-node, quirks
included, because clients' queries depend on them; `@entity(singular:, plural:)` is
the way out, and `model/sdl/` applies it.
"""

from __future__ import annotations

import re


def singular_field(type_name: str) -> str:
    """The root query field for one entity of the type. Source: spec/subgraph-api.md 2.2."""
    return camel_case(type_name)


def plural_field(type_name: str) -> str:
    """The root query field for many: pluralised first, then camel-cased; `_collection` where that changes nothing.

    Source: spec/subgraph-api.md 2.2.
    """
    plural = camel_case(pluralize(type_name))
    return f"{plural}_collection" if plural == singular_field(type_name) else plural


def camel_case(name: str) -> str:
    """`UserID` → `userID`, `My_Type` → `myType`, `HTMLPage` → `htmlpage`, `Tag2s` → `tag2S`.

    Source: spec/subgraph-api.md 2.2. Capitals at the start of a name collapse together with the one
    after them; the letter after a digit is capitalised. Both are what clients expect.
    """
    written: list[str] = []
    remembered = ""  # the last character that was lowered, as it stood in the name
    starts_word = False
    for character in name.strip("_"):
        if character == "_":
            starts_word = True
        elif character.isdigit():
            written.append(character)
            starts_word = True
        elif starts_word or (remembered.islower() and character.isupper()):
            written.append(character.upper())
            starts_word = False
        else:
            written.append(character.lower())
            remembered = character
    return "".join(written)


def pluralize(name: str) -> str:
    """`Category` → `Categories`, `Box` → `Boxes`, `Salesperson` → `Salespersonople`.

    Source: spec/subgraph-api.md 2.2. The rules were made for lower-case words, so most irregular ones only
    fire inside compound names (`Grandchild` → `Grandchildren`, but `Child` → `Childs`).
    """
    if name in _UNCOUNTABLE:
        return name
    if name in _WHOLE_WORDS:
        return _WHOLE_WORDS[name]
    for ending, replacement in _ENDINGS:
        found = ending.search(name)
        if found:
            return name[: found.start("cut")] + replacement
    return name + "s"


def snake_case(name: str) -> str:
    """`userID` → `user_id`, `HTMLPage` → `html_page`, `ERC20Token` → `erc20_token`, `tokenIDs` → `token_ids`.

    A name that is snake case already stays what it is.
    """
    return _WORD_START.sub("_", name).lower()


# Before a capital that follows a small letter or a digit; before the last capital of a run that a small
# letter follows, unless that letter is the plural s of the run (`IDs`, `URLs`).
_WORD_START = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])(?![A-Z]s(?![a-z]))")

# Only whole names in lower case; those that the source names.
_UNCOUNTABLE = frozenset({"equipment", "information", "news", "series", "software", "species"})

_WHOLE_WORDS = {
    "die": "dice",
    "eave": "eaves",
    "foot": "feet",
    "goose": "geese",
    "man": "men",
    "ox": "oxen",
    "quiz": "quizzes",
    "tooth": "teeth",
    "woman": "women",
    "yes": "yeses",
}


def _ending(stem: str, cut: str) -> re.Pattern[str]:
    """Matches a name that ends in `stem` and then `cut`; what `cut` matches is replaced."""
    return re.compile(rf"(?:{stem})(?P<cut>{cut})$")


# The first that matches counts. An empty `cut` appends.
_ENDINGS: tuple[tuple[re.Pattern[str], str], ...] = (
    (_ending("eaux", ""), ""),
    (_ending("child", "(?:ren)?"), "ren"),
    (_ending("person|people", ""), "ople"),
    (_ending("mouse|mice|louse|lice", ""), "ice"),
    (_ending("matr|cod|mur|sil|vert|ind|append", "ix|ex"), "ices"),
    (_ending("x|ch|ss|sh|zz", ""), "es"),
    (_ending("xes|ches|sses|shes|zzes", ""), ""),
    (_ending("[^ch][ieo][ln]", "ey"), "ies"),
    (_ending("[^aeiouy]|qu", "y"), "ies"),
    (_ending("ar|l|ea|eo|oa|hoo", "f"), "ves"),
    (_ending("kni|wi|li", "fe"), "ves"),
    (_ending("", "sis"), "ses"),
    (_ending("apheli|hyperbat|periheli|asyndet|noumen|phenomen|criteri|organ|prolegomen|hedr|automat", "a|on"), "a"),
    (
        _ending(
            "agend|addend|millenni|dat|extrem|bacteri|desiderat|strat|candelabr|errat|ov|symposi|curricul|automat|quor",
            "a|um",
        ),
        "a",
    ),
    (_ending("her|at|gr", "o"), "oes"),
    (_ending("seraph|cherub", "(?:im)?"), "im"),
    (_ending("alumn|alg|vertebr", "a|ae"), "ae"),
    (
        _ending(
            "alumn|syllab|octop|vir|radi|nucle|fung|cact|stimul|termin|bacill|foc|uter|loc|strat",
            "us|i",
        ),
        "i",
    ),
    (_ending("[^l]ias|[aeiou]las|[emjzr]as|[iu]am", ""), ""),
    (_ending("enu|emu", "s?"), "s"),
    (_ending("alias|[^aou]us|tlas|gas|ris", ""), "es"),
    (_ending("ax|test", "is"), "es"),
    (_ending("[^aeiou]ese", ""), ""),
    (_ending("s", ""), ""),
)
