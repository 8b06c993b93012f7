"""A model that speaks like OpenAI's chat completions, whole or streamed."""

import asyncio
import itertools
import json
import time

from http_server import Response, json_response

WORDS = "A weir is a low wall across a river : it lets through what the river can take , and holds back the rest .".split()
PAUSE = 0.02  # seconds between two tokens
serial = itertools.count(1)


def count_tokens(messages):
    return sum(len(str(message.get("content", "")).split()) + 4 for message in messages)


async def chat_completion(request):
    try:
        asked = request.json()
        messages = asked["messages"]
        wanted = asked.get("max_completion_tokens", asked.get("max_tokens")) or len(WORDS)
        prompt = count_tokens(messages)
    except (ValueError, KeyError, TypeError, AttributeError):
        return json_response({"error": {"message": "messages is required", "type": "invalid_request_error", "param": "messages",
                                        "code": None}}, 400)
    words = WORDS[:wanted]
    head = {"id": f"chatcmpl-demo{next(serial)}", "created": int(time.time()), "model": asked.get("model", "demo")}
    finish = "length" if wanted < len(WORDS) else "stop"
    usage = {"prompt_tokens": prompt, "completion_tokens": len(words), "total_tokens": prompt + len(words)}

    if not asked.get("stream"):
        message = {"role": "assistant", "content": " ".join(words)}
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": finish}
        return json_response(head | {"object": "chat.completion", "choices": [choice], "usage": usage})
    with_usage = bool((asked.get("stream_options") or {}).get("include_usage"))
    return Response(200, stream(head, words, finish, usage if with_usage else None),
                    {"content-type": "text/event-stream", "cache-control": "no-cache"})


async def stream(head, words, finish, usage):
    """With `usage`, every chunk says `"usage": null` but the one after the last choice, which has no choice."""

    def event(choices, counted=None):
        chunk = head | {"object": "chat.completion.chunk", "choices": choices}
        if usage:
            chunk["usage"] = counted
        return f"data: {json.dumps(chunk)}\n\n".encode()

    def choice(delta, reason=None):
        return [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}]

    yield event(choice({"role": "assistant", "content": ""}))
    for number, word in enumerate(words):
        await asyncio.sleep(PAUSE)
        yield event(choice({"content": word if number == 0 else " " + word}))
    yield event(choice({}, finish))
    if usage:
        yield event([], usage)
    yield b"data: [DONE]\n\n"
