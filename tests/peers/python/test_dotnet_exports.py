"""What the .NET tool leaves, made by another library than the program's, in a newly drawn key."""

import json
import os
from pathlib import Path

import pytest

import dotnet_tool
from product import Product

FIXTURES = Path(__file__).parents[3] / "crates" / "vault" / "tests" / "fixtures" / "dotnet"
SECRETS = ["plain", "s3cr~t+/=&%25 x", "äöü€😀", '"\\/', "x" * 4096]


def test_the_fixtures_are_what_the_script_writes(tmp_path):
    dotnet_tool.write_fixtures(tmp_path)
    written = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    kept = {file.name: file.read_bytes() for file in FIXTURES.iterdir()}
    assert written == kept


@pytest.mark.parametrize("secret", SECRETS)
def test_profile_and_secret_come_over(binary, tmp_path, secret):
    product = Product(binary, tmp_path / "product", ENTRA_AUTH_KEY_STORE="file", PW="päss word")
    file = tmp_path / "old.export"
    contents = dotnet_tool.document(dotnet_tool.APP, client_secret=secret)
    file.write_bytes(dotnet_tool.export(contents, "päss word", os.urandom(32), os.urandom(16)))
    done = product.run("config", "import", str(file), "--passphrase-env", "PW", "--yes")
    assert done.returncode == 0, done.stderr
    assert secret not in done.stderr
    shown = json.loads(product.run("config", "show", "sp", "-o", "json").stdout)
    assert shown["tenantId"] == dotnet_tool.APP["tenantId"]
    assert shown["clientId"] == dotnet_tool.APP["clientId"]
    assert shown["scopes"] == dotnet_tool.APP["scopes"]


@pytest.mark.parametrize("secret", SECRETS)
def test_secrets_are_taken_over_from_their_files(binary, tmp_path, secret):
    product = Product(binary, tmp_path / "product", ENTRA_AUTH_KEY_STORE="file")
    profiles, secrets = tmp_path / "profiles.json", tmp_path / "secure"
    profiles.write_text(json.dumps([dotnet_tool.APP, dotnet_tool.CERTIFICATE]))
    secrets.mkdir()
    for profile, what in [("sp", "secret"), ("cert.app", "cert-password")]:
        file = secrets / dotnet_tool.secret_file_name(profile, what)
        file.write_bytes(dotnet_tool.masked(secret))
    places = ["--from", str(profiles), "--secrets", str(secrets)]
    done = product.run("config", "migrate", *places, "--yes", "--delete-old")
    assert done.returncode == 0, done.stderr
    assert secret not in done.stderr
    assert list(secrets.iterdir()) == []
    for profile, field in [("sp", "clientSecret"), ("cert.app", "certificatePassword")]:
        arguments = ["show", profile, "--show-secrets", "--yes", "-o", "json"]
        shown = product.run("config", *arguments)
        assert shown.returncode == 0, shown.stderr
        assert json.loads(shown.stdout)[field] == secret
