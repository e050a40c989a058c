"""Shared access signatures are really checked."""

import time

import pytest
from azure.eventhub._pyamqp.utils import generate_sas_token

from transport.local.event_hubs import sas
from transport.local.event_hubs.refusals import UnauthorizedError

KEYS = {"read.er-1_x": "schlüssel+/="}
HOUR = int(time.time()) + 3600


def _token(audience="sb://host:1/orders", name="read.er-1_x", key="schlüssel+/=", expires=HOUR):
    return generate_sas_token(audience, name, key, expires)


def test_a_token_the_sdk_signed_is_good():
    grant = sas.verify(_token(), KEYS)
    assert (grant.path, grant.expires) == ("orders", HOUR)


@pytest.mark.parametrize(
    ("token", "reason"),
    [
        (_token(key="other"), "not signed with the key"),
        (_token(name="other"), "a key that does not exist"),
        (_token(expires=1), "has expired"),
        (_token().replace(str(HOUR), str(HOUR + 1)), "not signed with the key"),
        (_token().replace("orders", "claims"), "not signed with the key"),
        (_token().partition("&")[0], "lacks one of"),
        ("eyJhbGciOi", "no shared access signature"),
        ("", "no shared access signature"),
    ],
    ids=["key", "name", "expired", "later", "moved", "cut", "JWT", "empty"],
)
def test_a_token_that_is_not_good_is_refused(token, reason):
    with pytest.raises(UnauthorizedError, match=reason):
        sas.verify(token, KEYS)


@pytest.mark.parametrize(
    ("granted", "wanted", "covered"),
    [
        ("orders", "sb://host/orders", True),
        ("orders", "amqps://other:5671/Orders/ConsumerGroups/$Default/Partitions/0", True),
        ("orders", "orders", True),
        ("orders", "sb://host/orders-2", False),
        ("orders", "sb://host/", False),
        ("orders/Partitions/1", "sb://host/orders", False),
        ("", "sb://host/anything/below", True),
    ],
)
def test_a_grant_covers_what_is_at_and_below_its_path(granted, wanted, covered):
    assert sas.Grant(granted, HOUR).covers(wanted) is covered


def test_a_grant_ends():
    assert not sas.Grant("orders", int(time.time()) - 1).covers("orders")


def test_a_stranger_s_token_is_good_for_a_real_namespace_only():
    real = _token("sb://claims.servicebus.windows.net/orders", key="known to Azure only")
    assert sas.verify(real, KEYS, strangers=True).path == "orders"
    for token, strangers in [
        (real, False),
        (_token(key="other"), True),
        (_token("sb://servicebus.windows.net.example/orders", key="other"), True),
    ]:
        with pytest.raises(UnauthorizedError, match="not signed with the key"):
            sas.verify(token, KEYS, strangers=strangers)
