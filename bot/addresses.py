"""Which addresses may be spoken to."""

import ipaddress
from enum import StrEnum

CARRIERS = tuple(map(ipaddress.ip_network, ("64:ff9b::/96", "::ffff:0:0:0/96", "::/96")))
"""Addresses of version 6 whose last four bytes are one of version 4: NAT64's, translated ones, and those of old."""
INNER = tuple(map(ipaddress.ip_network, ("64:ff9b:1::/48", "fec0::/10")))
"""What leads somewhere in the house, though Python takes it for public."""


class Reach(StrEnum):
    """Which addresses may be spoken to."""

    PUBLIC = "public"
    PRIVATE = "private"
    """Also those of private networks: where an operator has named the endpoint himself."""
    LOOPBACK = "loopback"
    """This machine, and nothing else: the demo's endpoints."""


class AddressRefused(Exception):  # noqa: N818
    """The address that was connected to may not be spoken to."""


def meant(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """The address that an IP address leads to: some of version 6 carry one of version 4."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        carried = ip.ipv4_mapped or ip.sixtofour
        if int(ip) > 1 and any(ip in each for each in CARRIERS):  # :: and ::1 are what they are
            carried = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        return carried or ip
    return ip


def is_allowed(address: str, reach: Reach) -> bool:
    """Whether an IP address may be spoken to. Addresses that carry another one are judged by that."""
    ip = meant(address)
    if reach is Reach.LOOPBACK:
        return ip.is_loopback
    if any(ip in each for each in INNER):
        return reach is Reach.PRIVATE
    if ip.is_global:
        return not ip.is_multicast
    is_special = ip.is_loopback or ip.is_link_local or ip.is_unspecified or ip.is_multicast or ip.is_reserved
    return reach is Reach.PRIVATE and ip.is_private and not is_special
