"""What every page does (who asks, in which language, what may be sent), and those that are read."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

import jinja2
from jupyter_server.auth.decorator import allow_unauthenticated, authorized
from jupyter_server.auth.login import LoginFormHandler
from jupyter_server.base.handlers import AuthenticatedFileHandler, JupyterHandler
from jupyter_server.utils import url_path_join
from tornado import web

from wijkkit.disclosure import policy_for
from wijkkit.errors import ReportError, WijkkitError
from wijkkit.language import number, percentage, text
from wijkkit.language.messages import LANGUAGES
from wijkkit.live import identity
from wijkkit.live.city import current_city, current_map
from wijkkit.live.snapshot import Source, say
from wijkkit.live.wijk_page import current_page
from wijkkit.reports.theme import house_values, load_house_style
from wijkkit.study import Study

# What the handlers of one server share: the study's source, its accounts, templates and style.

#: Under the server's address.
PREFIX = "wijken"
#: The house style of the reports, beside the study or here.
_THEME = Path("reports") / "theme"


@dataclass(slots=True)
class Pages:
    """The pages of one study as one server serves them; `hosts`: other names it is asked for by."""

    source: Source
    accounts: identity.Accounts
    templates: jinja2.Environment
    style: str
    script: str
    hosts: tuple[str, ...] = field(default=())

    @property
    def study(self) -> Study:
        return self.source.study


def open_pages(study: Study, as_of: date | None = None, hosts: tuple[str, ...] = ()) -> Pages:
    """Open the pages of a study."""
    room = files("wijkkit.live")
    templates = jinja2.Environment(
        loader=jinja2.PackageLoader("wijkkit.live"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    static = {
        name: (room / "static" / name).read_text(encoding="utf-8")
        for name in ("live.css", "live.js")
    }
    return Pages(
        Source(study, as_of),
        identity.Accounts(study),
        templates,
        _house(study) + static["live.css"],
        static["live.js"],
        hosts,
    )


def _house(study: Study) -> str:
    for folder in (study.folder.parent / _THEME, Path(_THEME)):
        if (folder / "house.yml").is_file():
            try:
                return house_values(load_house_style(folder))
            except ReportError:
                break
    return ""


#: The pages ask for nothing from elsewhere, run no script but their own, and stand in no frame.
_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "font-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
_COOKIE = "wijkkit-language"
Made = TypeVar("Made")


class Guarded(JupyterHandler):
    """A handler whose answers cannot be framed or cached, and that answers this host only."""

    auth_resource = identity.RESOURCE

    @property
    def pages(self) -> Pages:
        return self.settings["wijkkit_pages"]

    @property
    def content_security_policy(self) -> str:
        return _POLICY

    def set_default_headers(self) -> None:
        super().set_default_headers()
        self.set_header("Referrer-Policy", "same-origin")
        self.set_header("Cache-Control", "no-store")
        self.set_header("Cross-Origin-Opener-Policy", "same-origin")

    def check_host(self) -> bool:
        name = self.request.host_name.strip("[]").lower()
        return name in self.pages.hosts or super().check_host()

    @property
    def language(self) -> str:
        """The language of the page: asked for, or remembered, or the study's."""
        asked = self.get_query_argument("language", self.get_cookie(_COOKIE, ""))
        source = self.pages.source
        return source.study_in(asked).language if asked in LANGUAGES else source.study.language

    def url(self, *parts: str) -> str:
        """Return the address of a page."""
        return url_path_join(self.base_url, PREFIX, *parts)

    def show(self, template: str, **fields: Any) -> None:
        """Send a page."""
        language = self.language
        if self.get_query_argument("language", "") in LANGUAGES:
            self.set_cookie(_COOKIE, language, path=self.base_url, samesite="Lax", httponly=True)
        account = self.account if self.current_user else None
        study = self.pages.source.study_in(language)
        city = study.settings.city.name
        page = self.pages.templates.get_template(template).render(
            language=language,
            other="en" if language == "nl" else "nl",
            t=lambda key, **words: say(key, language, **words),
            word=lambda key, **words: text(key, language, **words),
            number=lambda value: number(value, language),
            percentage=lambda value: percentage(value, language),
            url=self.url,
            path=self.request.path,
            account=account,
            role=say(f"role.{account.role}", language) if account else "",
            logs_in=isinstance(self.identity_provider, identity.AccountIdentity),
            city=city,
            title_of_site=study.text(study.settings.title),
            xsrf=self.xsrf_token.decode(),
            **fields,
        )
        self.set_header("Content-Type", "text/html; charset=UTF-8")
        self.finish(page)

    def show_wijk(self, template: str, slug: str, **fields: Any) -> None:
        """Send a page about one wijk."""
        name = self.pages.study.neighbourhoods[slug].name
        self.show(template, slug=slug, name=name, **fields)

    @property
    def account(self) -> identity.Account | None:
        """The account of who asks; whoever runs the server itself is a researcher."""
        found = self.pages.accounts.get(self.current_user.username)
        if found is not None or isinstance(self.identity_provider, identity.AccountIdentity):
            return found
        if isinstance(self.authorizer, identity.PagesOnly) and self.pages.accounts.all():
            return None
        return identity.researcher(self.current_user.username)

    def require(self, wijk: str, keeping: bool = False) -> identity.Account:
        """Return the account of who asks; 404 without such a wijk, 403 where they may not."""
        if wijk and wijk not in self.pages.study.neighbourhoods:
            raise web.HTTPError(404)
        account = self.account
        if account is None or not (account.keeps(wijk) if keeping else account.sees(wijk)):
            raise web.HTTPError(403)
        return account

    async def aside(self, make: Callable[[], Made]) -> Made:
        """Do something that takes a while without keeping the other visitors waiting."""
        return await asyncio.to_thread(make)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        self.clear_header("Content-Type")
        error = kwargs.get("exc_info", (None, None, None))[1]
        problems = [str(one) for one in error.problems] if isinstance(error, WijkkitError) else []
        known = status_code in (400, 403, 404, 413, 429)
        self.set_default_headers()
        if not getattr(self, "_jupyter_current_user", None):
            self.current_user = None
        out = status_code == 403 and not self.current_user and self.request.method == "POST"
        code = "login" if out else str(status_code if known else 500)
        self.show("error.html", code=code, problems=problems)


