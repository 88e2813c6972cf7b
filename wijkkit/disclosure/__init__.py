"""Disclosure control: between estimates and everything that is shown."""

from wijkkit.disclosure.policy import CBS, GGD, Policy, policy_for, release_counts
from wijkkit.disclosure.publication import Publication, build_release
from wijkkit.disclosure.release import Release
from wijkkit.disclosure.sample import Sample
from wijkkit.disclosure.scan import Finding, Forbidden, forbidden_of, scan
from wijkkit.disclosure.sign_off import bind_tables, record_audit, signed_off

__all__ = [
    "CBS",
    "GGD",
    "Finding",
    "Forbidden",
    "Policy",
    "Publication",
    "Release",
    "Sample",
    "bind_tables",
    "build_release",
    "forbidden_of",
    "policy_for",
    "record_audit",
    "release_counts",
    "scan",
    "signed_off",
]
