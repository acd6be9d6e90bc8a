import socketserver
import threading
from ipaddress import ip_network

import pytest

LOOPBACK = (ip_network("127.0.0.0/8"),)
PNG = b"\x89PNG\r\n\x1a\n"


def answer(body=PNG, kind="image/png", status="200 OK", **headers):
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}"]
    lines += [f"Content-Type: {kind}"] * bool(kind)
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def leads_to(address):
    return answer(b"", status="302 Found", Location=address)


def endless(stop):
    yield b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nTransfer-Encoding: chunked\r\n\r\n"
    while not stop.is_set():
        yield b"1000\r\n" + b"x" * 4096 + b"\r\n"


def silent(stop):
    stop.wait(20)
    yield b""


def dripping(stop):
    yield b"HTTP/1.1 200 OK\r\nX-Long: "
    while not stop.wait(0.02):
        yield b"x"


@pytest.fixture
def serve():
    """Serve raw answers by path on 127.0.0.1; returns the port and the requests that came."""
    stop, servers = threading.Event(), []

    def start(answers):
        requests = []

        class Handler(socketserver.StreamRequestHandler):
            def handle(self):
                head = b""
                while not head.endswith(b"\r\n\r\n"):
                    head += self.rfile.readline() or b"\r\n\r\n"
                if not head.startswith((b"GET ", b"POST ")):
                    return  # who speaks TLS is answered nothing
                lengths = [line for line in head.split(b"\r\n") if line.startswith(b"Content-Len")]
                body = self.rfile.read(int(lengths[0].split()[1])) if lengths else b""
                requests.append((head + body).decode())
                found = answers[head.split()[1].decode()]
                for piece in [found] if isinstance(found, bytes) else found(stop):
                    try:
                        self.wfile.write(piece)
                    except OSError:
                        return

        server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        servers.append(server)
        return server.server_address[1], requests

    yield start
    stop.set()
    for server in servers:
        server.shutdown()
        server.server_close()
