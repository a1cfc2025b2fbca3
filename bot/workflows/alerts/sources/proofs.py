"""How senders prove who they are: all compare in constant time, and with every secret that is valid now."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from datetime import timedelta

from bot.workflows.alerts.sources.alert import Proof

WINDOW = timedelta(minutes=5)
"""How far a sender's clock may be from ours, where it signs the time."""
SECRET_HEADER = "x-sevbot-secret"  # noqa: S105 - a header's name


def by_secret(proof: Proof, headers: Mapping[str, str], _body: bytes) -> bool:
    """The secret itself: as a bearer token, as the password of any user name, or in a header of its own."""
    scheme, _, given = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return _is_one_of(given.strip(), proof.secrets)
    if scheme.lower() == "basic":
        return _is_one_of(_password(given), proof.secrets)
    return _is_one_of(headers.get(SECRET_HEADER, ""), proof.secrets)


def signatures(secrets: Iterable[str], content: bytes) -> list[str]:
    """The HMAC-SHA256 of the content with each secret, in hexadecimal."""
    return [hmac.new(secret.encode(), content, hashlib.sha256).hexdigest() for secret in secrets]


def is_signed(given: Iterable[str], secrets: Iterable[str], content: bytes) -> bool:
    """Whether one of the signatures given is that of the content with one of the secrets."""
    expected = signatures(secrets, content)
    return any([_is_one_of(each, expected) for each in given])  # noqa: C419 - every one is compared, so that time tells nothing


def is_recent(proof: Proof, seconds: str) -> bool:
    """Whether a time that was signed, in seconds since 1970, is about now."""
    try:
        return abs(proof.now.timestamp() - float(seconds)) <= WINDOW.total_seconds()
    except ValueError:
        return False


def _is_one_of(given: str, expected: Iterable[str]) -> bool:
    return any([hmac.compare_digest(given.encode(), each.encode()) for each in expected])  # noqa: C419 - as above


def _password(given: str) -> str:
    try:
        return base64.b64decode(given.strip(), validate=True).decode().partition(":")[2]
    except (binascii.Error, ValueError):
        return ""
