"""A small HTTP/1.1 server on asyncio: keep-alive, bodies with a length or in chunks, answers whole or streamed."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

LONGEST_HEAD = 64 * 1024  # bytes
LONGEST_BODY = 16 * 1024 * 1024
REASONS = {200: "OK", 202: "Accepted", 204: "No Content", 400: "Bad Request", 401: "Unauthorized", 404: "Not Found",
           405: "Method Not Allowed", 413: "Content Too Large", 429: "Too Many Requests", 500: "Internal Server Error"}


@dataclass
class Request:
    method: str
    path: str  # with the query string
    headers: dict[str, str]
    body: bytes

    def json(self):
        return json.loads(self.body or b"null")


@dataclass
class Response:
    status: int = 200
    body: bytes | AsyncIterator[bytes] = b""  # an iterator is streamed in chunks
    headers: dict[str, str] = field(default_factory=dict)


def json_response(value, status=200, **headers):
    names = {name.replace("_", "-"): text for name, text in headers.items()}
    return Response(status, json.dumps(value, indent=2).encode() + b"\n", {"content-type": "application/json"} | names)


class Malformed(Exception):
    pass


async def read_request(reader):
    """The next request of a connection, None at its end."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    lines = head.decode("latin-1").split("\r\n")
    parts = lines[0].split(" ")
    if len(parts) != 3:
        raise Malformed("request line")
    headers = {}
    for line in filter(None, lines[1:]):
        name, _, value = line.partition(":")
        name, value = name.strip().lower(), value.strip()
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return Request(parts[0], parts[1], headers, await read_body(reader, headers))


async def read_body(reader, headers):
    try:
        if headers.get("transfer-encoding", "").lower() == "chunked":
            body = b""
            while size := int(await reader.readline(), 16):
                if len(body) + size > LONGEST_BODY:
                    raise Malformed("body too long")
                body += await reader.readexactly(size)
                await reader.readline()
            while (await reader.readline()).strip():
                pass
            return body
        length = int(headers.get("content-length", 0))
        if not 0 <= length <= LONGEST_BODY:
            raise Malformed("content-length")
        return await reader.readexactly(length)
    except ValueError as error:
        raise Malformed(str(error)) from error


async def write_response(writer, response):
    streamed = not isinstance(response.body, bytes)
    headers = dict(response.headers)
    if streamed:
        headers["transfer-encoding"] = "chunked"
    elif response.status != 204:
        headers["content-length"] = str(len(response.body))
    head = f"HTTP/1.1 {response.status} {REASONS.get(response.status, 'Status')}\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    writer.write(head.encode("latin-1") + b"\r\n")
    if streamed:
        async for chunk in response.body:
            writer.write(b"%x\r\n%b\r\n" % (len(chunk), chunk))
            await writer.drain()
        writer.write(b"0\r\n\r\n")
    else:
        writer.write(response.body)
    await writer.drain()


async def serve(handle, host, port):
    """Answers every request with `await handle(request)`; returns the asyncio server."""

    async def connection(reader, writer):
        try:
            while request := await read_request(reader):
                await write_response(writer, await handle(request))
                if request.headers.get("connection", "").lower() == "close":
                    break
        except (Malformed, asyncio.LimitOverrunError) as error:
            await write_response(writer, json_response({"error": str(error)}, 400, connection="close"))
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the client left
        finally:
            writer.close()

    return await asyncio.start_server(connection, host, port, limit=LONGEST_HEAD)
