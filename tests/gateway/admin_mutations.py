"""A hook of schemathesis: sends each request that it made up some more times with a few bytes changed, and notes in
$WEIR_CHANGED how many, and those that got a server error or no answer."""

import atexit
import http.client
import json
import os
import random
import urllib.parse

import schemathesis

COPIES = 6
PATH_BYTES = [b"/", b"%", b"%2F", b"%00", b"%ff", b"..", b"?", b"key=", b"&", b"+", b"[", b"\"", b"{", b"a" * 300]
BODY_BYTES = [b"{", b"}", b"[", b"]", b"\"", b":", b",", b"-", b"0", b"9" * 20, b"1e9", b".5", b"\\u0000", b"\\", b"\x00", b"\xff",
              b"null", b"true", b"\"key\"", b"\"limit\":1", b" " * 300]

draw = random.Random(os.environ["WEIR_SEED"])
connections = {}
sent, wrong = 0, []


def changed(text, pieces):
    text = bytearray(text)
    for _ in range(draw.randrange(1, 4)):
        at = draw.randrange(len(text) + 1)
        text[at:at + draw.randrange(3)] = draw.choice(pieces)
    return bytes(text)


def send(address, method, path, body):
    link = connections.setdefault(address, http.client.HTTPConnection(address, timeout=30))
    try:
        link.putrequest(method, path.decode("latin1"), skip_accept_encoding=True)
        link.putheader("content-type", "application/json")
        link.putheader("content-length", str(len(body)))
        link.endheaders(body)
        answer = link.getresponse()
        answer.read()
        if answer.status >= 500:
            wrong.append([method, repr(path), repr(body), answer.status])
    except http.client.InvalidURL:
        link.close()  # never sent
    except (http.client.HTTPException, OSError) as error:
        wrong.append([method, repr(path), repr(body), repr(error)])
        link.close()


@schemathesis.hook
def after_call(context, case, response):
    global sent
    request = response.request
    url = urllib.parse.urlsplit(request.url)
    path = (url.path + ("?" + url.query if url.query else "")).encode()
    body = request.body or b""
    body = body.encode() if isinstance(body, str) else body
    if not isinstance(body, bytes) or request.method in ("TRACE", "QUERY", "CONNECT"):
        return
    for _ in range(COPIES):
        in_path = not body or draw.random() < 0.3
        send(url.netloc, request.method, b"/" + changed(path[1:], PATH_BYTES) if in_path else path,
             body if in_path else changed(body, BODY_BYTES))
        sent += 1


@atexit.register
def note():
    with open(os.environ["WEIR_CHANGED"], "a", encoding="utf-8") as file:
        file.write(json.dumps({"sent": sent, "wrong": wrong[:20]}) + "\n")
