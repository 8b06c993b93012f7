"""AWS Lambda's Invoke, as far as a demo needs it, with a switch that makes a function throttle.

POST   /2015-03-31/functions/NAME/invocations   answers the event as an API Gateway proxy answer
POST   /2021-11-15/functions/NAME/response-streaming-invocations   tells what it is word by word, in frames
PUT    /demo/throttle/NAME                      from now on it answers 429
DELETE /demo/throttle/NAME                      no longer
"""

import asyncio
import binascii
import json
import re
import struct
import uuid

from http_server import Response, json_response

INVOKE = re.compile(r"/(?:2015-03-31|2021-11-15)/functions/([^/?]+)/(?:response-streaming-)?invocations(?:\?.*)?")
STREAM = "/2021-11-15/"
WORDS = "A function tells its story as it goes , and each word is here before the next is thought of .".split()
PAUSE = 0.05  # seconds between two words
SWITCH = re.compile(r"/demo/throttle/([^/?]+)")
throttled: set[str] = set()


def switch(request, name):
    if request.method == "PUT":
        throttled.add(name)
    elif request.method == "DELETE":
        throttled.discard(name)
    else:
        return json_response({"message": "PUT or DELETE"}, 405)
    return Response(204)


def invoke(request, name):
    identity = {"x-amzn-requestid": str(uuid.uuid4())}
    if request.method != "POST":
        return json_response({"message": "POST"}, 405)
    if name in throttled:
        refusal = {"Reason": "ReservedFunctionConcurrentInvocationLimitExceeded", "Type": "User", "message": "Rate Exceeded."}
        return json_response(refusal, 429, x_amzn_errortype="TooManyRequestsException", **identity)
    try:
        event = request.json()
    except ValueError as error:
        refusal = {"Type": "User", "message": f"Could not parse request body into json: {error}"}
        return json_response(refusal, 400, x_amzn_errortype="InvalidRequestContentException", **identity)
    if request.path.startswith(STREAM):
        types = {"content-type": "application/vnd.amazon.eventstream",
                 "x-amzn-remapped-content-type": "application/vnd.awslambda.http-integration-response"}
        return Response(200, story(), types | identity)
    if request.headers.get("x-amz-invocation-type") == "Event":
        return Response(202, b"", identity)
    answer = {"statusCode": 200, "headers": {"content-type": "application/json"},
              "body": json.dumps({"function": name, "event": event})}
    return json_response(answer, x_amz_executed_version="$LATEST", **identity)


async def story():
    head = json.dumps({"statusCode": 200, "headers": {"content-type": "text/plain"}}).encode()
    yield frame("PayloadChunk", head + bytes(8))
    for word in WORDS:
        yield frame("PayloadChunk", word.encode() + b" ")
        await asyncio.sleep(PAUSE)
    yield frame("PayloadChunk", b"\n") + frame("InvokeComplete", b'{"ErrorCode":null,"ErrorDetails":null,"LogResult":null}')


def frame(event, payload):
    """Of application/vnd.amazon.eventstream."""
    headers = b"".join(bytes([len(name)]) + name + b"\x07" + struct.pack(">H", len(value)) + value
                       for name, value in [(b":message-type", b"event"), (b":event-type", event.encode())])
    begin = struct.pack(">II", 16 + len(headers) + len(payload), len(headers))
    begin += struct.pack(">I", binascii.crc32(begin)) + headers + payload
    return begin + struct.pack(">I", binascii.crc32(begin))
