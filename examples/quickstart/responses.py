"""A model that speaks like OpenAI's responses, whole or streamed."""

import asyncio
import json
import time

from http_server import Response, json_response
from model import PAUSE, WORDS, count_tokens, serial


async def response(request):
    try:
        asked = request.json()
        given = asked["input"]
        prompt = count_tokens([{"content": given}] if isinstance(given, str) else given)
        wanted = asked.get("max_output_tokens") or len(WORDS)
    except (ValueError, KeyError, TypeError, AttributeError):
        return json_response({"error": {"message": "input is required", "type": "invalid_request_error", "param": "input",
                                        "code": None}}, 400)
    number = next(serial)
    words = WORDS[:wanted]
    base = {"id": f"resp_demo{number}", "object": "response", "created_at": int(time.time()), "model": asked.get("model", "demo"),
            "error": None, "incomplete_details": None, "instructions": None, "metadata": {}, "parallel_tool_calls": True,
            "temperature": 1.0, "tool_choice": "auto", "tools": [], "top_p": 1.0}
    item = {"id": f"msg_demo{number}", "type": "message", "role": "assistant"}
    whole = base | {"status": "completed", "output": [item | {"status": "completed", "content": [part(" ".join(words))]}],
                    "usage": {"input_tokens": prompt, "input_tokens_details": {"cached_tokens": 0}, "output_tokens": len(words),
                              "output_tokens_details": {"reasoning_tokens": 0}, "total_tokens": prompt + len(words)}}
    if wanted < len(WORDS):
        whole |= {"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}}
    if not asked.get("stream"):
        return json_response(whole)
    begun = base | {"status": "in_progress", "output": [], "usage": None}
    return Response(200, stream(begun, item, words, whole), {"content-type": "text/event-stream", "cache-control": "no-cache"})


def part(text):
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}


async def stream(begun, item, words, whole):
    sequence = -1

    def event(kind, **more):
        nonlocal sequence
        sequence += 1
        return f"event: {kind}\ndata: {json.dumps({'type': kind, 'sequence_number': sequence} | more)}\n\n".encode()

    place = {"item_id": item["id"], "output_index": 0, "content_index": 0}
    [done] = whole["output"]
    [text] = done["content"]
    yield event("response.created", response=begun)
    yield event("response.in_progress", response=begun)
    yield event("response.output_item.added", output_index=0, item=item | {"status": "in_progress", "content": []})
    yield event("response.content_part.added", **place, part=part(""))
    for number, word in enumerate(words):
        await asyncio.sleep(PAUSE)
        yield event("response.output_text.delta", **place, delta=word if number == 0 else " " + word, logprobs=[])
    yield event("response.output_text.done", **place, text=text["text"], logprobs=[])
    yield event("response.content_part.done", **place, part=text)
    yield event("response.output_item.done", output_index=0, item=done)
    yield event(f"response.{whole['status']}", response=whole)
