"""A device with passkeys, in software: makes what a browser sends for it."""

import hashlib
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2 import cbor
from fido2.cose import ES256

PRESENT, VERIFIED, ELIGIBLE, BACKED_UP, ATTESTED = 0x01, 0x04, 0x08, 0x10, 0x40


class Device:
    """Keeps one passkey; what it says can be bent to what a test needs."""

    def __init__(self, *, origin="http://localhost", party="localhost", counts=True):
        self.origin, self.party, self.counts = origin, party, counts
        self.flags = PRESENT | VERIFIED
        self.count = 0
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = secrets.token_bytes(32)
        self.handle = None
        # What is said in the place of what is true.
        self.client = {}

    def create(self, options, **bent):
        """Answer to a registration: the JSON of a RegistrationResponse."""
        self.handle = options["user"]["id"]
        key = cbor.encode(dict(ES256.from_cryptography_key(self.key.public_key())))
        about = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + key
        data = self._data(ATTESTED) + about
        made = cbor.encode({"fmt": "none", "attStmt": {}, "authData": data})
        response = {
            "clientDataJSON": encoded(self._client("webauthn.create", options)),
            "attestationObject": encoded(made),
            "transports": ["internal", "hybrid"],
        }
        return self._said(response | bent)

    def get(self, options, **bent):
        """Answer to a sign-in: the JSON of an AuthenticationResponse."""
        self.count += self.counts
        client, data = self._client("webauthn.get", options), self._data()
        signed = data + hashlib.sha256(client).digest()
        response = {
            "clientDataJSON": encoded(client),
            "authenticatorData": encoded(data),
            "signature": encoded(self.key.sign(signed, ec.ECDSA(hashes.SHA256()))),
            "userHandle": self.handle,
        }
        return self._said(response | bent)

    def _client(self, kind, options):
        said = {"type": kind, "challenge": options["challenge"], "origin": self.origin}
        return json.dumps(said | {"crossOrigin": False} | self.client).encode()

    def _data(self, more=0):
        party = hashlib.sha256(self.party.encode()).digest()
        return party + bytes([self.flags | more]) + self.count.to_bytes(4, "big")

    def _said(self, response):
        id = encoded(self.id)
        return json.dumps({"id": id, "rawId": id, "type": "public-key", "response": response})


def encoded(data):
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def decoded(text):
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
