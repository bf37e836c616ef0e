"""Device code at two providers: the page is filled in at a real Chromium."""

EXIT_REFUSED = 2


def test_the_code_is_typed_in(desk, place):
    flags = place.public("DeviceCode")
    token, seen = desk.sign_in_on_device("get-token", *flags, account=place.account)
    assert seen["outcome"] == "stopped", seen
    assert place.client_of(token) == place.public_client
    assert desk.without_a_person("get-token", *flags) == token
    assert desk.without_a_person("refresh", *flags) != token


def test_the_person_refuses(desk, place):
    with desk.product.start("get-token", *place.public("DeviceCode")) as running:
        user_code, url = running.line("Code:"), running.line("URL:")
        desk.person.enter_code(url, user_code, account=place.account, consent="decline")
        said = running.refused(EXIT_REFUSED)
    assert "The sign-in was cancelled" in said, said
