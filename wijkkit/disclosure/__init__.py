"""Disclosure control: between estimates and everything that is shown."""

from wijkkit.disclosure.policy import CBS, GGD, OPENSAFELY, Policy, policy_for
from wijkkit.disclosure.release import Release, release

__all__ = ["CBS", "GGD", "OPENSAFELY", "Policy", "Release", "policy_for", "release"]
