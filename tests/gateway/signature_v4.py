"""Whether AWS would take a request: its Signature Version 4, made again by botocore out of what arrived."""

import contextlib
import dataclasses
import datetime
import hashlib
import http.client
import re

import botocore.auth
import botocore.awsrequest
import botocore.credentials

SIGNED = re.compile(r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/([^/]+)/aws4_request, ?"
                    r"SignedHeaders=([a-z0-9;_-]+), ?Signature=([0-9a-f]{64})")
STALE = datetime.timedelta(minutes=5)


@dataclasses.dataclass
class Key:
    """Of an account: whose signatures are good."""
    secret: str
    token: str | None = None
    expired: bool = False


class AsSigned(botocore.auth.SigV4Auth):
    """Of the headers that the signer named, not of those that botocore would have."""

    def headers_to_sign(self, request):
        return request.headers


def refusal_of(method, target, headers, body, keys, region):
    """The exception that Lambda answers with and why, None for a good request. `headers` are pairs in lower case."""
    every = {}
    for name, value in headers:
        every.setdefault(name, []).append(value)
    one = {name: values[0] for name, values in every.items()}
    if "authorization" not in one:
        return "MissingAuthenticationTokenException", "there is no authorization"
    if len(every["authorization"]) > 1:
        return "IncompleteSignatureException", "authorization comes twice"
    if not (found := SIGNED.fullmatch(one["authorization"])):
        return "IncompleteSignatureException", f"authorization is {one['authorization']!r}"
    key_id, day, scope, service, names, signature = found.groups()
    if key_id not in keys:
        return "UnrecognizedClientException", f"no such key: {key_id}"
    key, names = keys[key_id], names.split(";")
    if (scope, service) != (region, "lambda"):
        return "InvalidSignatureException", f"signed for {service} in {scope}"
    if names != sorted(names) or "host" not in names:
        return "InvalidSignatureException", f"signed headers are {names}"
    if unsigned := [name for name in one if name.startswith("x-amz-") and name not in names]:
        return "InvalidSignatureException", f"not signed: {unsigned}"
    if missing := [name for name in names if name not in one]:
        return "InvalidSignatureException", f"signed, but not there: {missing}"
    date = one.get("x-amz-date", "")
    with contextlib.suppress(ValueError):
        at = datetime.datetime.strptime(date, "%Y%m%dT%H%M%SZ").replace(tzinfo=datetime.UTC)
        if date[:8] != day or abs(at - datetime.datetime.now(datetime.UTC)) > STALE:
            return "InvalidSignatureException", f"signed at {date} in the scope of {day}"
        return refusal_of_signature(method, target, headers, body, (key_id, key), region, names, signature)
    return "IncompleteSignatureException", f"x-amz-date is {date!r}"


def refusal_of_signature(method, target, headers, body, signer, region, names, signature):
    key_id, key = signer
    given = dict(headers)
    if given.get("x-amz-security-token") != key.token:
        return "UnrecognizedClientException", f"the session token is {given.get('x-amz-security-token')!r}"
    if key.expired:
        return "ExpiredTokenException", "the security token is expired"
    if given.get("x-amz-content-sha256", "") not in ("", hashlib.sha256(body).hexdigest()):
        return "InvalidSignatureException", "x-amz-content-sha256 is of another body"
    request = botocore.awsrequest.AWSRequest(method=method, url=f"https://{given['host']}{target}", data=body)
    request.headers = http.client.HTTPMessage()
    for name, value in headers:
        if name in names:
            request.headers[name] = value
    request.context["timestamp"] = given["x-amz-date"]
    auth = AsSigned(botocore.credentials.Credentials(key_id, key.secret, key.token), "lambda", region)
    canonical = auth.canonical_request(request)
    if auth.signature(auth.string_to_sign(request, canonical), request) != signature:
        return "InvalidSignatureException", f"the signature is not that of {canonical!r}"
    return None
