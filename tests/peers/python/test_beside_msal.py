"""The comparison itself: sees what differs, and only that."""

from dataclasses import replace

from beside_msal import ABSENT, differences, without_headers
from recording_proxy import Recorded

REQUEST = Recorded(
    method="POST",
    path="/tenant/oauth2/v2.0/token",
    query={},
    form={
        "client_id": "app",
        "scope": "User.Read openid",
        "code": "one",
        "redirect_uri": "http://localhost:1",
    },
    headers={"accept": "application/json", "content-length": "10"},
)


def with_form(**changes):
    return replace(REQUEST, form={**REQUEST.form, **changes})


def test_what_is_fresh_makes_no_difference_nor_does_the_order_of_scopes():
    other = with_form(code="two", scope="openid User.Read", redirect_uri="http://localhost:2")
    assert differences(replace(other, headers={"accept": "application/json"}), REQUEST) == {}


def test_claims_are_alike_whatever_their_blanks():
    claims = with_form(claims='{"a": {"b": 1}, "c": null}')
    assert differences(claims, with_form(claims='{"c":null,"a":{"b":1}}')) == {}
    assert list(differences(claims, with_form(claims='{"a":{"b":2},"c":null}'))) == ["form claims"]


def test_everything_else_does():
    assert differences(with_form(client_id="other"), REQUEST) == {"form client_id": ("other", "app")}
    assert differences(with_form(more=""), REQUEST) == {"form more": ("", ABSENT)}
    assert differences(REQUEST, with_form(more="")) == {"form more": (ABSENT, "")}
    assert differences(with_form(code=""), REQUEST) == {"form code": ("(empty)", "(fresh)")}
    path = with_form(redirect_uri="http://localhost:2/")
    assert list(differences(path, REQUEST)) == ["form redirect_uri"]
    scope = with_form(scope="User.Read")
    assert list(differences(scope, REQUEST)) == ["form scope"]
    assert list(differences(replace(REQUEST, method="GET"), REQUEST)) == ["method"]


def test_headers_count_unless_they_are_a_browser_s():
    bare = replace(REQUEST, headers={})
    assert list(differences(bare, REQUEST)) == ["header accept"]
    assert differences(bare, without_headers(REQUEST)) == {}
