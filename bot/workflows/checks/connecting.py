"""Connects checks with what they try: within their time, and only to addresses they may speak to.

A name is resolved once, its addresses are looked at, and one of those is connected to: a name that changes its mind meanwhile
changes nothing. Nothing of the environment (proxies) plays a part.
"""

import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Sequence
from functools import cache
from typing import Any

from bot.addresses import Reach, is_allowed, meant

MOST_ADDRESSES = 4


class StepFailed(Exception):  # noqa: N818
    """A check did not find what it must: `said` tells what it was in a sentence without its full stop."""

    def __init__(self, said: str) -> None:
        super().__init__(said)
        self.said = said


class OutOfTime(TimeoutError):  # noqa: N818
    """A run's time is over."""


class Deadline:
    """Until when a run must be over, whatever it waits for."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._until = time.monotonic() + seconds

    def left(self) -> float:
        """Seconds that are left. Raises `OutOfTime` where none are."""
        left = self._until - time.monotonic()
        if left <= 0:
            raise OutOfTime
        return left

    def renew(self) -> None:
        """Give the same time once more: to clean up."""
        self._until = time.monotonic() + self.seconds

    @property
    def is_over(self) -> bool:
        return time.monotonic() >= self._until

    @property
    def missed(self) -> StepFailed:
        """What is said of what came too late."""
        return StepFailed(f"no full answer within {self.seconds:g} s")


class Guard:
    """Which addresses may be spoken to: public ones, and those of networks that are listed."""

    def __init__(self, networks: Sequence[str]) -> None:
        self._networks = [ipaddress.ip_network(each) for each in networks]

    def allows(self, address: str) -> bool:
        """Whether an IP address may be spoken to."""
        ip = meant(address)
        listed = any(ip.version == network.version and ip in network for network in self._networks)
        return listed or is_allowed(address, Reach.PUBLIC)

    def require(self, address: str) -> None:
        """Raise `StepFailed` where it may not."""
        if not self.allows(address):
            raise StepFailed(
                f"it leads to {meant(address)}, which checks may not speak to: list it in checks.allowed_networks"
            )


class TimedSocket(socket.socket):
    """A socket that waits for its deadline and no longer, however slowly bytes trickle in."""

    deadline: Deadline

    def recv_into(self, *args: Any, **named: Any) -> int:
        self.settimeout(self.deadline.left())
        return super().recv_into(*args, **named)

    def sendall(self, *args: Any, **named: Any) -> None:
        self.settimeout(self.deadline.left())
        super().sendall(*args, **named)


class TimedTlsSocket(ssl.SSLSocket):
    """The same, encrypted."""

    deadline: Deadline | None = None
    """None: it is shaking hands, which one time-out covers as a whole."""

    def recv_into(self, *args: Any, **named: Any) -> int:
        if self.deadline:
            self.settimeout(self.deadline.left())
        return super().recv_into(*args, **named)

    def sendall(self, *args: Any, **named: Any) -> None:
        if self.deadline:
            self.settimeout(self.deadline.left())
        super().sendall(*args, **named)


@cache
def trust() -> ssl.SSLContext:
    """Whom this machine trusts, read once: `SSL_CERT_FILE` may name other authorities."""
    return timed(ssl.create_default_context())


def timed(context: ssl.SSLContext) -> ssl.SSLContext:
    """Let the sockets of a context keep their deadlines."""
    context.sslsocket_class = TimedTlsSocket
    return context


class Connector:
    """Connects, within the time of one run."""

    def __init__(self, guard: Guard, deadline: Deadline, context: ssl.SSLContext | None = None) -> None:
        self.guard = guard
        self.deadline = deadline
        self._context = context

    @property
    def context(self) -> ssl.SSLContext:
        return self._context or trust()

    def connect(self, host: str, port: int) -> TimedSocket:
        """A connection to one of the host's addresses. Raises `StepFailed`, or `OutOfTime`."""
        addresses = self._resolve(host, port)
        for _, address in addresses:
            self.guard.require(address[0])
        reason = ""
        for family, address in addresses[:MOST_ADDRESSES]:
            try:
                made = TimedSocket(family, socket.SOCK_STREAM)
            except OSError as error:  # a machine without IPv6 has no sockets for it
                reason = error.strerror or type(error).__name__
                continue
            made.deadline = self.deadline
            try:
                made.settimeout(self.deadline.left())
                made.connect(address)
                made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            except OSError as error:
                made.close()
                if self.deadline.is_over or isinstance(error, TimeoutError):
                    raise OutOfTime from None
                reason = error.strerror or type(error).__name__
            else:
                return made
        raise StepFailed(f"{host}:{port} can't be connected to: {reason}")

    def secured(self, connection: TimedSocket, name: str, *, context: ssl.SSLContext | None = None) -> ssl.SSLSocket:
        """The same connection, encrypted, with a certificate for that name."""
        connection.settimeout(self.deadline.left())
        name = name.rstrip(".")
        try:
            name.encode("idna")
        except UnicodeError:
            raise StepFailed(f"there can be no certificate for {name}") from None
        made = (context or self.context).wrap_socket(connection, server_hostname=name)
        if isinstance(made, TimedTlsSocket):
            made.deadline = self.deadline
        return made

    def _resolve(self, host: str, port: int) -> list[tuple[int, Any]]:
        """The host's addresses. The system's resolver can't be told how long it may take, so it is left alone."""
        found: list[tuple[int, Any]] = []

        def resolve() -> None:
            try:
                infos = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
            except (OSError, UnicodeError):
                return
            found.extend((family, address) for family, _, _, _, address in infos)

        try:
            ipaddress.ip_address(host.strip("[]"))
        except ValueError:
            resolving = threading.Thread(target=resolve, name="checks-resolving", daemon=True)
            resolving.start()
            resolving.join(self.deadline.left())
            if resolving.is_alive():
                raise OutOfTime from None
        else:
            resolve()
        if not found:
            raise StepFailed(f"{host} can't be resolved")
        return found
