"""Disclosure control: between estimates and everything that is shown."""

from wijkkit.disclosure.policy import CBS, GGD, Policy, policy_for, release_counts
from wijkkit.disclosure.release import Release
from wijkkit.disclosure.sign_off import signed_off

__all__ = ["CBS", "GGD", "Policy", "Release", "policy_for", "release_counts", "signed_off"]
