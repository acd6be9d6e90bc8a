"""What looks like a secret, and what does not. The table is the promise."""

import base64
import json

import pytest

from blogapp.text.leftovers import find_home_folders, find_leftovers
from blogapp.text.secrets import MOST_FOUND, find_secrets

LETTERS = "q8Zr2wKfT5mYv1Xc9LsB3nHd7PjG4eUa6RtQ0iOzWkE8yMxCbVhSpNfDgJlAu2T5"
HEX = "9f3c1e7ab25d80467be1fa935c2d8e04719ab3cd5e6f70812c4d9e3fa8b17056"


def signed(**claims):
    """A token as RFC 7519 writes it."""
    parts = [{"alg": "HS256", "typ": "JWT"}, claims]
    packed = [base64.urlsafe_b64encode(json.dumps(p).encode()).decode().rstrip("=") for p in parts]
    return ".".join([*packed, LETTERS[:43]])


# Written in two parts, so that nobody's scanner takes these lines for a leak.
SECRETS = {
    "-----BEGIN RSA PRIVATE" + f" KEY-----\n{LETTERS}\n{LETTERS}\n": "private-key",
    "> -----BEGIN OPENSSH PRIVATE" + f" KEY-----\n> {LETTERS}\n> {LETTERS}": "private-key",
    '"private_key": "-----BEGIN PRIVATE' + f' KEY-----\\n{LETTERS}\\n{LETTERS}"': "private-key",
    "AKIA" + "Q4ZRWKFT5MYV2XC7": "cloud-key",
    "ASIA" + "Q4ZRWKFT5MYV2XC7": "cloud-key",
    "AIza" + LETTERS[:35]: "cloud-key",
    "AccountKey=" + LETTERS + LETTERS[:22] + "==": "cloud-key",
    "dop_v1_" + HEX: "cloud-key",
    "ghp_" + LETTERS[:36]: "forge-token",
    "github_pat_" + LETTERS[:22] + "_" + LETTERS[:59]: "forge-token",
    "git clone https://oauth2:glpat-" + LETTERS[:20] + "@git.acme.io/a.git": "forge-token",
    "npm_" + LETTERS[:36]: "forge-token",
    "pypi-AgEIcHlwaS5vcmc" + LETTERS: "forge-token",
    "xoxb-" + "2389417650-" + LETTERS[:24]: "service-token",
    "sk_live_" + LETTERS[:24]: "service-token",
    "sk-proj-" + LETTERS[:48]: "service-token",
    "sk-ant-" + "api03-" + LETTERS[:48]: "service-token",
    "hf_" + LETTERS[:34]: "service-token",
    "SG." + LETTERS[:22] + "." + LETTERS[:43]: "service-token",
    "7283940561:AA" + LETTERS[:33]: "service-token",
    "hvs." + LETTERS[:28]: "service-token",
    "ntn_" + LETTERS[:46]: "service-token",
    "tskey-auth-" + LETTERS[:12] + "CNTRL-" + LETTERS[:32]: "service-token",
    "https://hooks.slack.com/services/T0" + "4QZ8RWKF/B05M2YVXC9/" + LETTERS[:24]: "webhook",
    signed(sub="8412", exp=1767225600): "session-token",
    "Authorization: Bearer " + LETTERS[:40]: "session-token",
    "Authorization: Basic " + base64.b64encode(b"mara:7Kq-vZ2r").decode(): "password",
    "postgresql+psycopg://blog:h8kQ2vzT@db.acme.io/blog": "password",
    "postgres://blog:p#4/kQ2v@10-1.acme.io/blog": "password",
    "amqp://svc:Tr4in-Kettle@mq:5672": "password",
    "Server=sql1;Database=x;User Id=sa;Password=Kettle-9-Train;": "password",
    'SECRET_KEY = "' + LETTERS[:32] + '"': "password",
    "aws_secret_access_key = " + LETTERS[:40]: "password",
    "aws_secret_access_key = " + LETTERS[:8] + "/" + LETTERS[9:40]: "password",
    "the primary is 10.31.7.19": "private-address",
    "ssh to the server 10.31.7.19": "private-address",
    "http://10.31.7.19:8080/": "private-address",
    "host 192.168.7.31/24 is": "private-address",
    "100.101.7.19": "private-address",
    "fd4c:91a2:7b10:8::25": "private-address",
    "db-3.prod.internal": "inner-host",
    "https://wiki.corp/pages/7": "inner-host",
    "ip-10-31-7-19.eu-west-1.compute.internal": "inner-host",
}
HARMLESS = [
    # Placeholders of documentation, and what says of itself that it is none.
    "AKIAIOSFODNN7EXAMPLE",
    "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "ghp_" + "x" * 36,
    "ghp_abcdefghijklmnopqrstuvwxyz0123456789",
    "export GITHUB_TOKEN=ghp_YOUR_TOKEN",
    "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----",
    "-----BEGIN PUBLIC KEY-----\n" + LETTERS + LETTERS,
    "-----BEGIN CERTIFICATE-----\n" + LETTERS + LETTERS,
    signed(sub="1234567890", name="John Doe"),
    "eyJhbGciOiJub25lIn0.eyJzdWIiOiI3In0." + LETTERS[:30],
    "postgres://user:password@localhost/app",
    "postgres://postgres:postgres@db:5432/app",
    "postgres://app:${DB_PASSWORD}@db/app",
    "redis://:<password>@cache:6379",
    "https://mara:h8kQ2vzT@example.com/",
    "amqp://guest:guest@localhost",
    "git@github.com:acme/blog.git",
    "https://acme.io:8443/@mara/posts",
    "password = os.environ['DB_PASSWORD']",
    "password: hunter2",
    "secret = secrets.token_urlsafe(32)",
    "token: str | None = None",
    "api_key=settings.payment.api_key",
    "token := OAuth2TokenFromCredentials",
    "Authorization: Bearer $TOKEN",
    "Authorization: Basic dXNlcjpwYXNzd29yZA==",
    # What only looks random.
    "sha256:" + HEX,
    "commit 4cf2e6d9be7712ab30319ad5c9009a038d027651",
    "integrity sha512-" + LETTERS + LETTERS[:22] + "==",
    "urn:uuid:7b0d3c2e-51b5-4a44-9a52-5f4a5c7a1b9d",
    "The quick brown fox changed his password yesterday evening.",
    # Documentation (RFC 5737, 3849), loopback, networks, what everything comes with.
    "192.0.2.7, 198.51.100.3 and 203.0.113.9",
    "2001:db8::7",
    "127.0.0.1, ::1, 0.0.0.0, 169.254.169.254, 8.8.8.8",
    "10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 10.31.7.0/24, 10.31.7.64/26, fd00::/8",
    "192.168.1.1, 10.0.0.1, 172.17.0.2, 10.96.0.10, 10.244.3.7, 192.168.122.76",
    "v10.31.7.19, version 10.31.7.19 and 10.31.7.19.4",
    "10.256.7.19",
    "host.docker.internal, metadata.google.internal, kubernetes.default.svc.cluster.local",
    "com.acme.internal.Parser, self.internal, module.exports.internal()",
    "settings.local and .env.local",
    "cache.example.internal",
]  # fmt: skip


