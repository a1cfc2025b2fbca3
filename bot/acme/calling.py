"""How the company's parts call each other, and Sevbot: one request on a connection of its own."""

import http.client
from collections.abc import Mapping
from urllib.parse import urlsplit


def call(method: str, url: str, body: str | None, headers: Mapping[str, str], *, within: float) -> bool:
    """Whether a call is answered well, and soon enough. `within`: seconds."""
    address = urlsplit(url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=within)
    try:
        connection.request(method, address.path, body, {"Content-Type": "application/json", **headers})
        answer = connection.getresponse()
        answer.read()
    except (OSError, http.client.HTTPException):
        return False
    else:
        return answer.status < http.client.BAD_REQUEST
    finally:
        connection.close()
