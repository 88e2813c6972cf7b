"""The pages as an extension of Jupyter Server: in a researcher's lab, or alone."""

from __future__ import annotations

import getpass
import ipaddress
import socket
from datetime import date
from typing import Any

from jupyter_server.auth import User
from jupyter_server.auth.identity import PasswordIdentityProvider
from jupyter_server.serverapp import ServerApp
from jupyter_server.utils import url_path_join
from tornado import web
from traitlets import Unicode
from traitlets.config import Config, LoggingConfigurable

from wijkkit.errors import ParameterError, WijkkitError
from wijkkit.live import handlers
from wijkkit.live.form_pages import FORM_PAGES
from wijkkit.live.identity import AccountIdentity, Accounts, PagesOnly
from wijkkit.study import Study, open_study

_SLUG = r"([a-z0-9][a-z0-9_-]*)"


class WijkkitPages(LoggingConfigurable):
    """Which study the pages are of: ``c.WijkkitPages.study`` in a server's configuration."""

    study = Unicode("parameters", config=True, help="Folder of the study.")
    as_of = Unicode("", config=True, help="Judge on this day (2021-07-31); today where empty.")
    hosts = Unicode("", config=True, help="Names the server may be asked for by, with commas.")


def add_pages(server: Any) -> None:
    """Add the pages to a Jupyter Server."""
    settings = WijkkitPages(parent=server)
    day = date.fromisoformat(settings.as_of) if settings.as_of else None
    hosts = tuple(name.strip().lower() for name in settings.hosts.split(",") if name.strip())
    pages = handlers.open_pages(open_study(settings.study), day, hosts)
    server.web_app.settings["wijkkit_pages"] = pages
    base = server.web_app.settings["base_url"]

    def at(*parts: str) -> str:
        return url_path_join(base, handlers.PREFIX, *parts)

    server.web_app.add_handlers(
        ".*$",
        [
            (at("stijl.css"), handlers.Style, {"part": "style"}),
            (at("pagina.js"), handlers.Style, {"part": "script"}),
            (at("/?"), handlers.Start),
            (at("stad/?"), handlers.City),
            (at("w", _SLUG, "?"), handlers.Wijk),
            *((at("w", _SLUG, *parts), handler) for parts, handler in FORM_PAGES),
            (at("rapport", r"(.*)"), handlers.Report, {"path": str(pages.study.site)}),
            (at(".*"), handlers.NotFound),
        ],
    )


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "wijkkit.live.extension"}]


def _load_jupyter_server_extension(server: Any) -> None:
    """Add the pages to a researcher's server; without a study the server starts without them."""
    try:
        add_pages(server)
    except WijkkitError as error:
        for problem in error.problems:
            server.log.warning("wijkkit: no pages: %s", problem)


# A server of the pages alone: no kernels, no files, no terminals.

#: The largest upload: a workbook, with room for what a browser adds.
_LARGEST = 11 * 2**20


class DeskIdentity(PasswordIdentityProvider):
    """Identity of the researcher who runs the server: the token in the address that it prints."""

    def generate_anonymous_user(self, handler: web.RequestHandler) -> User:
        return User(getpass.getuser())


class PagesServer(ServerApp):
    """Jupyter Server with its login, identity and protection of forms, and the pages of a study."""

    name = "wijkkit-pages"
    default_services = ()  # type: ignore[assignment]
    load_other_extensions = False

    def init_webapp(self) -> None:
        super().init_webapp()
        add_pages(self)
        base = self.base_url
        self.web_app.add_handlers(
            ".*$",
            [
                (f"{base}login", handlers.LoginPage),
                (f"{base}logout", handlers.LogoutPage),
                # Whatever else Jupyter Server answers by itself, it does not answer here.
                (rf"{base}(?!{handlers.PREFIX}(?:/|$)|login$|logout$|$).*", handlers.NotFound),
            ],
        )


def make_server(
    study: Study,
    *,
    ip: str = "127.0.0.1",
    port: int = 8866,
    browser: bool = True,
    hosts: tuple[str, ...] = (),
    as_of: date | None = None,
) -> PagesServer:
    """Return the server of a study's pages; ParameterError where it would be open to strangers."""
    _require_own_address(ip)
    accounts = Accounts(study)
    alone = not accounts.all()
    if alone and not _loopback(ip):
        what = "others could reach the pages, and nobody has an account"
        remedy = "Add accounts first: wijkkit account add NAME --role reader."
        raise ParameterError(what, place="--ip", found=ip, remedy=remedy)
    identity = DeskIdentity if alone else AccountIdentity
    settings = Config()
    settings.WijkkitPages.study = str(study.folder)
    settings.WijkkitPages.as_of = as_of.isoformat() if as_of else ""
    settings.WijkkitPages.hosts = ",".join(hosts)
    settings.ServerApp.update(
        ip=ip,
        port=port,
        port_retries=0,
        open_browser=browser,
        allow_root=True,
        allow_remote_access=False,
        allow_unauthenticated_access=False,
        terminals_enabled=False,
        default_url=f"/{handlers.PREFIX}/",
        identity_provider_class=identity,
        authorizer_class=PagesOnly,
        max_body_size=_LARGEST,
        max_buffer_size=_LARGEST,
        jpserver_extensions={},
        tornado_settings={"xsrf_cookie_kwargs": {"samesite": "Lax", "httponly": True}},
    )
    AccountIdentity.accounts = accounts
    PagesServer.clear_instance()
    server = PagesServer.instance(config=settings)
    server.initialize(argv=[], find_extensions=False)
    return server


def serve_pages(study: Study, **options: object) -> None:
    """Serve the pages of a study until the server is stopped; see `make_server`."""
    make_server(study, **options).start()  # type: ignore[arg-type]


def _loopback(ip: str) -> bool:
    try:
        return ipaddress.ip_address(ip).is_loopback
    except ValueError:
        return ip == "localhost"


def _require_own_address(ip: str) -> None:
    """Refuse an address that this machine cannot listen on."""
    try:
        family, *_, address = socket.getaddrinfo(ip, 0, type=socket.SOCK_STREAM)[0]
        with socket.socket(family) as probe:
            probe.bind(address)
    except OSError:
        what = "this machine has no such address"
        expected = "127.0.0.1, or an address of this machine"
        raise ParameterError(what, place="--ip", found=ip, expected=expected) from None
