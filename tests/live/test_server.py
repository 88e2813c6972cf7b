"""Who may open what: logins, roles, hosts, origins, paths; no kernel and no file for anybody."""

from __future__ import annotations

import http.client
import json
import shutil

import pytest

from tests.conftest import ROOT
from tests.live.conftest import PASSWORD, Visitor, token_in
from tests.workbench.servers import serving
from wijkkit.errors import ParameterError
from wijkkit.live.extension import make_server
from wijkkit.live.identity import Accounts
from wijkkit.study import open_study

PAGES = ("/wijken/", "/wijken/stad", "/wijken/w/noord", "/wijken/w/zuid")


@pytest.mark.parametrize("path", PAGES)
def test_nobody_sees_a_page_without_logging_in(visitor, path):
    found = visitor.get(path)
    assert (
        "/login" in found.url
        and 'name="password"' in found.text
        and "Speelstraat" not in found.text
    )


def test_no_token_opens_anything(visitor):
    for query in ("?token=", "?token=x", "?token=None"):
        assert "/login" in visitor.get("/wijken/" + query).url
    assert "/login" in visitor.get("/wijken/", Authorization="token x").url


@pytest.mark.parametrize(
    ("name", "path", "status"),
    [
        ("Lezer", "/wijken/", 200),
        ("Lezer", "/wijken/stad", 200),
        ("Lezer", "/wijken/w/zuid", 200),
        ("Lezer", "/wijken/w/west", 404),
        ("Noord", "/wijken/w/noord", 200),
        ("Noord", "/wijken/w/zuid", 403),
        ("Noord", "/wijken/stad", 403),
        ("Onderzoek", "/wijken/w/zuid", 200),
    ],
)
def test_each_role_sees_its_own_pages(people, name, path, status):
    assert people[name].get(path).status == status


#: What else a Jupyter Server has: nobody gets it here, whoever they are.
SERVICES = (
    "/api", "/api/contents", "/api/contents/parameters/study.yml", "/api/kernels", "/api/sessions",
    "/api/terminals", "/api/kernelspecs", "/api/config/x", "/api/me", "/api/status", "/api/spec.yaml",
    "/files/parameters/users.json", "/view/x.html", "/nbconvert/html/x.ipynb", "/tree", "/lab",
    "/static/style/index.css", "/custom/custom.css", "/kernelspecs/python3/logo-32x32.png",
    "/metrics", "/favicon.ico", "/terminals/1", "/api/shutdown", "/api/events",
)  # fmt: skip


@pytest.mark.parametrize("path", SERVICES)
@pytest.mark.parametrize("name", ["Lezer", "Onderzoek"])
def test_the_server_has_no_other_service(people, name, path):
    assert people[name].get(path).status in (403, 404)


@pytest.mark.parametrize(
    "path", ["/api/kernels", "/api/sessions", "/api/terminals", "/api/shutdown"]
)
def test_nothing_starts_or_stops_a_kernel(people, path):
    token = token_in(people["Onderzoek"].get("/wijken/").text)
    body = json.dumps({"name": "python3", "path": "x", "type": "notebook"}).encode()
    found = people["Onderzoek"].post(path, body, **{"X-XSRFToken": token})
    assert found.status in (403, 404, 405)


@pytest.mark.parametrize(
    "path",
    [
        "/wijken/rapport/../../parameters/users.json",
        "/wijken/rapport/%2e%2e/%2e%2e/parameters/users.json",
        "/wijken/rapport/..%2f..%2fparameters%2fusers.json",
        "/wijken/rapport//etc/passwd",
        "/wijken/rapport/%00",
        "/wijken/w/..%2f..%2fparameters",
        "/wijken/w/noord/../../../etc/passwd",
    ],
)
def test_no_path_leads_to_another_file(served, people, path):
    host = served[0].removeprefix("http://")
    connection = http.client.HTTPConnection(host, timeout=60)
    cookies = "; ".join(f"{one.name}={one.value}" for one in people["Onderzoek"].jar)
    connection.request("GET", path, headers={"Cookie": cookies})
    found = connection.getresponse()
    body = found.read().decode("utf-8", "replace")
    assert found.status in (400, 403, 404) and "argon2" not in body and "root:" not in body


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", ""])
@pytest.mark.parametrize("path", ["/wijken/", "/login", "/wijken/stijl.css"])
def test_another_host_is_refused(people, host, path):
    found = people["Lezer"].get(path, Host=host)
    assert found.status in (400, 403) and "Speelstraat" not in found.text


def test_a_form_from_elsewhere_is_refused(visitor):
    token = token_in(visitor.get("/login").text)
    fields = {"_xsrf": token, "username": "Lezer", "password": PASSWORD}
    assert visitor.post("/login", fields, Origin="http://evil.example").status in (403, 404)
    masked = token.split("|")[2]
    for forged in ("", "x", token.replace(masked, masked[::-1])):
        assert visitor.post("/login", {**fields, "_xsrf": forged}).status == 403
    other = Visitor(visitor.address)
    assert other.post("/login", fields).status == 403
    assert visitor.post("/logout", {}).status == 403


