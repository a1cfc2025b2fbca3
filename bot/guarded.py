"""Sessions of `requests` that look at the address of each connection they make.

Nothing imports this before the first call is made: the library takes 5 MB, and a bot that calls no vendor never needs it.
"""

import socket
import ssl
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.exceptions import InvalidURL, RequestException, TooManyRedirects
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError

from bot.addresses import AddressRefused, Reach, is_allowed

REDIRECTS = 5
NEVER_CONNECTED = (NewConnectionError, ConnectTimeoutError, ssl.SSLCertVerificationError)
"""What ends a call before anything of it was sent."""
UNUSABLE = (TooManyRedirects, InvalidURL, ValueError)
"""What an address leads to that is none, or leads nowhere."""
FAILED = (RequestException, HTTPError, OSError)


def session(reach: Reach) -> requests.Session:
    """A session for one call: with its own connection, and nothing from the environment (proxies, `.netrc`)."""
    made = requests.Session()
    made.trust_env = False
    made.max_redirects = REDIRECTS
    adapter = _GuardedAdapter(reach)
    for scheme in ("https://", "http://"):
        made.mount(scheme, adapter)
    return made


class _GuardedAdapter(HTTPAdapter):
    """Looks at the address of each connection, once it is made and before anything is sent: names may change their mind."""

    def __init__(self, reach: Reach) -> None:
        self._reach = reach
        super().__init__()

    def init_poolmanager(self, *args: Any, **named: Any) -> None:
        super().init_poolmanager(*args, **named)
        reach = self._reach

        class Plain(HTTPConnection):
            def _new_conn(self) -> socket.socket:
                return _guarded(super()._new_conn(), reach)

        class Secure(HTTPSConnection):
            def _new_conn(self) -> socket.socket:
                return _guarded(super()._new_conn(), reach)

        class PlainPool(HTTPConnectionPool):
            ConnectionCls = Plain

        class SecurePool(HTTPSConnectionPool):
            ConnectionCls = Secure

        self.poolmanager.pool_classes_by_scheme = {"http": PlainPool, "https": SecurePool}


def _guarded(connection: socket.socket, reach: Reach) -> socket.socket:
    if not is_allowed(connection.getpeername()[0], reach):
        connection.close()
        raise AddressRefused
    return connection
