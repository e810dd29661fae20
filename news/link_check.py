"""Looking at pages outside, at night, to see whether the links of our stories still open.

The addresses come from whoever writes stories, so this must never become a way into the office's own network:
only http and https on their ports; every name is resolved by us, refused if any of its addresses is not on the
public internet, and the connection goes to exactly the address that was looked at, redirects included. Nothing is
sent but the request, and nothing of a page is kept.
"""

import http.client
import ipaddress
import logging
import socket
import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote, urljoin, urlsplit

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from news.models import ExternalLink
from news.models.external_link import ExternalLinkQuerySet

logger = logging.getLogger(__name__)

Status = ExternalLink.Status

MAX_REDIRECTS = 5
# Seconds: for each step of a connection, and for one request whatever its server does.
STEP_TIMEOUT = 8.0
REQUEST_DEADLINE = 15.0
# Seconds: for one link with all its redirects, and for the piece of work of one tick.
LINK_DEADLINE = 30.0
PIECE = 25.0
# Seconds between two requests to one host, and how many of its pages are looked at in one night.
PAUSE = 1.0
PER_HOST = 50
# When nothing answered, so many pages that did at other times tell whether it was our own connection.
WITNESSES = 3

PORTS = {"http": 80, "https": 443}

# Networks that Python's ipaddress of some version takes for public, or that wrap another address.
_NOT_PUBLIC = [
    ipaddress.ip_network(network)
    for network in (
        "0.0.0.0/8",
        "100.64.0.0/10",  # carrier-grade NAT (RFC 6598)
        "192.0.0.0/24",
        "192.88.99.0/24",  # 6to4 relays
        "198.18.0.0/15",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "::/96",  # IPv4 written as IPv6, as of old
        "64:ff9b::/96",  # NAT64: the IPv4 address inside may be anything
        "64:ff9b:1::/48",
        "100::/64",
        "2001::/23",  # Teredo and other protocol assignments
        "2001:db8::/32",
        "2002::/16",  # 6to4
        "3fff::/20",
        "5f00::/16",
        "fc00::/7",
        "fe80::/10",
        "fec0::/10",
        "ff00::/8",
    )
]

Resolver = Callable[[str, int], list[str]]
Connector = Callable[[tuple[str, int], float], socket.socket]


@dataclass(frozen=True)
class Outcome:
    """How an address was found; the words are for the official."""

    status: ExternalLink.Status
    words: str
    answered: bool = False


class Refused(Exception):
    """An address that must not be asked; the message is for the official."""


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet, also when it is wrapped into an IPv6 address."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    if any(ip.version == network.version and ip in network for network in _NOT_PUBLIC):
        return False
    return ip.is_global and not ip.is_multicast


