"""What differs between two requests for the same thing, once what has to differ is named alike."""

import json
import re
from dataclasses import replace

from recording_proxy import Recorded

# Fresh with every attempt, or secret. Whether they fit together is judged where they are redeemed.
FRESH = {
    "client-request-id",
    "client_assertion",
    "code",
    "code_challenge",
    "code_verifier",
    "device_code",
    "nonce",
    "refresh_token",
    "state",
    "x-client-current-telemetry",
    "x-client-last-telemetry",
}

# Follows from the rest.
OF_THE_BODY = {"content-length"}

ABSENT = "(absent)"


def normalised(request: Recorded) -> dict[str, str]:
    """The request as one flat table. Of values that are fresh only their presence is left; scopes
    are a set (RFC 6749 §3.3), claims are JSON (OIDC Core §5.5); the port of a loopback redirect URI is a free one."""
    table = {"method": request.method, "path": request.path}
    parts = {"query": request.query, "form": request.form, "header": request.headers}
    for kind, values in parts.items():
        for name, value in values.items():
            if name not in OF_THE_BODY:
                table[f"{kind} {name}"] = _normal_value(name, value)
    return table


def _normal_value(name: str, value: str) -> str:
    if name in FRESH:
        return "(fresh)" if value else "(empty)"
    if name == "claims":
        return json.dumps(json.loads(value), sort_keys=True)
    if name == "scope":
        return " ".join(sorted(value.split()))
    if name == "redirect_uri":
        return re.sub(r"^(http://localhost):\d+", r"\1:(port)", value)
    return value


def without_headers(request: Recorded) -> Recorded:
    """For what a browser sent: the headers are the browser's."""
    return replace(request, headers={})


def differences(ours: Recorded, theirs: Recorded) -> dict[str, tuple[str, str]]:
    """By name: our value and theirs."""
    left, right = normalised(ours), normalised(theirs)
    return {
        name: (left.get(name, ABSENT), right.get(name, ABSENT))
        for name in sorted(left.keys() | right.keys())
        if left.get(name) != right.get(name)
    }
