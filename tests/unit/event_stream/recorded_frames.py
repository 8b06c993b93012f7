#!/usr/bin/env python3
"""Writes recorded_frames.hpp: frames as botocore reads them. Run it with botocore installed; nothing at build or test time needs it.

    pip install botocore && tests/unit/event_stream/recorded_frames.py
"""

import binascii
import datetime
import pathlib
import random
import struct
import uuid

import botocore
from botocore.eventstream import EventStreamBuffer

TYPES = {"true": 0, "false": 1, "int8": 2, "int16": 3, "int32": 4, "int64": 5, "bytes": 6, "text": 7, "timestamp": 8, "uuid": 9}
NUMBERS = {"int8": ">b", "int16": ">h", "int32": ">i", "int64": ">q", "timestamp": ">q"}


def header(name, kind, value=None):
    begin = bytes([len(name)]) + name.encode() + bytes([TYPES[kind]])
    if kind in NUMBERS:
        return begin + struct.pack(NUMBERS[kind], value)
    if kind in ("bytes", "text"):
        raw = value if kind == "bytes" else value.encode()
        return begin + struct.pack(">H", len(raw)) + raw
    return begin + (value.bytes if kind == "uuid" else b"")


def frame(headers, payload):
    block = b"".join(header(*each) for each in headers)
    prelude = struct.pack(">II", 16 + len(block) + len(payload), len(block))
    prelude += struct.pack(">I", binascii.crc32(prelude))
    whole = prelude + block + payload
    return whole + struct.pack(">I", binascii.crc32(whole))


def shown(value):
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime.datetime):
        return str(round(value.replace(tzinfo=datetime.timezone.utc).timestamp() * 1000))
    if isinstance(value, uuid.UUID):
        value = value.bytes
    if isinstance(value, str):
        value = value.encode()
    return value.hex() if isinstance(value, bytes) else str(value)


def as_botocore_reads(raw):
    buffer = EventStreamBuffer()
    buffer.add_data(raw)
    (message,) = list(buffer)
    return "".join(f"{name}={shown(value)};" for name, value in message.headers.items()) + "|" + message.payload.hex()


def literal(text, indent):
    width = 108
    pieces = [text[at:at + width] for at in range(0, len(text), width)] or [""]
    return f"\n{indent}".join(f'"{piece}"' for piece in pieces)


def main():
    chance = random.Random(20)
    event = [(":message-type", "text", "event"), (":event-type", "text", "PayloadChunk")]
    frames = {
        "empty": ([], b""),
        "payload alone": ([], b"{'foo':'bar'}"),
        "payload chunk": ([*event, (":content-type", "text", "application/octet-stream")], bytes(range(256))),
        "invoke complete": ([event[0], (":event-type", "text", "InvokeComplete")], b'{"ErrorCode":null,"ErrorDetails":null,"LogResult":""}'),
        "exception": ([(":message-type", "text", "exception"), (":exception-type", "text", "throttlingException")], b'{"message":"slow"}'),
        "all types": ([("yes", "true"), ("no", "false"), ("int8", "int8", -7), ("int16", "int16", -300), ("int32", "int32", -70000),
                       ("int64", "int64", -2**60), ("bytes", "bytes", b"\0\xff"), ("text", "text", "gr\u00fc\u00df"),
                       ("when", "timestamp", 1700000000123), ("id", "uuid", uuid.UUID(int=chance.getrandbits(128)))], b"x"),
        "extremes": ([("a", "int8", 127), ("b", "int16", 32767), ("c", "int32", -2**31), ("d", "int64", 2**63 - 1),
                      ("e", "text", ""), ("f", "bytes", b""), ("n" * 255, "true")], b""),
    }
    for number in range(8):
        headers = [(f"h{at}", "bytes", chance.randbytes(chance.randrange(40))) for at in range(chance.randrange(6))]
        frames[f"random {number}"] = (headers, chance.randbytes(chance.randrange(200)))
    lines = [
        f"// recorded_frames.hpp: written by recorded_frames.py with botocore {botocore.__version__}; do not edit.",
        "#pragma once", "", "#include <string_view>", "", "namespace weir::event_stream {", "",
        "struct RecordedFrame {",
        "  std::string_view name;",
        "  std::string_view hex;   // the frame",
        "  std::string_view read;  // name=value; of each header, texts, bytes and ids in hex, then | and the payload in hex",
        "};", "", "// clang-format off",
        "inline constexpr RecordedFrame recorded_frames[] = {",
    ]
    for name, (headers, payload) in frames.items():
        raw = frame(headers, payload)
        read = as_botocore_reads(raw)
        lines += [f'  {{"{name}",', f"   {literal(raw.hex(), '   ')},", f"   {literal(read, '   ')}}},"]
    lines += ["};", "// clang-format on", "", "}  // namespace weir::event_stream", ""]
    pathlib.Path(__file__).with_suffix(".hpp").write_text("\n".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
