"""Mail servers: a real one on a port of its own, and some that misbehave."""

import socket
import ssl
import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from ipaddress import ip_address

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from blogapp.mailing.servers import MailServer


class Mailbox:
    """What arrived, in order, and what the server is to say instead of taking it."""

    def __init__(self):
        self.mails, self.recipients, self.refusal = [], [], ""

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.refusal.startswith(("4", "5")) and "data" not in self.refusal:
            return self.refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if "data" in self.refusal:
            return self.refusal
        self.recipients.append(tuple(envelope.rcpt_tos))
        self.mails.append(message_from_bytes(envelope.content, policy=default))
        return "250 2.0.0 taken as 4711"

    @property
    def subjects(self):
        return [mail["Subject"] for mail in self.mails]


class Known:
    """One user with one password."""

    def __call__(self, server, session, envelope, mechanism, data):
        is_right = (data.login, data.password) == (b"ada@example.com", b"p:w/d@\xc3\xa9")
        return AuthResult(success=is_right, handled=False)


class OnAnyPort(Controller):
    """Names the port that the system chose."""

    def factory(self):
        return SMTP(self.handler, **self.SMTP_kwargs)

    def _trigger_server(self):
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@pytest.fixture
def mailbox():
    return Mailbox()


@pytest.fixture
def serve_mail(mailbox):
    """Start a server: ``serve_mail(**options)`` returns its port."""
    running = []

    def start(**options):
        controller = OnAnyPort(mailbox, hostname="127.0.0.1", port=0, **options)
        controller.start()
        running.append(controller)
        return controller.port

    yield start
    for controller in running:
        controller.stop()


@pytest.fixture
def certified(tmp_path):
    """A server's TLS for 127.0.0.1, and the file of the certificate that vouches for it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail of a test")])
    begin = datetime.now(UTC) - timedelta(days=1)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + timedelta(days=3))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    file, own = tmp_path / "ca.pem", tmp_path / "server.pem"
    file.write_bytes(made.public_bytes(Encoding.PEM))
    own.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + file.read_bytes()
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own)
    return context, file


@pytest.fixture
def misbehave():
    """A server that says what a function says: ``misbehave(talk)`` returns its port."""
    listening, stop = [], threading.Event()

    def start(talk):
        server = socket.create_server(("127.0.0.1", 0))
        listening.append(server)

        def serve():
            while not stop.is_set():
                try:
                    connection, _address = server.accept()
                except OSError:
                    return
                with connection:
                    connection.settimeout(10)
                    with suppress(OSError):
                        talk(connection, stop)

        threading.Thread(target=serve, daemon=True).start()
        return server.getsockname()[1]

    yield start
    stop.set()
    for server in listening:
        server.close()


def server_at(port, *, user="", scheme="smtp", **options):
    """The server on a port of this machine, from the blog's address."""
    said = {"from": "Blog <blog@example.com>"} | options
    query = "&".join(f"{name}={value}" for name, value in said.items())
    at = f"{user}@" if user else ""
    return MailServer.parse(f"{scheme}://{at}127.0.0.1:{port}?{query}")