def page(method: Callable) -> Callable:
    """Require a login that may see the pages."""
    return web.authenticated(authorized(resource=identity.RESOURCE)(method))


class NotFound(Guarded):
    """An address without a page."""

    @allow_unauthenticated
    def get(self) -> None:
        raise web.HTTPError(404)

    post = head = get


class LoginPage(Guarded, LoginFormHandler):
    """Log in with a name and a password."""

    def get_login_url(self) -> str:
        return url_path_join(self.base_url, "login")

    def _render(self, message: dict[str, str] | None = None) -> None:
        following = self.get_query_argument("next", self.url(""))
        self.show("login.html", wrong=bool(message), following=following)


class LogoutPage(Guarded):
    """Log out; another site cannot make a visitor do it."""

    @allow_unauthenticated
    def post(self) -> None:
        self.identity_provider.clear_login_cookie(self)
        self.redirect(url_path_join(self.base_url, "login"))


class Style(Guarded):
    """The style sheet and the script: the same for everybody."""

    def initialize(self, part: str) -> None:
        self.part = part

    @allow_unauthenticated
    def get(self) -> None:
        kind = {"style": "text/css", "script": "text/javascript"}[self.part]
        self.set_header("Content-Type", f"{kind}; charset=UTF-8")
        self.set_header("Cache-Control", "max-age=300")
        self.finish(getattr(self.pages, self.part))


class Start(Guarded):
    """All wijken, how fresh each is, and the map that leads to them."""

    @page
    async def get(self) -> None:
        account = self.account
        if account is None:
            raise web.HTTPError(403)
        if account.role == "keeper" and len(account.wijken) == 1:
            self.redirect(self.url("w", account.wijken[0]))
            return
        language, source = self.language, self.pages.source
        found = await self.aside(lambda: current_city(source, language))
        shape = await self.aside(lambda: current_map(source))
        lines = [line for line in found.wijken if account.sees(line.slug)]
        by_slug = {line.slug: line for line in found.wijken}
        self.show("start.html", page=found, lines=lines, of=by_slug, map=shape, **about(self))


class City(Guarded):
    """The matrices of the city."""

    @page
    async def get(self) -> None:
        self.require("")
        language, source = self.language, self.pages.source
        found = await self.aside(lambda: current_city(source, language))
        self.show("city.html", page=found, report=report_of(self, "stad"), **about(self))


class Wijk(Guarded):
    """One wijk: planned, done, reached, decided."""

    @page
    async def get(self, slug: str) -> None:
        account = self.require(slug)
        language, source = self.language, self.pages.source
        found = await self.aside(lambda: current_page(source, language, slug))
        self.show(
            "wijk.html",
            page=found,
            keeps=account.keeps(slug),
            report=report_of(self, slug),
            small=policy_for(self.pages.study).min_count - 1,
            **about(self),
        )


class Report(Guarded, AuthenticatedFileHandler):
    """A file of the site of reports; its scripts cannot reach the pages."""

    @property
    def content_security_policy(self) -> str:
        return (
            "sandbox allow-scripts allow-popups allow-downloads; frame-ancestors 'none'; "
            "default-src 'self' 'unsafe-inline' data:"
        )

    @page
    async def get(self, path: str) -> None:  # type: ignore[override]
        if not path.isprintable():
            raise web.HTTPError(404)
        account = self.account
        asset = Path(path).parts[:1] == ("assets",)
        if account is None or not (asset or account.sees(Path(path).stem)):
            raise web.HTTPError(403)
        await web.StaticFileHandler.get(self, path)


def report_of(handler: Guarded, stem: str) -> str:
    """Return the address of a report, or nothing where it was not made."""
    there = (handler.pages.study.site / f"{stem}.html").is_file()
    return handler.url("rapport", f"{stem}.html") if there else ""


def about(handler: Guarded) -> dict[str, Any]:
    """Return what every page says of its figures."""
    source = handler.pages.source
    return {"concept": not source.approved(source.now())}
