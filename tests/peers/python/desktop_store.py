"""A store on a desktop, as its owner makes and uses it."""

from pathlib import Path

from product import CLIENT_ID, GRAPH, TENANT

SECRET = "canary-of-the-client-secret"
PROFILE = ("--profile", "service-principal")
LOCAL_STORE = 8


def creation(product, authority, **environment):
    """Makes a profile whose secret the product stores."""
    return product.run(
        *("config", "create", "--name", "service-principal"),
        *("--tenant-id", TENANT, "--client-id", CLIENT_ID, "--scope", GRAPH),
        *("--auth-method", "ClientSecret", "--client-secret-stdin"),
        *("--authority", authority.url),
        stdin=SECRET + "\n",
        **environment,
    )


def create_profile(product, authority):
    done = creation(product, authority)
    assert done.returncode == 0, done.stderr
    return done


def fresh_token(product, authority, **environment):
    """A token that needs the stored secret, not the cache."""
    token = product.token(*PROFILE, "--force", **environment)
    assert token == authority.issued[-1]
    assert authority.requests[-1].form["client_secret"] == SECRET


def assert_nothing_in_plain_text(product, *more: str):
    for file in product.directory.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            for text in (SECRET, *more):
                assert text.encode() not in content, f"{file} holds it in plain text"


def key_files(product) -> list[Path]:
    """A key of its own outside the keyring would lie here."""
    return [file for file in product.folder("data").rglob("*") if file.is_file()]