def resolve(host: str, port: int) -> list[str]:
    """All addresses of a host. Raises OSError if it has none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class _PinnedConnection(http.client.HTTPConnection):
    """A connection to the one address that was looked at; cut off when its time is over."""

    def __init__(
        self, host: str, port: int, address: str, connect: Connector, secure: bool
    ) -> None:
        super().__init__(host, port, timeout=STEP_TIMEOUT)
        self._address = address
        self._connect = connect
        self._secure = secure
        # A server that sends one byte a second never runs into a timeout of the socket.
        self._watch = threading.Timer(REQUEST_DEADLINE, self._cut)
        self._watch.daemon = True

    def connect(self) -> None:
        self._watch.start()
        self.sock = self._connect((self._address, self.port), STEP_TIMEOUT)
        if self._secure:
            context = ssl.create_default_context()
            self.sock = context.wrap_socket(
                self.sock, server_hostname=self.host, do_handshake_on_connect=False
            )
            self.sock.do_handshake()

    def _cut(self) -> None:
        if self.sock:
            try:
                socket.socket.shutdown(self.sock, socket.SHUT_RDWR)
            except OSError:
                logger.debug("the connection to %s was closed already", self._address)

    def close(self) -> None:
        self._watch.cancel()
        super().close()


@dataclass(frozen=True)
class Inspector:
    """Opens pages. Tests give it another resolver and connector, and it never sees the network."""

    resolve: Resolver = resolve
    connect: Connector = socket.create_connection
    sleep: Callable[[float], None] = time.sleep

    def look_at(self, url: str) -> Outcome:
        """How this address is found, after at most MAX_REDIRECTS redirects. Raises nothing."""
        ends_at = time.monotonic() + LINK_DEADLINE
        try:
            for _ in range(MAX_REDIRECTS + 1):
                if time.monotonic() > ends_at:
                    raise TimeoutError
                status, location = self._ask("HEAD", url)
                if status >= 400:
                    # Many servers know no HEAD, and say so in many ways, "not found" among them.
                    status, location = self._ask("GET", url)
                if not 300 <= status < 400 or not location:
                    return _judge(status)
                url = urljoin(url, location)
        except Refused as refusal:
            return Outcome(Status.REFUSED, str(refusal))
        except socket.gaierror:
            return Outcome(Status.FAILING, "Không tìm thấy máy chủ của địa chỉ này")
        except ssl.SSLCertVerificationError:
            # Browsers fetch a missing link of the chain, Python does not: no proof that readers are refused.
            return Outcome(Status.UNCLEAR, "Chứng thư bảo mật của trang không kiểm tra được", True)
        except TimeoutError:
            return Outcome(Status.FAILING, "Máy chủ không trả lời kịp")
        except (OSError, http.client.HTTPException, UnicodeError, ValueError):
            return Outcome(Status.FAILING, "Không kết nối được đến máy chủ")
        return Outcome(Status.UNCLEAR, "Trang chuyển hướng quá nhiều lần", True)

    def _ask(self, method: str, url: str) -> tuple[int, str]:
        """The status and the Location of one answer. Raises Refused, OSError, HTTPException, ValueError."""
        parts = urlsplit(url)
        host, port = (parts.hostname or "").encode("idna").decode(), parts.port
        if parts.scheme not in PORTS or not host or port not in {None, PORTS[parts.scheme]}:
            raise Refused("Địa chỉ không phải trang web thông thường")
        if parts.username is not None or parts.password is not None:
            raise Refused("Địa chỉ có tên đăng nhập")
        port = PORTS[parts.scheme]
        addresses = self.resolve(host, port)
        if not addresses or not all(map(is_public, addresses)):
            raise Refused("Địa chỉ thuộc mạng nội bộ")
        target = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
        if parts.query:
            target += f"?{quote(parts.query, safe='/%:@!$&()*+,;=~-._?')}"
        connection = _PinnedConnection(
            host, port, addresses[0], self.connect, parts.scheme == "https"
        )
        try:
            connection.request(
                method,
                target,
                headers={
                    "User-Agent": f"Mozilla/5.0 (compatible; link check of {settings.SITE_URL})",
                    "Accept": "*/*",
                    "Connection": "close",
                },
            )
            answer = connection.getresponse()
            return answer.status, answer.headers.get("Location", "")
        finally:
            connection.close()


def _judge(status: int) -> Outcome:
    """What an answer's number means for readers."""
    if status < 400:
        return Outcome(Status.FINE, "", True)
    if status in {404, 410}:
        return Outcome(Status.GONE, f"Trang không còn (mã {status})", True)
    if status >= 500:
        return Outcome(Status.FAILING, f"Máy chủ báo lỗi (mã {status})", True)
    # 401, 403, 429 and their like are said to machines; a reader may well be let in.
    return Outcome(Status.UNCLEAR, f"Máy chủ không cho kiểm tra (mã {status})", True)


def check_external_links(
    limit: int = 300, *, seconds: float = PIECE, inspector: Inspector | None = None
) -> Counter[str]:
    """Look at up to `limit` addresses of public stories for up to `seconds`; how many were found in which status.

    Safe to call again and again: an address is looked at once a night, those that wait longest first. If our own
    connection is down, nothing is recorded.
    """
    inspector = inspector or Inspector()
    ends_at = time.monotonic() + seconds
    asked: Counter[str] = Counter()
    asked_at: dict[str, float] = {}
    found: list[tuple[ExternalLink, Outcome]] = []
    due: ExternalLinkQuerySet = ExternalLink.objects.published().due(now=timezone.now())
    for link in due[:limit]:
        if time.monotonic() >= ends_at:
            break
        host = urlsplit(link.url).hostname or ""
        if asked[host] >= PER_HOST:
            continue
        since = time.monotonic() - asked_at.get(host, float("-inf"))
        if since < PAUSE:
            inspector.sleep(PAUSE - since)
        found.append((link, inspector.look_at(link.url)))
        asked[host] += 1
        asked_at[host] = time.monotonic()
    failed = any(outcome.status == Status.FAILING for _, outcome in found)
    answered = any(outcome.answered for _, outcome in found)
    if failed and not answered and not _is_connected(inspector):
        logger.warning("no page outside answers, nothing is recorded")
        return Counter()
    with transaction.atomic():
        for link, outcome in found:
            link.record(outcome.status, outcome.words)
    return Counter(outcome.status.value for _, outcome in found)


def _is_connected(inspector: Inspector) -> bool:
    """Whether a page answers that did at other times; if none ever did, there is no proof of a connection."""
    witnesses = ExternalLink.objects.filter(status=Status.FINE).order_by("-checked_at")[:WITNESSES]
    return any(inspector.look_at(link.url).answered for link in witnesses)
