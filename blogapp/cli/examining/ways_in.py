"""How readers come in: the public address, its certificate, the proxy in front."""

import http.client
import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from flask import Flask

from blogapp.web.clock import now

# Seconds for which the public address may think, and within which clocks may differ.
PATIENCE = 3.0
DRIFT = 30
# Days before its end at which a certificate should long be renewed.
SOON = 14


def check_address(app: Flask) -> Iterator[tuple[str, str]]:
    """Say by which address readers come, and whether it leads here."""
    url = app.config["PUBLIC_URL"]
    if app.config["SECURE"]:
        yield "ok", f"readers come to {url}"
    elif app.config["TRUSTED_HOSTS"] == [app.config["TRUSTED_HOSTS"][0]]:
        yield "warning", f"{url} is http: passwords and cookies travel in clear; use https"
    else:
        yield "ok", f"{url} is for this machine alone; set BLOG_PUBLIC_URL to the public address"
        return
    yield from _ask(url)


def check_proxy(app: Flask) -> Iterator[tuple[str, str]]:
    """Say whether the blog knows who asks."""
    trusted = app.config["TRUSTED_PROXIES"]
    host = app.config["HOST"]
    is_near = host in {"localhost", "::1"} or host.startswith("127.")
    if trusted and not is_near:
        yield (
            "warning",
            f"BLOG_TRUSTED_PROXIES is believed on {host}: let nobody but the proxy reach that "
            "port, or others say who they are",
        )
    elif not trusted and app.config["SECURE"]:
        yield (
            "warning",
            "no proxy is trusted, so everybody seems to come from it: name its address in "
            "BLOG_TRUSTED_PROXIES",
        )
    else:
        yield "ok", "proxies: the blog knows who asks" if trusted else "proxies: none"


def _ask(url: str) -> Iterator[tuple[str, str]]:
    parts = urlsplit(url)
    host = parts.hostname or ""
    way = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = way(host, parts.port, timeout=PATIENCE)
    try:
        connection.connect()
        if isinstance(connection.sock, ssl.SSLSocket):
            yield from _check_certificate(connection.sock, host)
        connection.request("GET", f"{parts.path}/healthz", headers={"User-Agent": "blogapp doctor"})
        answer = connection.getresponse()
        body = answer.read(1000)
        told = answer.headers.get("Date", "")
    except ssl.SSLCertVerificationError as error:
        yield "problem", f"the certificate of {host} is not accepted ({error.verify_message})"
        return
    except socket.gaierror:
        yield "problem", f"{host} is no name that is known here: does its DNS entry exist?"
        return
    except (OSError, http.client.HTTPException) as error:
        yield (
            "warning",
            f"{url} does not answer from here ({error}): do the proxy and the blog run?",
        )
        return
    finally:
        connection.close()
    if answer.status == 200 and body.split()[:1] in ([b"ok"], [b"degraded"]):
        yield "ok", f"{url} answers"
    else:
        said = f"{url} answers {answer.status}, and not as this blog does"
        yield "warning", f"{said}: does the proxy lead here?"
    yield from _check_date(told, host)


def _check_certificate(connection: ssl.SSLSocket, host: str) -> Iterator[tuple[str, str]]:
    about = connection.getpeercert() or {}
    ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(about["notAfter"])), UTC)
    days = (ends - now()).days
    said = f"the certificate of {host} is good for {days} days"
    if days < SOON:
        yield "warning", f"{said}: does whoever renews it run?"
    else:
        yield "ok", said


def _check_date(told: str, host: str) -> Iterator[tuple[str, str]]:
    try:
        apart = abs((parsedate_to_datetime(told) - now()).total_seconds())
    except ValueError:
        return
    if apart > DRIFT:
        said = f"the clock here and that of {host} are {apart:.0f} seconds apart"
        yield "warning", f"{said}: is the time synchronised (timedatectl)?"
