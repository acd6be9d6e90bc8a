"""What several workers of one server count and write, as a real one does it."""

import http.client
import json
import os
import signal
import socket

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.crowds import HOST, Gunicorn, until


class Served(Gunicorn):
    """gunicorn with two workers that count, and tell of each request."""

    def ask(self, path):
        connection = http.client.HTTPConnection(HOST, self.port, timeout=60)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode("utf-8", "replace")
        finally:
            connection.close()

    def shout(self, text):
        """Send what is no request."""
        with socket.create_connection((HOST, self.port), timeout=60) as connection:
            connection.sendall(text)
            return connection.recv(100).split(b"\r\n")[0]

    def figures(self):
        """Every figure by its name and labels."""
        status, text = self.ask("/metrics")
        assert status == 200, text[-1500:]
        return {
            (sample.name.removeprefix("blog_"), *sorted(sample.labels.values())): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }

    def counting(self):
        return {int(key[1]) for key in self.figures() if key[0] == "worker_memory_bytes"}

    def lines(self):
        """Every line of the log; the last one may be being written."""
        whole = self.log.read_text().rpartition("\n")[0]
        return [json.loads(line) for line in whole.splitlines()]

    def requests(self):
        return [line for line in self.lines() if "route" in line]


@pytest.fixture
def served(app, make_post, tmp_path):
    make_post("A lease", slug="a-lease")
    settings = {"BLOG_ACCESS_LOG": "1", "BLOG_LOG": "json", "BLOG_METRICS_ALLOW": HOST}
    with Served(app, tmp_path, **settings) as served:
        yield served


def test_all_workers_count_as_one_through_kills_and_reloads(served):
    post = ("http_requests_total", "/posts/<slug>", "200", "GET")
    for _ in range(40):
        assert served.ask("/posts/a-lease")[0] == 200
    until(lambda: served.figures().get(post) == 40)
    first = served.counting()

    os.kill(min(first), signal.SIGKILL)
    until(lambda: len(served.counting() - first) == 1)
    for _ in range(10):
        served.ask("/posts/a-lease")
    until(lambda: served.figures().get(post) == 50)
    second = served.counting()
    served.signal(signal.SIGHUP)
    until(lambda: len(served.counting() - second) == 2)
    until(lambda: served.counting().isdisjoint(second))
    until(lambda: served.figures()[("workers",)] == 2)

    told = served.figures()
    assert told[post] == 50
    assert told["http_request_duration_seconds_count", "/posts/<slug>"] == 50

    # The log tells of the same.
    served.ask("/nothing%0Ahere%1b[2J?q=typed&tag=sql")
    until(lambda: any("nothing" in line["path"] for line in served.requests()))
    odd = next(line for line in served.requests() if "nothing" in line["path"])
    assert (odd["path"], odd["status"]) == ("/nothing\nhere\x1b[2J?…&tag=sql", 404)
    lines = [line for line in served.requests() if line["route"] == "/posts/<slug>"]
    # A killed worker takes along what it had gathered in a moment.
    assert 45 <= len({line["request"] for line in lines}) == len(lines) <= 50
    assert {line["cache"] for line in lines} <= {"made", "hit"}

    # What is no request is told without a word of it, and without who sent it.
    assert b"400" in served.shout(b"GET /reset/SECRETSECRETSECRETSECRET HTTP/9.9\r\n\r\n")
    until(lambda: "refused unread" in served.log.read_text())
    assert all(line["time"] for line in served.lines())
    told = [line["message"] for line in served.lines() if line not in served.requests()]
    assert not any("SECRET" in words or HOST in words for words in told)

    # Nothing is left of a server that ends.
    served.stop()
    assert served.process.returncode == 0
