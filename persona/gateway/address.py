"""Whose address a request comes from. `X-Forwarded-For` counts only as far as trusted proxies wrote it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network


def networks(names: Iterable[object]) -> tuple[Network, ...]:
    """The networks of `trusted_proxies`; RAISES ValueError with the entry that is none."""
    found = []
    for name in names:
        try:
            found.append(ip_network(str(name).strip(), strict=False))
        except ValueError:
            raise ValueError(f"credentials.yml：trusted_proxies 里的 {name!r} 不是 IP 或网段；例如 10.0.0.0/8、::1。") from None
    return tuple(found)


def client_address(peer: str, forwarded: str | None, trusted: Sequence[Network]) -> str:
    """The address to count by: the peer, or behind trusted proxies the last address they did not add themselves.

    An IPv6 customer has a whole /64, so that is what is counted.
    """
    address = _parsed(peer)
    for entry in reversed((forwarded or "").split(",")):
        if address is None or not any(address in network for network in trusted if network.version == address.version):
            break
        further = _parsed(entry)
        if further is None:
            break
        address = further
    if address is None:
        return peer or "unknown"
    if isinstance(address, IPv6Address):
        return str(ip_network(f"{address}/64", strict=False))
    return str(address)


def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text.strip().strip("[]"))
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
