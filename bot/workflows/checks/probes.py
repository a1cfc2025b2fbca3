"""What checks try besides HTTP: ports, names, certificates."""

import ssl
from contextlib import closing
from datetime import datetime

from bot.config.checks import Dns, Tcp, Tls
from bot.workflows.checks.connecting import Connector, OutOfTime, StepFailed


def try_port(connector: Connector, tcp: Tcp) -> None:
    """Connect to a port. Raises `StepFailed` where that is not possible, `OutOfTime` where it takes too long."""
    connector.connect(tcp.host, tcp.port).close()


def try_name(connector: Connector, asked: Dns) -> None:
    """Resolve a name. Raises `StepFailed` where its answers are not those that are expected."""
    from dns import exception, resolver  # late: they take memory, and few checks need them

    if asked.server:
        connector.guard.require(asked.server)
    try:
        resolving = resolver.Resolver(configure=asked.server is None)
        if asked.server:
            resolving.nameservers, resolving.port = [asked.server], asked.port
        found = resolving.resolve(asked.name, asked.type, lifetime=connector.deadline.left(), search=False)
    except exception.Timeout:
        raise OutOfTime from None
    except resolver.NXDOMAIN:
        raise StepFailed(f"there is no name {asked.name}") from None
    except resolver.NoAnswer:
        raise StepFailed(f"{asked.name} has no record of type {asked.type}") from None
    except (exception.DNSException, OSError) as error:
        raise StepFailed(f"{asked.name} can't be resolved: {type(error).__name__}") from None
    answers = sorted(each.to_text().strip('"').removesuffix(".") for each in found)
    for each in asked.expect:
        if each.removesuffix(".") not in answers:
            raise StepFailed(f"expected {each} among the answers, got {', '.join(answers)}")


def expiry_of(connector: Connector, tls: Tls) -> datetime:
    """When the certificate that a server shows expires. Raises `StepFailed` where it is not trusted."""
    try:
        return _expiry(connector, tls, connector.context)
    except ssl.SSLCertVerificationError as error:
        raise StepFailed(f"its certificate is not trusted: {error.verify_message}{_expired(connector, tls)}") from None
    except TimeoutError:
        raise OutOfTime from None
    except (OSError, ValueError):  # ValueError: the certificate can't be read
        raise StepFailed("no encrypted connection could be made") from None


def _expired(connector: Connector, tls: Tls) -> str:
    """When one that is not trusted expires, in words, where it can be read."""
    lenient = ssl.create_default_context()
    lenient.check_hostname, lenient.verify_mode = False, ssl.CERT_NONE
    try:
        return f"; it expires on {_expiry(connector, tls, lenient):%Y-%m-%d at %H:%M UTC}"
    except (OSError, StepFailed, ValueError):
        return ""


def _expiry(connector: Connector, tls: Tls, context: ssl.SSLContext) -> datetime:
    from cryptography import x509  # late: it takes memory, and few checks need it

    plain = connector.connect(tls.host, tls.port)
    try:
        with closing(connector.secured(plain, tls.server_name or tls.host, context=context)) as connection:
            shown = connection.getpeercert(binary_form=True)
    finally:
        plain.close()
    if not shown:
        raise StepFailed("it shows no certificate")
    return x509.load_der_x509_certificate(shown).not_valid_after_utc
