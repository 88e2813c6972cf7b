"""Who may open the pages: names, password hashes and roles, in one file."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from filelock import FileLock
from jupyter_server.auth.security import passwd, passwd_check

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
    """One person who may log in.

    Parameters
    ----------
    name : str
        What the person types, and what the registry's history says.
    role : {"reader", "keeper", "researcher"}
        A reader sees all pages, a keeper sees and keeps the own wijken, a researcher does both.
    wijken : tuple of str
        Of a keeper: the slugs of the wijken.
    password : str
        Its hash.
    """

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
        """Add an account, or replace the one of that name.

        Raises
        ------
        ParameterError
            The name, role, wijken or password cannot be.
        """
        self._check(name, role, wijken, password)
        account = Account(name, role, wijken, passwd(password))  # type: ignore[arg-type]
        self._change(lambda known: {**known, name: account})
        return account

    def remove(self, name: str) -> None:
        """Remove an account; who is logged in under it is so no longer."""
        if name not in self.all():
            raise ParameterError(
                "nobody has this name",
                file=self.path.name,
                found=name,
                expected=", ".join(self.all()) or "no names yet",
                remedy="Use one of these.",
            )
        self._change(lambda known: {key: one for key, one in known.items() if key != name})

    def _check(self, name: str, role: str, wijken: tuple[str, ...], password: str) -> None:
        if not name.strip() or name != name.strip() or len(name) > 80 or not name.isprintable():
            raise ParameterError("a name of 1 to 80 characters", place="NAME", found=name[:80])
        if role not in ROLES:
            raise ParameterError(
                "no such role", place="--role", found=role, expected=", ".join(ROLES)
            )
        if (role == "keeper") != bool(wijken):
            raise ParameterError(
                "a keeper keeps wijken, and nobody else does",
                place="--wijk",
                found=", ".join(wijken) or "none",
                remedy="Give --wijk with --role keeper, once for each wijk.",
            )
        for wijk in wijken:
            self.study.neighbourhood(wijk)
        if len(password) < SHORTEST:
            raise ParameterError(
                "the password is too short",
                place="password",
                found=f"{len(password)} characters",
                expected=f"at least {SHORTEST}",
            )

    def _read(self) -> dict[str, Account]:
        try:
            rows = json.loads(self.path.read_text(encoding="utf-8"))
            found = [Account(**{**row, "wijken": tuple(row["wijken"])}) for row in rows]
        except (OSError, ValueError, TypeError, KeyError):
            raise ParameterError(
                "the file of accounts cannot be read",
                file=str(self.path),
                remedy="Put back an earlier copy, or remove it and add the accounts again.",
            ) from None
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
