#!/usr/bin/env python3
"""What stands behind the demo gateway: an echo, a streaming model in three APIs, functions and a login. Needs Python alone.

    demo_upstream.py [--port N]     prints the port that it listens on; 0 (the default) finds a free one
"""

import argparse
import asyncio
import signal
import sys

import function
import login
import messages
import model
import responses
from http_server import json_response, serve


async def handle(request):
    path = request.path.partition("?")[0]
    if path == "/v1/chat/completions" and request.method == "POST":
        return await model.chat_completion(request)
    if path == "/v1/messages" and request.method == "POST":
        return await messages.message(request)
    if path == "/v1/responses" and request.method == "POST":
        return await responses.response(request)
    if match := function.INVOKE.fullmatch(request.path):
        return function.invoke(request, match[1])
    if match := function.SWITCH.fullmatch(path):
        return function.switch(request, match[1])
    if path == "/login":
        return login.login(request)
    if path == "/slow":
        await asyncio.sleep(2)
    return json_response({"method": request.method, "path": request.path, "headers": request.headers,
                          "body": request.body.decode("utf-8", "replace")})


async def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--port", type=int, default=0)
    port = arguments.parse_args().port

    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, stop.set)
    try:
        server = await serve(handle, "127.0.0.1", port)
    except OSError as error:
        sys.exit(f"demo upstream: cannot listen on port {port}: {error.strerror}")
    print(server.sockets[0].getsockname()[1], flush=True)
    await stop.wait()
    server.close()


if __name__ == "__main__":
    asyncio.run(main())
