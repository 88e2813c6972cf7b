"""The live pages of a city: how long a page takes, after a save as well, and with many visitors.

``python benchmarks/live.py FOLDER [--wijken 71] [--interventions 15] [--years 5]`` makes a fictional
study in FOLDER, where it is not there yet, with a registry of that size, and prints seconds: a page
made for the first time, asked for again, and asked for after an activity was saved.
``--visitors N --minutes M`` then serves it on this machine alone, lets N readers open pages one after
the other while a keeper saves an activity every few seconds, and prints how long the pages took,
how long until an activity was on the page, and the answers that were errors.
"""

from __future__ import annotations

import argparse
import random
import re
import socket
import statistics
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from functools import partial
from http.cookiejar import CookieJar
from importlib.resources import files
from pathlib import Path

import numpy as np
import pandas as pd

from wijkkit.demo.city import build_city
from wijkkit.demo.project import write_study
from wijkkit.demo.registry import registry_rows
from wijkkit.estimates.compare import with_sides
from wijkkit.live.city import current_city
from wijkkit.live.identity import Accounts
from wijkkit.live.snapshot import Source
from wijkkit.live.wijk_page import current_page
from wijkkit.registry import open_registry
from wijkkit.registry.changes import Change, apply_change, now, stamp_of
from wijkkit.registry.store import writing
from wijkkit.registry.tables import KINDS
from wijkkit.registry.validation import clean_row
from wijkkit.released.store import write_released
from wijkkit.study import Study, open_study
from wijkkit.tables import ESTIMATE_COLUMNS

PASSWORD = "a long password"
LAST = date(2021, 7, 31)


def make(folder: Path, wijken: int, interventions: int, years: int) -> Study:
    """Write a study of so many wijken with a full registry, or open the one that is there."""
    if (folder / "parameters").is_dir():
        return open_study(folder / "parameters")
    city = build_city(wijken, 1)
    write_study(folder / "parameters", folder / "data", city)
    study = open_study(folder / "parameters")
    (folder / "data" / "registry").mkdir(parents=True, exist_ok=True)
    catalogue = files("wijkkit.demo") / "content" / "catalogue.csv"
    with catalogue.open(encoding="utf-8") as stream:
        table = pd.read_csv(stream, dtype="str", keep_default_na=False, index_col="intervention")
    with open_registry(study) as registry:
        for wijk, rows in registry_rows(city, table, 1).items():
            rows |= often(rows, interventions, years)
            with writing(registry.engine) as connection:
                for kind in KINDS:
                    for row in records(rows.get(kind)):
                        values, faults = clean_row(KINDS[kind], row, registry.lists)
                        if faults:
                            raise SystemExit(f"{kind} {row}: {faults}")
                        change = Change(kind, row["key"], values)
                        by = stamp_of("benchmark", "form", now())
                        apply_change(connection, wijk, change, "created", by)
    release(study)
    Accounts(study).add("Lezer", "reader", (), PASSWORD)
    Accounts(study).add("Onderzoek", "researcher", (), PASSWORD)
    return study


def records(table: pd.DataFrame | None) -> list[dict]:
    """Return rows without what is absent; whole numbers that became floats are whole again."""
    if table is None:
        return []
    return [
        {
            name: int(value) if isinstance(value, float) and value.is_integer() else value
            for name, value in row.items()
            if not pd.isna(value)
        }
        for row in table.to_dict("records")
    ]


def often(rows: dict[str, pd.DataFrame], interventions: int, years: int) -> dict:
    """Return so many interventions with an activity in each quarter, made from the first ones."""
    known, done = rows["interventions"], rows["activities"].to_dict("records")
    first = [known.iloc[at % len(known)].to_dict() for at in range(interventions)]
    items = [row | {"key": f"I{at:02d}"} for at, row in enumerate(first, start=1)]
    for at, row in enumerate(items, start=1):
        row["name"] = f"{row['name']} {at}"
        row["start"] = date(LAST.year - years, 1, 1)
    quarters = pd.period_range(end=pd.Period(LAST, "Q") - 1, periods=4 * years, freq="Q")
    activities = []
    for at, item in enumerate(items):
        like = done[at % len(done)]
        for quarter in quarters:
            key = f"A{len(activities) + 1:04d}"
            period = {"period_start": quarter.start_time.date()}
            period["period_end"] = quarter.end_time.date()
            of = {"key": key, "intervention": item["key"], "name": f"{item['name']} {quarter}"}
            activities.append(like | of | period)
    kept = {"interventions": pd.DataFrame(items), "activities": pd.DataFrame(activities)}
    return kept | {"partners": rows["partners"].head(0)} if "partners" in rows else kept


