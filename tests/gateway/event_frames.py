"""What InvokeWithResponseStream sends: frames of application/vnd.amazon.eventstream, with their CRCs."""

import binascii
import json
import struct

EVENT_STREAM = "application/vnd.amazon.eventstream"
HTTP_INTEGRATION = "application/vnd.awslambda.http-integration-response"


def frame(headers, payload=b""):
    block = b"".join(bytes([len(name)]) + name.encode() + b"\x07" + struct.pack(">H", len(value)) + value.encode()
                     for name, value in headers.items())
    prelude = struct.pack(">II", 16 + len(block) + len(payload), len(block))
    prelude += struct.pack(">I", binascii.crc32(prelude))
    return prelude + block + payload + struct.pack(">I", binascii.crc32(prelude + block + payload))


def chunk(payload):
    return frame({":message-type": "event", ":event-type": "PayloadChunk", ":content-type": "application/octet-stream"}, payload)


def complete(error=None, details=""):
    said = {"LogResult": ""} if error is None else {"ErrorCode": error, "ErrorDetails": details, "LogResult": ""}
    return frame({":message-type": "event", ":event-type": "InvokeComplete", ":content-type": "application/json"},
                 json.dumps(said).encode())


def exception(kind="InternalServerException", message="something broke"):
    return frame({":message-type": "exception", ":exception-type": kind, ":content-type": "application/json"},
                 json.dumps({"message": message}).encode())


def head(status=200, headers=None, **more):
    """What stands before the body of an HTTP integration's answer."""
    return json.dumps({"statusCode": status, "headers": headers or {}, **more}).encode() + bytes(8)
