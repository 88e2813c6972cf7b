"""A small study with a filled registry, served to readers, keepers and a researcher."""

from __future__ import annotations

import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.cookiejar import CookieJar
from pathlib import Path

import pytest

from tests.evaluation.process.conftest import facts, registered, registry_table, small_study
from tests.registry.postgresql import execute, server
from tests.registry.workbooks import small_workbook
from tests.studies import write_study
from tests.workbench.servers import free_port, serving
from wijkkit.disclosure import GGD
from wijkkit.live.identity import Accounts
from wijkkit.live.snapshot import Snapshot
from wijkkit.registry import open_registry
from wijkkit.registry.workbook import import_workbook
from wijkkit.study import Study, open_study

__all__ = ["facts", "registered", "registry_table", "small_study"]
PASSWORD = "a long password"
ACCOUNTS = {
    "Lezer": ("reader", ()),
    "Noord": ("keeper", ("noord",)),
    "Onderzoek": ("researcher", ()),
}


@dataclass
class Answer:
    """What the server said."""

    status: int
    text: str
    headers: dict[str, str]
    url: str


@dataclass
class Visitor:
    """Somebody with a browser that keeps cookies."""

    address: str
    jar: CookieJar = field(default_factory=CookieJar)

    def get(self, path: str, **headers: str) -> Answer:
        return self._ask(urllib.request.Request(self.address + path, headers=headers))

    def post(self, path: str, fields: dict | bytes, **headers: str) -> Answer:
        body = (
            fields if isinstance(fields, bytes) else urllib.parse.urlencode(fields, True).encode()
        )
        return self._ask(urllib.request.Request(self.address + path, body, headers))

    def log_in(self, name: str, password: str = PASSWORD) -> Answer:
        form = self.get("/login")
        fields = {"_xsrf": token_in(form.text), "username": name, "password": password}
        return self.post("/login", fields)

    def _ask(self, request: urllib.request.Request) -> Answer:
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))
        try:
            found = opener.open(request, timeout=120)
        except urllib.error.HTTPError as error:
            found = error
        with found:
            text = found.read().decode("utf-8", "replace")
            return Answer(found.status, text, dict(found.headers), found.url)


def token_in(page: str) -> str:
    return re.search(r'name="_xsrf" value="([^"]+)"', page)[1]


def field_in(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    return found[1] if found else ""


def filled_study(folder: Path, kept: str = "") -> Study:
    """Write the small study with its registry and accounts; `kept` says where, in study.yml."""
    written = write_study(folder / "parameters")
    with (written / "study.yml").open("a", encoding="utf-8") as file:
        file.write(kept)
    study = open_study(written)
    with open_registry(study) as registry:
        import_workbook(registry, small_workbook(folder / "noord.xlsx"), "A")
    accounts = Accounts(study)
    for name, (role, wijken) in ACCOUNTS.items():
        accounts.add(name, role, wijken, PASSWORD)
    return study


def serve(folder: Path) -> Iterator[str]:
    port = free_port()
    arguments = ["wijkkit", "dashboard", "--study", "parameters", "--no-browser"]
    arguments += ["--port", str(port), "--as-of", "2019-09-30"]
    with serving(folder, arguments, port) as address:
        yield address


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Study]]:
    """The address of the server, and its study."""
    folder = tmp_path_factory.mktemp("live")
    study = filled_study(folder)
    for address in serve(folder):
        yield address, study


@pytest.fixture(scope="module")
def in_postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Study]]:
    """The same with the registry in PostgreSQL; a skip where it is not installed."""
    folder = tmp_path_factory.mktemp("postgresql")
    with server() as host:
        execute(host, "CREATE DATABASE pages")
        url = f"postgresql://postgres@/pages?host={host}"
        study = filled_study(folder, f'registry: {{url: "{url}"}}\n')
        for address in serve(folder):
            yield address, study


@pytest.fixture
def visitor(served) -> Visitor:
    """Somebody who is not logged in."""
    return Visitor(served[0])


@pytest.fixture(scope="module")
def people(served) -> dict[str, Visitor]:
    """Everybody of `ACCOUNTS`, logged in."""
    found = {name: Visitor(served[0]) for name in ACCOUNTS}
    for name, one in found.items():
        assert one.log_in(name).status == 200
    return found


@pytest.fixture
def snapshot(facts, registry_table):
    """What is known on 1 July 2021 of a registry with these rows of wijk a alone."""

    def make(**tables: list[dict]) -> Snapshot:
        rows = {
            kind: registry_table(kind, *({"wijk": "a"} | row for row in given))
            for kind, given in tables.items()
        }
        known = facts("en", registry=rows)
        return Snapshot(known.study, known, GGD)

    return make