def release(study: Study) -> None:
    """Write released tables of the size of a city's, with random figures."""
    rng = np.random.default_rng(1)
    waves = [wave.id for wave in study.waves]
    groups = [("", "all"), *(("group", f"g{at}") for at in range(10))]
    keys = [
        (indicator, wijk, "wijk", wave, by, group)
        for indicator in study.indicators
        for wijk in study.neighbourhoods
        for wave in waves
        for by, group in groups
    ]
    table = pd.DataFrame(keys, columns=list(ESTIMATE_COLUMNS[:6]))
    table["value"] = rng.integers(20, 80, len(table)).astype(float)
    table = table.assign(
        lower=table["value"] - 4, upper=table["value"] + 4, n=200.0, unit="percent", method="x",
        source="x", status="ok", step=1.0,
    )  # fmt: skip
    write_released(study, "estimates", table)
    changed = table[table["wave"].eq(waves[-1])].assign(
        wave=f"{waves[0]}-{waves[-1]}", unit="points", value=3.0, lower=-1.0, upper=7.0
    )
    write_released(study, "changes", with_sides(changed))
    verdict = {"looked_at": 6.0, "verdict": "better"}
    judged = changed[changed["group_by"].eq("")].assign(**verdict)
    write_released(study, "goal_changes", judged)


def seconds(work: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    started = clock()
    work()
    return clock() - started


def pages(study: Study) -> None:
    """Print how long pages take in this process: of its processor, whatever else runs."""
    spent = partial(seconds, clock=time.process_time)
    source = Source(study, LAST)
    wijken = list(study.neighbourhoods)
    page = [spent(lambda w=wijk: current_page(source, "nl", w)) for wijk in wijken[:10]]
    print(f"a wijk for the first time      {statistics.median(page):.3f} (first {page[0]:.3f})")
    print(f"the city for the first time    {spent(lambda: current_city(source, 'nl')):.3f}")
    print(
        f"a wijk again                   {spent(lambda: current_page(source, 'nl', wijken[0])):.4f}"
    )
    print(f"the city again                 {spent(lambda: current_city(source, 'nl')):.4f}")
    after: dict[str, list[float]] = {"save": [], "wijk": [], "city": [], "other": []}
    for at, wijk in enumerate(wijken[:8]):
        last = source.registry.table("activities", wijk).iloc[-1].to_dict()
        row = {name: value for name, value in last.items() if not pd.isna(value)}
        for name in ("version", "changed_by", "changed_at"):
            del row[name]
        row |= {
            "key": source.registry.next_key("activities", wijk),
            "name": f"Nieuw {time.time_ns()}",
        }
        after["save"].append(spent(lambda r=row: source.registry.save("activities", r, "A")))
        after["wijk"].append(spent(lambda w=wijk: current_page(source, "nl", w)))
        after["city"].append(spent(lambda: current_city(source, "nl")))
        other = wijken[at - 1] if at else wijken[9]
        after["other"].append(spent(lambda w=other: current_page(source, "nl", w)))
    for name, found in after.items():
        print(f"after a save: {name:16} {statistics.median(found):.3f} (worst {max(found):.3f})")
    source.close()


@contextmanager
def serving(folder: Path, port: int) -> Iterator[str]:
    """Serve the pages as a user does and give their address."""
    arguments = ["dashboard", "--study", "parameters", "--no-browser", "--port", f"{port}"]
    command = [sys.executable, "-m", "wijkkit", *arguments, "--as-of", f"{LAST}"]
    with (folder / "server.log").open("w") as log:
        server = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
    try:
        end = time.monotonic() + 120
        while time.monotonic() < end and server.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=5).close()
                break
            except OSError:
                time.sleep(0.3)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(60)


