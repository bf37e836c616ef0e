"""Refresh tokens at a provider that replaces each one and revokes everything when one comes twice."""

from concurrent.futures import ThreadPoolExecutor

from places import SCOPES

SHELLS = 20


def refreshes(journal: dict) -> list[dict]:
    return [one for one in journal["requests"] if one.get("grantType") == "refresh_token"]


def pages_opened(journal: dict) -> int:
    return sum(one["endpoint"] == "authorization" for one in journal["requests"])


def assert_nothing_was_revoked(journal: dict) -> None:
    assert (journal["refreshTokensReused"], journal["grantsRevoked"]) == (0, 0), journal


def test_one_refresh_token_follows_the_other(desk, certified):
    flags = certified.public("InteractiveBrowser")
    tokens = [desk.sign_in("get-token", *flags, account=certified.account).token]
    tokens += [desk.without_a_person("refresh", *flags) for _ in range(3)]
    assert len(set(tokens)) == 4
    journal = certified.provider.journal()
    assert [one["status"] for one in refreshes(journal)] == [200, 200, 200]
    assert_nothing_was_revoked(journal)


def test_twenty_shells_and_five_scopes(desk, certified, tmp_path):
    everything = certified.public("InteractiveBrowser", " ".join(SCOPES))
    variables = desk.person.variables(tmp_path / "report.json", account=certified.account)

    def at_once(flags_of_shell):
        with ThreadPoolExecutor(SHELLS) as shells:
            return list(
                shells.map(
                    lambda number: desk.product.token(*flags_of_shell(number), **variables),
                    range(SHELLS),
                )
            )

    first = at_once(lambda _number: everything)
    assert desk.person.report_of(tmp_path / "report.json")["outcome"] == "landed"
    assert len(set(first)) == 1
    assert pages_opened(certified.provider.journal()) == 1

    def one_scope(number):
        return certified.public("InteractiveBrowser", SCOPES[number % len(SCOPES)])

    tokens = at_once(one_scope)
    for number, token in enumerate(tokens):
        assert certified.provider.claims(token)["scope"] == SCOPES[number % len(SCOPES)]
    assert len(set(tokens)) == len(SCOPES)

    journal = certified.provider.journal()
    assert pages_opened(journal) == 1
    assert [one["status"] for one in refreshes(journal)] == [200] * len(SCOPES)
    assert journal["mostAtOnce"] == 1
    assert_nothing_was_revoked(journal)
    desk.without_a_person("refresh", *everything)
    assert_nothing_was_revoked(certified.provider.journal())


def test_a_scope_beyond_the_first_asks_the_person(desk, certified):
    """RFC 6749 §6: a refresh cannot ask for more than was granted; a person can."""
    first, second = (certified.public("InteractiveBrowser", scope) for scope in SCOPES[:2])
    desk.sign_in("get-token", *first, account=certified.account)
    wider = desk.sign_in("get-token", *second, account=certified.account)
    assert certified.provider.claims(wider.token)["scope"] == SCOPES[1]
    assert_nothing_was_revoked(certified.provider.journal())
