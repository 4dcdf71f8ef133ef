"""Where requests of the house may go, and that nothing can lead them elsewhere."""

from __future__ import annotations

import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldservice.errors import DeliveryError
from fieldservice.notify.outgoing import Outgoing, is_public, resolved
from tests.receiver import Receiver, Says

PRIVATE = [
    "127.0.0.1",
    "127.8.9.1",
    "0.0.0.0",
    "10.0.0.1",
    "172.16.3.4",
    "192.168.1.1",
    "169.254.169.254",
    "168.63.129.16",
    "192.0.0.192",
    "::ffff:192.0.0.192",
    "192.88.99.1",
    "100.64.0.1",
    "100.127.255.254",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "192.0.2.1",
    "198.18.0.1",
    "198.51.100.7",
    "::1",
    "::",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::127.0.0.1",
    "64:ff9b::10.1.2.3",
    "64:ff9b:1::1",
    "2002:7f00:1::",
    "2001:0:7f00:1::",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "fd12:3456::1",
    "fec0::1",
    "ff02::1",
    "2001:db8::1",
    "3fff::1",
    "not an address",
    "",
]
PUBLIC = ["1.1.1.1", "93.184.216.34", "2606:4700:4700::1111", "::ffff:1.1.1.1", "64:ff9b::1.1.1.1"]


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_of_a_machine_or_its_network_is_never_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_an_address_of_the_internet_is_public(address: str) -> None:
    assert is_public(address)


@given(st.ip_addresses(network="127.0.0.0/8") | st.ip_addresses(network="10.0.0.0/8"))
def test_no_writing_of_an_inner_address_hides_it(address: object) -> None:
    assert not is_public(str(address))
    assert not is_public(f"::ffff:{address}")
    assert not is_public(f"64:ff9b::{address}")


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org/",
        "file:///etc/passwd",
        "https://",
        "https:///path",
        "https://user:word@example.org/",
        "https://user@example.org/",
        "http://example.org/",
        "https://example.org:0/",
        "https://example.org:99999/",
        "https://[::1/",
        "https://example.org/a b",
        "https://example.org/\r\nX: y",
        "https://exa\x00mple.org/",
        "https://example.org\\@127.0.0.1/",
        "https://" + "a" * 3000,
        "javascript:alert(1)",
        "",
    ],
)
def test_an_address_that_is_no_plain_https_one_is_refused(url: str) -> None:
    with pytest.raises(DeliveryError) as refused:
        Outgoing(resolve=lambda host, port: ["1.1.1.1"]).refuse_unfit(url)
    assert refused.value.permanent


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "127.1", "[::1]", "[::ffff:7f00:1]"]
)
def test_the_own_machine_is_refused_however_it_is_written(host: str) -> None:
    with pytest.raises(DeliveryError) as refused:
        Outgoing().refuse_unfit(f"https://{host}/hook")
    assert refused.value.permanent
    assert "private network" in refused.value.sentence


def test_one_private_address_among_public_ones_is_one_too_many() -> None:
    mixed = Outgoing(resolve=lambda host, port: ["1.1.1.1", "127.0.0.1"])
    with pytest.raises(DeliveryError, match="private network"):
        mixed.refuse_unfit("https://example.org/")


def test_an_unknown_name_may_be_known_later() -> None:
    def nobody(host: str, port: int) -> list[str]:
        raise socket.gaierror("no such name")

    with pytest.raises(DeliveryError) as refused:
        Outgoing(resolve=nobody).refuse_unfit("https://example.org/")
    assert not refused.value.permanent


def test_a_name_that_turns_to_the_own_machine_leads_nowhere(receiver: Receiver) -> None:
    answers = iter([["1.1.1.1"], ["127.0.0.1"], ["127.0.0.1"]])

    def rebinding(host: str, port: int) -> list[str]:
        return next(answers)

    out = Outgoing(resolve=rebinding)
    url = f"https://rebinding.example:{receiver.port}/hook"
    out.refuse_unfit(url)
    with pytest.raises(DeliveryError, match="private network"):
        out.request("POST", url, b"{}", seconds=0.5)
    assert receiver.connections == 0
    assert len(list(answers)) == 1, "a name is asked for once a request"


def test_the_connection_goes_to_the_judged_address_with_the_name_told(receiver: Receiver) -> None:
    asked = []

    def once(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"]

    host = f"hooks.example:{receiver.port}"
    out = Outgoing(frozenset({host}), resolve=once)
    reply = out.request("POST", f"http://{host}/in?x=1", b"{}", {"X-One": "1"})
    assert reply.status == 200
    assert asked == ["hooks.example"]
    (got,) = receiver.got
    assert (got.path, got.headers["Host"], got.headers["X-One"]) == ("/in?x=1", host, "1")


def test_only_a_host_named_for_it_may_be_private(receiver: Receiver) -> None:
    out = Outgoing(frozenset({"127.0.0.1"}))
    assert out.request("POST", receiver.url, b"{}").status == 200
    other_port = Outgoing(frozenset({f"127.0.0.1:{receiver.port + 1}"}))
    with pytest.raises(DeliveryError, match="https"):
        other_port.request("POST", receiver.url, b"{}")
    assert resolved("127.0.0.1", 80) == ["127.0.0.1"]


def test_a_redirect_is_an_answer_and_not_followed(receiver: Receiver) -> None:
    receiver.says(Says.REDIRECT)
    reply = Outgoing(frozenset({"127.0.0.1"})).request("POST", receiver.url, b"{}")
    assert reply.status == 302
    assert receiver.connections == 1


def test_a_huge_answer_is_not_read_to_its_end(receiver: Receiver) -> None:
    receiver.says(Says.HUGE)
    reply = Outgoing(frozenset({"127.0.0.1"})).request("GET", receiver.url, most_bytes=1000)
    assert reply.status == 200
    assert len(reply.body) == 1000


@pytest.mark.parametrize("manner", [Says.SILENCE, Says.DRIP, Says.DRIP_HEADERS])
def test_who_takes_too_long_is_cut_off(receiver: Receiver, manner: Says) -> None:
    receiver.says(manner)
    with pytest.raises(DeliveryError, match="No answer in time") as late:
        Outgoing(frozenset({"127.0.0.1"})).request("POST", receiver.url, b"{}", seconds=0.4)
    assert not late.value.permanent


@pytest.mark.parametrize("manner", [Says.RESET, Says.HANG_UP, Says.NONSENSE])
def test_an_answer_that_is_none_is_a_failure_that_may_pass(
    receiver: Receiver, manner: Says
) -> None:
    receiver.says(manner)
    with pytest.raises(DeliveryError) as failed:
        Outgoing(frozenset({"127.0.0.1"})).request("POST", receiver.url, b"{}")
    assert not failed.value.permanent


def test_a_refused_connection_is_said_to_be_one() -> None:
    with socket.socket() as shut:
        shut.bind(("127.0.0.1", 0))
        port = shut.getsockname()[1]
        with pytest.raises(DeliveryError, match="refused"):
            Outgoing(frozenset({"127.0.0.1"})).request("POST", f"http://127.0.0.1:{port}/", b"")
