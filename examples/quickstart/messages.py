"""A model that speaks like Anthropic's messages, whole or streamed."""

import asyncio
import json

from http_server import Response, json_response
from model import PAUSE, WORDS, count_tokens, serial


async def message(request):
    try:
        asked = request.json()
        prompt = count_tokens(asked["messages"])
        words = WORDS[:int(asked["max_tokens"])]
    except (ValueError, KeyError, TypeError, AttributeError):
        return json_response({"type": "error", "error": {"type": "invalid_request_error",
                                                         "message": "messages and max_tokens are required"}}, 400)
    head = {"id": f"msg_demo{next(serial)}", "type": "message", "role": "assistant", "model": asked.get("model", "demo")}
    reason = "max_tokens" if len(words) < len(WORDS) else "end_turn"
    if not asked.get("stream"):
        return json_response(head | {"content": [{"type": "text", "text": " ".join(words)}], "stop_reason": reason,
                                     "stop_sequence": None, "usage": {"input_tokens": prompt, "output_tokens": len(words)}})
    return Response(200, stream(head, prompt, words, reason), {"content-type": "text/event-stream", "cache-control": "no-cache"})


async def stream(head, prompt, words, reason):
    def event(kind, **more):
        return f"event: {kind}\ndata: {json.dumps({'type': kind} | more)}\n\n".encode()

    yield event("message_start", message=head | {"content": [], "stop_reason": None, "stop_sequence": None,
                                                 "usage": {"input_tokens": prompt, "output_tokens": 1}})
    yield event("content_block_start", index=0, content_block={"type": "text", "text": ""})
    for number, word in enumerate(words):
        await asyncio.sleep(PAUSE)
        yield event("content_block_delta", index=0, delta={"type": "text_delta", "text": word if number == 0 else " " + word})
    yield event("content_block_stop", index=0)
    yield event("message_delta", delta={"stop_reason": reason, "stop_sequence": None}, usage={"output_tokens": len(words)})
    yield event("message_stop")
