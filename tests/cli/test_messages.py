"""`mail test`, `audit`, and what the doctor says of mail."""

import json

from tests.cli.test_commands import blogapp  # noqa: F401
from tests.mailing.conftest import mailbox, serve_mail  # noqa: F401

FROM = "?from=Blog <blog@example.com>"


def test_a_mail_is_sent_at_once_and_the_servers_answer_is_shown(
    blogapp,  # noqa: F811
    serve_mail,  # noqa: F811
    mailbox,  # noqa: F811
):
    address = f"smtp://127.0.0.1:{serve_mail()}{FROM}"

    sent = blogapp("mail", "test", "ada@example.com", BLOG_MAIL_URL=address)
    assert (sent.exit_code, mailbox.subjects) == (0, ["A test from Untitled blog"])
    assert "250 2.0.0 taken as 4711" in sent.stdout
    assert "mail: 127.0.0.1" in blogapp("doctor", BLOG_MAIL_URL=address).stdout

    mailbox.refusal = "550 5.1.1 no such mailbox"
    refused = blogapp("mail", "test", "ada@example.com", BLOG_MAIL_URL=address)
    assert refused.exit_code == 1
    assert refused.stderr == "Error: 127.0.0.1 answers: 550 5.1.1 no such mailbox\n"


def test_without_a_server_it_says_what_to_set(blogapp):  # noqa: F811
    assert "BLOG_MAIL_URL" in blogapp("mail", "test", "ada@example.com").stderr
    assert "warning  mail: none" in blogapp("doctor").stdout
    assert blogapp("doctor", BLOG_MAIL_URL="smtp://127.0.0.1:1" + FROM).exit_code == 1


def test_what_operators_do_is_in_the_audit_log(blogapp):  # noqa: F811
    blogapp("author", "add", "ada@example.com", "--password-stdin", stdin="a long quiet river 7\n")
    blogapp("author", "disable", "ada@example.com")

    lines = blogapp("audit", "--json").stdout.splitlines()
    events = [json.loads(line) for line in lines]
    assert [event["act"] for event in events] == ["author.disabled", "author.added"]
    assert {event["by"] for event in events} == {"operator"}
    assert "river" not in "".join(lines)
    plain = blogapp("audit", "--act", "author.disabled").stdout.split("\t")
    assert plain[3:5] == ["author.disabled", "ada <ada@example.com>\n"]
    assert blogapp("audit", "--since", "2999-01-01").stdout == ""
