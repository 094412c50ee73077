"""The page's packages are pinned, and the lock file says what they are without saying where they lie."""

from __future__ import annotations

import json
import re
from pathlib import Path

WEB = Path(__file__).resolve().parents[2] / "web"


def test_every_package_has_one_exact_version() -> None:
    wanted = json.loads((WEB / "package.json").read_text())
    for name, version in {**wanted["dependencies"], **wanted["devDependencies"]}.items():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version), name


def test_the_lock_file_holds_digests_and_no_download_addresses() -> None:
    packages = json.loads((WEB / "package-lock.json").read_text())["packages"]
    for name, locked in packages.items():
        assert "resolved" not in locked, name
        assert not name or locked["integrity"].startswith("sha512-"), name


def test_the_page_has_the_place_where_the_server_puts_its_settings() -> None:
    page = (WEB / "index.html").read_text()
    assert page.count('<script id="docgraph" type="application/json">{}</script>') == 1


def test_the_page_names_nothing_outside_of_itself() -> None:
    for file in [WEB / "index.html", *(WEB / "src").iterdir()]:
        addresses = re.findall(r"(?:https?:)?//[\w.-]+\.\w+", file.read_text())
        assert set(addresses) <= {"http://www.w3.org"}, file.name
