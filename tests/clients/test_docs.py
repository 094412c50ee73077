"""Every client of docs/clients.md does what the page says: its files, its commands, what they print."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import httpx
import msgspec
import pytest
from support.workbench import CLIENTS, Workbench, python_packages

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "clients.md").read_text(encoding="utf-8")
SHOWN = "http://localhost:8000"  # where the page says that the example is served


class Section(msgspec.Struct, frozen=True):
    """What the page tells a reader to write and to run for one client."""

    files: dict[str, str]
    commands: list[str]  # without installations
    packages: set[str]  # what is installed
    printed: list[str]


def section(title: str, address: str) -> Section:
    """The section of that title, asking at `address`."""
    text = re.split(rf"^## {title}$", PAGE, flags=re.MULTILINE)[1]
    text = re.split(r"^## ", text, flags=re.MULTILINE)[0].replace(SHOWN, address)
    found = Section({}, [], set(), [])
    for language, body in re.findall(r"```(\w+)\n(.*?)```", text, re.DOTALL):
        match language:
            case "shell":
                for line in body.splitlines():
                    installed = re.match(r"(?:npm|pip) install (?:--save-dev )?(.*)", line)
                    if installed:
                        found.packages.update(re.sub(r"['\"]|\[.*\]", "", each) for each in installed[1].split())
                    else:
                        found.commands.append(line)
            case "text":
                found.printed.extend(body.splitlines())
            case _:
                name = re.match(r"(?://|#) (\S+)\n", body)
                assert name, f"a file without a name: {body}"
                found.files[name[1]] = body
    return found


async def follow(told: Section, bench: Workbench) -> list[str]:
    """The lines that the programs of a section print."""
    for path, text in told.files.items():
        bench.write(path, text)
    printed: list[str] = []
    for command in told.commands:
        if download := re.fullmatch(r"curl -o (\S+) (\S+)", command):
            async with httpx.AsyncClient() as client:
                bench.write(download[1], (await client.get(download[2])).text)
            continue
        lines = (await bench.run(command)).splitlines()
        if command.startswith(("node ", "python ")):
            printed += lines
    return printed


@pytest.mark.parametrize("title", ["TypeScript", "Relay"])
async def test_typescript_compiles_strictly_and_asks(title: str, board: str, node: Workbench) -> None:
    told = section(title, board)
    assert told.packages <= json.loads((CLIENTS / "npm" / "package.json").read_text())["dependencies"].keys()
    assert await follow(told, node) == told.printed


def test_the_npm_packages_are_pinned_and_the_lock_file_names_no_download_address() -> None:
    wanted = json.loads((CLIENTS / "npm" / "package.json").read_text())["dependencies"]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted.values())
    locked = json.loads((CLIENTS / "npm" / "package-lock.json").read_text())["packages"]
    for name, package in locked.items():
        assert "resolved" not in package, name
        assert not name or package["integrity"].startswith("sha512-"), name


async def test_gql_asks_a_schema_that_it_has_read(board: str, folder: Path) -> None:
    told = section("gql", board)
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]["dev"]
    assert told.packages <= {re.split(r"[\[=<>]", each)[0] for each in listed}
    bench = Workbench(folder)
    assert await follow(told, bench) == told.printed
    await bench.run("mypy --strict newest.py")


async def test_ariadne_codegen_makes_a_client_that_is_typed_strictly(board: str, folder: Path) -> None:
    told = section("ariadne-codegen", board)
    pinned = (CLIENTS / "requirements.txt").read_text()
    assert all(re.search(rf"^{each}==", pinned, re.MULTILINE) for each in told.packages)
    environment = python_packages()
    bench = Workbench(folder, environment)
    assert await follow(told, bench) == told.printed
    made = " ".join(f"jobs/{each}.py" for each in ("__init__", "client", "enums", "input_types", "newest"))
    await Workbench(folder).run(
        f"mypy --strict --follow-imports silent --python-executable {environment}/bin/python newest.py {made}"
    )
