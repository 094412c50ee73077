"""Names of query fields, and of fields that look like something else."""

from __future__ import annotations

from dialect.case import Area, Case, Rows, answers

# Type → its two query fields. Source: the checked examples of 2.2.
CHECKED = {
    "User": ("user", "users"),
    "Category": ("category", "categories"),
    "Stats": ("stats", "stats_collection"),
    "APIKey": ("apikey", "apikeys"),
    "User2": ("user2", "user2S"),
    "ERC20Token": ("erc20Token", "erc20Tokens"),
    "My_Type": ("myType", "myTypes"),
    "Grandchild": ("grandchild", "grandchildren"),
    "Salesperson": ("salesperson", "salespersonople"),
    "Person": ("person", "persons"),
    "Boxes": ("boxes", "boxes_collection"),
    "Box": ("crate", "crates"),  # set by @entity(singular:, plural:)
    "Money": ("money", "monies"),
    "Thesis": ("thesis", "theses"),
    "Leaf": ("leaf", "leaves"),
    "UserID": ("userID", "userIDs"),
    "SongPlays": ("songPlays", "songPlays_collection"),
    "Key": ("key", "keys"),
    "Status": ("status", "statuses"),
}

ODD = Rows("Odd", "odds", "2.5.6")


def _root(name: str, singular: str, plural: str) -> Case:
    query = f'{{ {singular}(id: "{name}") {{ id __typename }} {plural} {{ id }} }}'
    data = {singular: {"id": name, "__typename": name}, plural: [{"id": name}]}
    return answers("2.2", f"{name} is asked for as {singular} and {plural}", query, data)


NAMES = Area(
    "Names",
    "names",
    (
        *(_root(name, *fields) for name, fields in CHECKED.items()),
        ODD.where("checked: true", "1"),
        ODD.where("checked_in: true", "2"),
        ODD.where("checked_in_in: [true]", "2"),
        ODD.where("checked_not: true", "2"),
        ODD.where('is: "a"', "1"),
        ODD.where('is_not: "a"', "2"),
        ODD.where('is_not_not: "a"', "1"),
        ODD.where('x_contains: "y"', "1"),
        ODD.where('x_contains_contains: "y"', "1"),
        ODD.where('x_starts_with: "x"', "1"),
        ODD.where("foo_: 1", "1"),
        ODD.where("foo__gt: 0", "1"),
        ODD.where('a_in_in: "p"', "1"),
        ODD.where('a_in_in_in: ["p"]', "1"),
        ODD.where('two__parts: "q"', "1"),
        ODD.where("snake_case: 1, PascalCase: 2, _under: 3", "1"),
        ODD.where('select: "s", order: "o", user: "u", where: 1, first: 2, limit: 3, table: "t", from: "f"', "1"),
        ODD.asked("orderBy: two__parts", "1 2", "2.6.2"),
        ODD.asked("orderBy: is_not", "2 1", "2.6.2"),
        ODD.asked("orderBy: foo_, orderDirection: desc", "2 1", "2.6.2"),
        ODD.asked("orderBy: select", "1 2", "2.6.2"),
        answers(
            "2.2",
            "fields are shown as they are declared",
            '{ odd(id: "1") { checked_in is_not x_contains foo_ a_in_in two__parts snake_case PascalCase _under '
            "select order user where first limit table from } }",
            {
                "odd": {
                    "checked_in": False,
                    "is_not": "b",
                    "x_contains": "y",
                    "foo_": 1,
                    "a_in_in": "p",
                    "two__parts": "q",
                    "snake_case": 1,
                    "PascalCase": 2,
                    "_under": 3,
                    "select": "s",
                    "order": "o",
                    "user": "u",
                    "where": 1,
                    "first": 2,
                    "limit": 3,
                    "table": "t",
                    "from": "f",
                }
            },
        ),
    ),
)