@pytest.mark.parametrize("text", SECRETS, ids=range(len(SECRETS)))
def test_a_secret_is_found_by_its_kind(text):
    [found] = find_secrets(f"Before it, {text} and after.")

    assert found.kind == SECRETS[text]


def test_what_is_no_secret_is_left_alone():
    wrong = {text: find_secrets(f"Before it, {text} and after.") for text in HARMLESS}

    assert [text for text, found in wrong.items() if found] == []


def test_a_secret_is_one_wherever_it_stands_and_another_is_another():
    one, again, other = (
        find_secrets(text)[0]
        for text in ("10.31.7.19", "It is at\n10.31.7.19.", "It is at 10.31.7.20.")
    )

    assert one.digest == again.digest != other.digest


def test_a_list_of_secrets_shows_their_beginnings_alone():
    [found] = find_secrets("ghp_" + LETTERS[:36])

    assert found.masked == "ghp_q8Zr…"


def test_a_text_full_of_addresses_names_the_first_hundred():
    text = "\n".join(f"10.31.{n // 250}.{n % 250 + 1}" for n in range(1000))

    assert len(find_secrets(text)) == MOST_FOUND


def test_few_posts_of_real_blogs_are_stopped(shared):
    posts = [path.read_text("utf-8", "replace") for path in shared.glob("corpora/*/**/*.md")]

    stopped = [text for text in posts if find_secrets(text)]

    assert len(posts) > 500
    # Addresses of machines, a password that was real, and a token of a cluster.
    assert len(stopped) / len(posts) < 0.02


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("TODO: measure again", ["TODO"]),
        ("A FIXME and a TK left", ["FIXME", "TK"]),
        ("Lorem ipsum dolor sit amet", ["Lorem ipsum", "dolor sit amet"]),
        ("À FAIRE avant lundi", ["À FAIRE"]),
        ("Blindtext steht hier", ["Blindtext"]),
        ("todo en su sitio, the todo list, mastodon", []),
        ("TK-421, ATK and stk; #TODO and /TODO", []),
    ],
)
def test_notes_to_oneself_are_told_from_words(text, found):
    assert [text[start:end] for start, end in sorted(find_leftovers(text))] == found


def test_a_folder_of_a_person_is_told_from_one_of_anybody():
    mac = "/" + "Users/"
    text = rf"/home/mara/x {mac}jo.kr/ C:\Users\Mara\Desktop /home/ubuntu {mac}you https://a/home/b"

    found = [text[start:end] for start, end in find_home_folders(text)]

    assert found == ["/home/mara", f"{mac}jo.kr", r"C:\Users\Mara"]
