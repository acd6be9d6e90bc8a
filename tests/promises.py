"""What the blog promises of its security, and the tests that hold it.

`make prove-security` runs them at full size and writes what they counted to the guide. A figure
that a test gives (fixture ``figure``) stands in the line of the promise that names its file.
"""

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
# Under this name a promise's figure says how many of its tests passed.
PASSED = "tests passed"


@dataclass(frozen=True)
class Promise:
    """A sentence, and below ``tests/`` the files that hold it."""

    sentence: str
    tests: tuple[str, ...]

    @property
    def paths(self) -> tuple[str, ...]:
        return tuple(f"tests/{each}.py" for each in self.tests)


PROMISES = (
    Promise(
        "What people write runs nowhere: no string of the attack kits is executed, "
        "stopped only by the policy, or left in a page",
        (
            "contract/test_attacked_pages",
            "browser/test_attacked_pages",
            "text/test_sanitizing",
            "importing/test_attacks",
            "exporting/test_attacks",
            "caching/test_frozen_attacks",
        ),
    ),
    Promise(
        "Honest HTML survives, and frames of origins that the owner allows",
        (
            "public/test_frames",
            "text/test_from_html",
            "authoring/test_outside",
        ),
    ),
    Promise(
        "Every page has a strict policy and all recommended headers; refusals are reported",
        (
            "contract/test_headers",
            "web/test_policy_reports",
            "web/test_scripts",
        ),
    ),
    Promise(
        "Addresses, hosts, methods, sizes and forwarded headers are strict; redirects stay here",
        (
            "contract/test_strict_http",
            "web/test_proxies",
            "contract/test_odd_addresses",
        ),
    ),
    Promise(
        "No other site changes anything, and reading changes nothing",
        ("contract/test_csrf",),
    ),
    Promise(
        "No cache can be poisoned, and none keeps what is private",
        (
            "contract/test_cache_poisoning",
            "caching/test_kept_answers",
        ),
    ),
    Promise(
        "No value gets into SQL",
        ("contract/test_injection",),
    ),
    Promise(
        "Guessing passwords is slow, locks no owner out, and tells nobody who has an account",
        (
            "auth/test_guessing",
            "accounts/test_throttling",
            "accounts/test_passwords",
            "auth/test_signing_in",
            "auth/test_resetting",
        ),
    ),
    Promise(
        "Sessions are new at sign-in, end on the server, and dangerous acts ask again",
        (
            "auth/test_confirming",
            "auth/test_links",
            "accounts/test_steps",
        ),
    ),
    Promise(
        "Codes and passkeys work once, and only for whom they were made",
        (
            "auth/test_second_step",
            "auth/test_passkeys",
            "account/test_factors",
            "accounts/test_sealing",
        ),
    ),
    Promise(
        "A directory's word is checked",
        (
            "auth/test_directory",
            "auth/test_directory_hostile",
            "auth/test_directory_leaving",
            "auth/test_directory_settings",
        ),
    ),
    Promise(
        "Nobody does what their role does not allow, on any address",
        ("contract/test_access",),
    ),
    Promise(
        "What is dangerous is written down, unchanged and without secrets",
        (
            "contract/test_audit",
            "web/test_auditing",
            "web/test_no_secrets_noted",
            "authoring/test_audit",
        ),
    ),
    Promise(
        "Files that are sent are shown inert, and decoded where they can do no harm",
        (
            "contract/test_confinement",
            "media/test_confining",
            "media/test_storing",
            "media/test_serving",
        ),
    ),
    Promise(
        "What the blog asks of others stays outside its own networks",
        (
            "outgoing/test_asking",
            "outgoing/test_fetching",
        ),
    ),
    Promise(
        "Mail and chat carry what was meant, to whom it was meant",
        (
            "mailing/test_sending",
            "mailing/test_chatting",
            "mailing/test_delivering",
        ),
    ),
    Promise(
        "Texts cost time in proportion to their length",
        (
            "text/test_linear_time",
            "text/test_rendering_anything",
            "text/test_confining",
            "authoring/test_costly_texts",
        ),
    ),
    Promise(
        "What others wrote is pinned by hash, and listed",
        (
            "contract/test_supply_chain",
            "contract/test_vendor",
        ),
    ),
    Promise(
        "Requirements of OWASP ASVS 5 are met, each by a test or a reason",
        ("contract/test_asvs",),
    ),
    Promise(
        "Bad input is answered, never with a 500",
        (
            "contract/test_fuzzing",
            "authoring/test_hostile_forms",
            "posts/test_searching_anything",
        ),
    ),
)


def promise_of(test):
    """Return the promise that a test's file holds, or None."""
    path = test.partition("::")[0]
    return next((promise for promise in PROMISES if path in promise.paths), None)


if __name__ == "__main__":
    print(*(path for promise in PROMISES for path in promise.paths if (ROOT / path).exists()))
