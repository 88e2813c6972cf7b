"""Logging in: Jupyter's identity and password hashes, with the study's own accounts."""

from __future__ import annotations

import hashlib
import time
from collections import deque
from typing import Any

from jupyter_server.auth import Authorizer, IdentityProvider, User
from tornado import web

from wijkkit.live.accounts import Account, Accounts

#: So many wrong passwords in so many seconds, and nobody logs in under that name, or from there.
TRIES, WINDOW = 5, 900
#: What the pages are called for the authorizer.
RESOURCE = "wijkkit-pages"


class Attempts:
    """Wrong passwords of late, by name and by address."""

    def __init__(self) -> None:
        self._wrong: dict[str, deque[float]] = {}

    def blocked(self, *keys: str) -> bool:
        """Return whether any of these has had too many."""
        return any(len(self._recent(key)) >= limit for key, limit in self._limits(keys))

    def wrong(self, *keys: str) -> None:
        for key in keys:
            self._recent(key).append(time.monotonic())

    def right(self, *keys: str) -> None:
        for key in keys:
            self._wrong.pop(key, None)

    @staticmethod
    def _limits(keys: tuple[str, ...]) -> list[tuple[str, int]]:
        # Colleagues share an address: it may err more often than a name.
        return [(key, TRIES if key.startswith("name:") else 4 * TRIES) for key in keys]

    def _recent(self, key: str) -> deque[float]:
        if len(self._wrong) > 10_000:
            self._wrong.clear()
        found = self._wrong.setdefault(key, deque(maxlen=4 * TRIES))
        while found and found[0] < time.monotonic() - WINDOW:
            found.popleft()
        return found


class AccountIdentity(IdentityProvider):
    """Who somebody is: an account of the study; no token opens anything.

    The cookie, signed by the server, holds the name and a print of the password's hash: a changed
    password or a removed account ends a login at once.
    """

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
    """Let everybody who is logged in open the pages, and nobody anything else."""

    def is_authorized(self, handler: Any, user: User, action: str, resource: str) -> bool:
        return resource == RESOURCE


def _print(account: Account) -> str:
    return hashlib.sha256(f"{account.name} {account.password}".encode()).hexdigest()[:32]