class Visitor:
    """Somebody with a browser that keeps cookies."""

    def __init__(self, address: str, name: str):
        self.address = address
        jar = urllib.request.HTTPCookieProcessor(CookieJar())
        self.opener = urllib.request.build_opener(jar)
        self.post("/login", {"username": name, "password": PASSWORD}, "/login")

    def get(self, path: str) -> tuple[int, str]:
        return self._ask(urllib.request.Request(self.address + path))

    def post(self, path: str, fields: dict[str, str], form: str) -> tuple[int, str]:
        token = re.search(r'name="_xsrf" value="([^"]+)"', self.get(form)[1])
        body = urllib.parse.urlencode({**fields, "_xsrf": token[1] if token else ""}).encode()
        return self._ask(urllib.request.Request(self.address + path, body))

    def _ask(self, request: urllib.request.Request) -> tuple[int, str]:
        try:
            with self.opener.open(request, timeout=120) as found:
                return found.status, found.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, ""
        except OSError:
            return 0, ""


def visited(folder: Path, study: Study, visitors: int, minutes: float) -> None:
    """Serve the pages and print what visitors met."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    took: dict[str, list[float]] = {"wijk": [], "city": [], "start": []}
    until_seen, errors = [], []
    with serving(folder, port) as address:
        first = Visitor(address, "Lezer")
        print(f"start page of a server just begun {seconds(lambda: first.get('/wijken/')):.2f}")
        end = time.monotonic() + 60 * minutes

        def read(seed: int) -> None:
            one, choose = Visitor(address, "Lezer"), random.Random(seed)
            while time.monotonic() < end:
                kind = choose.choices(["wijk", "city", "start"], [8, 1, 1])[0]
                wijk = choose.choice(list(study.neighbourhoods))
                path = {"wijk": f"/wijken/w/{wijk}", "city": "/wijken/stad", "start": "/wijken/"}
                started = time.perf_counter()
                status, _ = one.get(path[kind])
                took[kind].append(time.perf_counter() - started)
                if status != 200:
                    errors.append((status, path[kind]))
                time.sleep(choose.uniform(0.5, 2.5))

        def keep() -> None:
            one, choose = Visitor(address, "Onderzoek"), random.Random(0)
            hoods = study.neighbourhoods.values()
            programme = [hood.wijk for hood in hoods if hood.arm == "programme"]
            while time.monotonic() < end:
                wijk = choose.choice(programme)
                what = f"Besluit {time.time_ns()}"
                new = f"/wijken/w/{wijk}/decisions/nieuw"
                key = re.search(r'name="key" value="([^"]+)"', one.get(new)[1])
                fields = {"decision": what, "date": f"{LAST}", "status": "open"}
                fields |= {"key": key[1] if key else "", "version": "0"}
                started = time.perf_counter()
                status, _ = one.post(new, fields, new)
                there = what in one.get(f"/wijken/w/{wijk}")[1]
                until_seen.append(time.perf_counter() - started)
                if status != 200 or not there:
                    errors.append((status, new, there))
                time.sleep(4)

        people = [threading.Thread(target=read, args=(seed,)) for seed in range(visitors)]
        people.append(threading.Thread(target=keep))
        for one in people:
            one.start()
        for one in people:
            one.join()
    for kind, found in {**took, "saved to seen": until_seen}.items():
        spread = np.percentile(found, [50, 95, 100])
        said = " ".join(f"{value:.3f}" for value in spread)
        print(f"{kind:14} {len(found):6} times; p50 p95 max: {said}")
    print(f"errors: {len(errors)} {errors[:3]}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--wijken", type=int, default=71)
    parser.add_argument("--interventions", type=int, default=15)
    parser.add_argument("--years", type=int, default=5)
    parser.add_argument("--visitors", type=int, default=0)
    parser.add_argument("--minutes", type=float, default=1)
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    study = make(given.folder.resolve(), given.wijken, given.interventions, given.years)
    pages(study)
    if given.visitors:
        visited(given.folder.resolve(), study, given.visitors, given.minutes)


if __name__ == "__main__":
    main()
