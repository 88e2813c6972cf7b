"""Who may open the pages: names, password hashes and roles in one file, and logging in with them."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections import deque
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from filelock import FileLock
from jupyter_server.auth import Authorizer, IdentityProvider, User
from jupyter_server.auth.security import passwd, passwd_check
from tornado import web

from wijkkit.errors import ParameterError
from wijkkit.files import replacing
from wijkkit.study import Study

Role = Literal["reader", "keeper", "researcher"]
ROLES: tuple[Role, ...] = ("reader", "keeper", "researcher")
#: The least length of a password.
SHORTEST = 10
#: What a password is checked against where nobody has the name: the answer takes as long.
_NOBODY = passwd("nobody has this password")


@dataclass(frozen=True, slots=True)
class Account:
    """Who may log in: a reader sees all pages, a keeper changes own `wijken`, a researcher all."""

    name: str
    role: Role
    wijken: tuple[str, ...] = ()
    password: str = ""

    def sees(self, wijk: str) -> bool:
        """Return whether this person may open the page of a wijk; of the city where empty."""
        return self.role != "keeper" or wijk in self.wijken

    def keeps(self, wijk: str) -> bool:
        """Return whether this person may change what is registered of a wijk."""
        return self.role == "researcher" or (self.role == "keeper" and wijk in self.wijken)


class Accounts:
    """The accounts of a study, read again whenever the file changed."""

    def __init__(self, study: Study):
        self.study = study
        self.path: Path = study.path(study.settings.registry.users)
        self._known: dict[str, Account] = {}
        self._state: tuple[int, int] | None = None

    def all(self) -> dict[str, Account]:
        """Return the accounts by name."""
        try:
            found = self.path.stat()
        except FileNotFoundError:
            return {}
        state = (found.st_mtime_ns, found.st_size)
        if state != self._state:
            self._known, self._state = self._read(), state
        return self._known

    def get(self, name: str) -> Account | None:
        return self.all().get(name)

    def checked(self, name: str, password: str) -> Account | None:
        """Return the account of a name where the password is right."""
        account = self.get(name)
        right = passwd_check(account.password if account else _NOBODY, password)
        return account if right else None

    def add(self, name: str, role: str, wijken: tuple[str, ...], password: str) -> Account:
        """Add an account, or replace the one of that name."""
        self._check(name, role, wijken, password)
        account = Account(name, role, wijken, passwd(password))  # type: ignore[arg-type]
        self._change(lambda known: {**known, name: account})
        return account

    def remove(self, name: str) -> None:
        """Remove an account, and log out whoever uses it."""
        if name not in self.all():
            what, file = "nobody has this name", self.path.name
            expected, remedy = ", ".join(self.all()) or "no names yet", "Use one of these."
            raise ParameterError(what, file=file, found=name, expected=expected, remedy=remedy)
        self._change(lambda known: {key: one for key, one in known.items() if key != name})

    def _check(self, name: str, role: str, wijken: tuple[str, ...], password: str) -> None:
        if not name.strip() or name != name.strip() or len(name) > 80 or not name.isprintable():
            raise ParameterError("a name of 1 to 80 characters", place="NAME", found=name[:80])
        if role not in ROLES:
            raise ParameterError(
                "no such role", place="--role", found=role, expected=", ".join(ROLES)
            )
        if (role == "keeper") != bool(wijken):
            what, found = "a keeper keeps wijken, and nobody else does", ", ".join(wijken) or "none"
            remedy = "Give --wijk with --role keeper, once for each wijk."
            raise ParameterError(what, place="--wijk", found=found, remedy=remedy)
        for wijk in wijken:
            self.study.neighbourhood(wijk)
        if len(password) < SHORTEST:
            what, found = "the password is too short", f"{len(password)} characters"
            expected = f"at least {SHORTEST}"
            raise ParameterError(what, place="password", found=found, expected=expected)

    def _read(self) -> dict[str, Account]:
        try:
            rows = json.loads(self.path.read_text(encoding="utf-8"))
            found = [Account(**{**row, "wijken": tuple(row["wijken"])}) for row in rows]
        except (OSError, ValueError, TypeError, KeyError):
            what = "the file of accounts cannot be read"
            remedy = "Put back an earlier copy, or remove it and add the accounts again."
            raise ParameterError(what, file=str(self.path), remedy=remedy) from None
        return {account.name: account for account in found}

    def _change(self, change) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{self.path}.lock", mode=0o600):
            self._state = None
            rows = [asdict(account) for account in change(self.all()).values()]
            with replacing(self.path) as temporary:
                temporary.touch(mode=0o600)
                os.chmod(temporary, 0o600)
                temporary.write_text(json.dumps(rows, indent=1), encoding="utf-8")


def researcher(name: str) -> Account:
    """Return the account of who works with the whole study: they can read its files anyway."""
    return Account(name, "researcher")


#: So many wrong passwords in so many seconds, and nobody logs in under that name, or from there.
TRIES, WINDOW = 5, 900
#: What the pages are called for the authorizer.
RESOURCE = "wijkkit-pages"


class Attempts:
    """Recent wrong passwords, by name and by address."""

    def __init__(self) -> None:
        self._wrong: dict[str, deque[float]] = {}

    def blocked(self, *keys: str) -> bool:
        """Return whether any of these has had too many."""
        # Colleagues share an address: it may err more often than a name.
        limits = {key: TRIES if key.startswith("name:") else 4 * TRIES for key in keys}
        return any(len(self._recent(key)) >= limit for key, limit in limits.items())

    def wrong(self, *keys: str) -> None:
        for key in keys:
            self._recent(key).append(time.monotonic())

    def right(self, *keys: str) -> None:
        for key in keys:
            self._wrong.pop(key, None)

    def _recent(self, key: str) -> deque[float]:
        if len(self._wrong) > 10_000:
            self._wrong.clear()
        found = self._wrong.setdefault(key, deque(maxlen=4 * TRIES))
        while found and found[0] < time.monotonic() - WINDOW:
            found.popleft()
        return found


class AccountIdentity(IdentityProvider):
    """Who somebody is, by a signed cookie of the name and a print of the password's hash; no token."""

    accounts: Accounts

    def __init__(self, **more: Any):
        super().__init__(**more)
        self.token = ""
        self.attempts = Attempts()

    @property
    def auth_enabled(self) -> bool:
        return True

    async def get_user_token(self, handler: web.RequestHandler) -> None:
        """Know nobody by a token."""

    def user_to_cookie(self, user: User) -> str:
        account = self.accounts.get(user.username)
        return f"{_print(account) if account else ''} {user.username}"

    def user_from_cookie(self, cookie_value: str) -> User | None:
        known, _, name = cookie_value.partition(" ")
        account = self.accounts.get(name)
        return User(name) if account is not None and known == _print(account) else None

    def process_login_form(self, handler: web.RequestHandler) -> User | None:
        name = handler.get_body_argument("username", "", strip=True)
        keys = (f"name:{name.casefold()}", f"from:{handler.request.remote_ip}")
        if self.attempts.blocked(*keys):
            raise web.HTTPError(429)
        account = self.accounts.checked(
            name, handler.get_body_argument("password", "", strip=False)
        )
        if account is None:
            self.attempts.wrong(*keys)
            return None
        self.attempts.right(keys[0])
        return User(account.name)


class PagesOnly(Authorizer):
    """Authorise the pages for everybody who is logged in, and nothing else."""

    def is_authorized(self, handler: Any, user: User, action: str, resource: str) -> bool:
        return resource == RESOURCE


def _print(account: Account) -> str:
    return hashlib.sha256(f"{account.name} {account.password}".encode()).hexdigest()[:32]