def test_pages_stand_in_no_frame_run_no_foreign_script_and_are_not_kept(people):
    headers = people["Lezer"].get("/wijken/w/noord").headers
    policy = headers["Content-Security-Policy"]
    for part in ("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'"):
        assert part in policy
    assert "unsafe" not in policy and headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"


def test_a_login_leads_to_no_other_site(visitor):
    form = visitor.get("/login?next=https://evil.example/")
    fields = {"_xsrf": token_in(form.text), "username": "Lezer", "password": PASSWORD}
    found = visitor.post("/login?next=https://evil.example/", fields)
    assert found.url.startswith(visitor.address)


def test_a_removed_account_and_a_changed_password_end_a_login(served):
    address, study = served
    accounts = Accounts(study)
    for end in (
        lambda: accounts.add("Tijdelijk", "reader", (), "another password"),
        lambda: accounts.remove("Tijdelijk"),
    ):
        accounts.add("Tijdelijk", "reader", (), PASSWORD)
        one = Visitor(address)
        one.log_in("Tijdelijk")
        assert one.get("/wijken/stad").status == 200 and "/login" not in one.get("/wijken/stad").url
        end()
        assert "/login" in one.get("/wijken/stad").url


def test_twenty_wrong_passwords_close_the_name(served):
    address, study = served
    Accounts(study).add("Geraden", "reader", (), PASSWORD)
    found = [Visitor(address).log_in("Geraden", f"guess number {n}").status for n in range(20)]
    assert found[:5] == [401] * 5 and found[5:] == [429] * 15
    assert Visitor(address).log_in("Geraden").status == 429
    assert Visitor(address).log_in("Lezer").status in (200, 429)


@pytest.mark.parametrize("name", ["", "niemand", "Lezer' OR '1'='1", "x" * 5000, "\x00"])
def test_no_strange_name_logs_in(visitor, name):
    assert visitor.log_in(name).status in (401, 429)


def test_passwords_are_kept_as_hashes_for_the_owner_alone(served):
    path = Accounts(served[1]).path
    assert PASSWORD not in path.read_text() and path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("name", "role", "wijken", "password"),
    [
        ("", "reader", (), PASSWORD),
        ("A", "chief", (), PASSWORD),
        ("A", "keeper", (), PASSWORD),
        ("A", "reader", ("noord",), PASSWORD),
        ("A", "keeper", ("west",), PASSWORD),
        ("A", "reader", (), "short"),
        ("A\nB", "reader", (), PASSWORD),
    ],
)
def test_an_account_that_cannot_be_is_refused(served, name, role, wijken, password):
    before = Accounts(served[1]).all()
    with pytest.raises(ParameterError):
        Accounts(served[1]).add(name, role, wijken, password)
    assert Accounts(served[1]).all() == before


def test_without_accounts_the_server_is_for_this_machine_alone(tmp_path):
    from tests.studies import write_study

    study = open_study(write_study(tmp_path / "study"))
    with pytest.raises(ParameterError, match="nobody has an account"):
        make_server(study, ip="0.0.0.0", browser=False)


def test_an_address_of_another_machine_is_refused(served):
    with pytest.raises(ParameterError, match="no such address"):
        make_server(served[1], ip="192.0.2.1", browser=False)


def test_a_researchers_own_server_opens_with_its_token(tmp_path):
    from tests.studies import write_study
    from tests.workbench.servers import free_port, token_of

    write_study(tmp_path / "parameters")
    port = free_port()
    arguments = ["wijkkit", "dashboard", "--no-browser", "--port", str(port)]
    with serving(tmp_path, arguments, port) as address:
        token = token_of(tmp_path / "server.log")
        one = Visitor(address)
        assert "/login" in one.get("/wijken/").url
        assert "Noord" in one.get(f"/wijken/?token={token}").text
        assert one.get("/api/contents").status in (403, 404)


def test_the_lab_serves_the_pages_as_well(tmp_path, monkeypatch):
    from tests.studies import write_study
    from tests.workbench.servers import free_port

    write_study(tmp_path / "parameters")
    # Without notebooks of its own it would open those of the checkout, and set its git filter.
    shutil.copytree(ROOT / "notebooks", tmp_path / "notebooks")
    port = free_port()
    options = ["--no-browser", "--allow-root", f"--ServerApp.port={port}"]
    options.append("--IdentityProvider.token=secret")
    with serving(tmp_path, ["wijkkit", "lab", "--", *options], port) as address:
        one = Visitor(address)
        assert "/login" in one.get("/wijken/").url
        assert "Noord" in one.get("/wijken/?token=secret").text
        assert one.get("/api/contents?token=secret").status == 200
