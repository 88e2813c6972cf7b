"""Disclosure control: between estimates and everything that is shown."""

from wijkkit.disclosure.comparisons import release_verdicts
from wijkkit.disclosure.composition import Composition
from wijkkit.disclosure.derived import release_derived
from wijkkit.disclosure.policy import CBS, GGD, OPENSAFELY, Policy, policy_for
from wijkkit.disclosure.publication import Publication, build_release
from wijkkit.disclosure.reach import release_counts
from wijkkit.disclosure.record import bind_tables, ledger_of, record_audit
from wijkkit.disclosure.release import Release, release
from wijkkit.disclosure.scan import Finding, Forbidden, forbidden_of, scan
from wijkkit.disclosure.sign_off import signed_off

__all__ = [
    "CBS",
    "Composition",
    "Finding",
    "Forbidden",
    "GGD",
    "OPENSAFELY",
    "Policy",
    "Publication",
    "Release",
    "bind_tables",
    "build_release",
    "forbidden_of",
    "ledger_of",
    "policy_for",
    "record_audit",
    "release",
    "release_counts",
    "release_derived",
    "release_verdicts",
    "scan",
    "signed_off",
]
