"""Programs with the openai and the anthropic SDK, unchanged but for the base URL: what they see of a limit of tokens."""

import asyncio

import anthropic
import openai
import pytest
from conftest import PATIENCE

CONFIG = """
limits:
  tokens: {{ key: header:x-user-id, rate: 100/1d, algorithm: fixed_window, unit: tokens }}
  cut: {{ key: header:x-user-id, rate: 16/1d, algorithm: fixed_window, unit: tokens, reserve: off, on_exceeded: truncate }}
upstreams:
  openai: {{ url: "{demo}", ai: openai, strip: /cut }}
  anthropic: {{ url: "{demo}", ai: anthropic, strip: /cut }}
  any: {{ url: "{demo}", ai: auto, strip: /any }}
routes:
  - {{ path: /any/*, to: any, limits: [tokens] }}
  - {{ path: /cut/v1/messages, to: anthropic, limits: [cut] }}
  - {{ path: /cut/*, to: openai, limits: [cut] }}
  - {{ path: /v1/messages, to: anthropic, limits: [tokens] }}
  - {{ path: /*, to: openai, limits: [tokens] }}
"""
QUESTION = [{"role": "user", "content": "What is a weir?"}]
ANSWER = "A weir is a low wall across a river : it lets through what the river can take , and holds back the rest ."
WORDS = len(ANSWER.split())
PROMPT = 8  # as the demo's model counts QUESTION


@pytest.fixture(scope="module")
def shared_gateway(folder, demo_upstream):
    return folder.start(CONFIG.format(demo=demo_upstream))


@pytest.fixture
def openai_at(gateway, user):
    """`openai_at(prefix)`: the SDK, its base URL below that path of the gateway."""
    clients = []

    def make(prefix=""):
        clients.append(openai.OpenAI(base_url=f"http://127.0.0.1:{gateway.port}{prefix}/v1", api_key="any", max_retries=0,
                                     timeout=PATIENCE, default_headers={"x-user-id": user}))
        return clients[-1]

    yield make
    for client in clients:
        client.close()


@pytest.fixture
def anthropic_at(gateway, user):
    clients = []

    def make(prefix=""):
        clients.append(anthropic.Anthropic(base_url=f"http://127.0.0.1:{gateway.port}{prefix}", api_key="any", max_retries=0,
                                           timeout=PATIENCE, default_headers={"x-user-id": user}))
        return clients[-1]

    yield make
    for client in clients:
        client.close()


def ask_openai(client, max_tokens=30, **more):
    return client.chat.completions.create(model="gpt-4o", messages=QUESTION, max_tokens=max_tokens, **more)


def ask_anthropic(client, max_tokens=30):
    return client.messages.create(model="claude", messages=QUESTION, max_tokens=max_tokens)


def text_of(chunks):
    return "".join(choice.delta.content or "" for chunk in chunks for choice in chunk.choices)


def test_openai_gets_a_whole_answer(openai_at):
    answer = ask_openai(openai_at())
    assert answer.choices[0].message.content == ANSWER
    assert answer.usage.total_tokens == PROMPT + WORDS


def test_openai_gets_a_stream_without_the_usage_that_it_did_not_ask_for(openai_at):
    chunks = list(ask_openai(openai_at(), stream=True))
    assert text_of(chunks) == ANSWER
    assert all(chunk.choices for chunk in chunks)
    assert chunks[-1].choices[0].finish_reason == "stop"


def test_openai_gets_the_usage_of_a_stream_that_it_asked_for(openai_at):
    *chunks, last = ask_openai(openai_at(), stream=True, stream_options={"include_usage": True})
    assert text_of(chunks) == ANSWER
    assert last.usage.total_tokens == PROMPT + WORDS


@pytest.mark.parametrize("prefix", ["", "/any"])
def test_openai_raises_its_rate_limit_error_and_knows_what_is_left(openai_at, prefix):
    client = openai_at(prefix)
    for _ in range(2):
        ask_openai(client)
    with pytest.raises(openai.RateLimitError) as raised:
        ask_openai(client, max_tokens=60)
    assert raised.value.code == "rate_limit_exceeded"
    assert raised.value.type == "tokens"
    assert raised.value.response.headers["x-ratelimit-remaining-tokens"] == str(100 - 2 * (PROMPT + WORDS))
    assert int(raised.value.response.headers["retry-after"]) >= 1


def test_openai_does_not_retry_what_no_waiting_helps(openai_at):
    with pytest.raises(openai.RateLimitError, match="Request too large") as raised:
        ask_openai(openai_at().with_options(max_retries=5), max_tokens=1000)
    assert raised.value.response.headers["x-should-retry"] == "false"


@pytest.mark.parametrize("asks", [True, False])
def test_openai_reads_a_stream_that_is_cut_as_one_that_reached_its_maximum(openai_at, asks):
    options = {"stream_options": {"include_usage": True}} if asks else {}
    chunks = list(ask_openai(openai_at("/cut"), max_tokens=1000, stream=True, **options))
    text = text_of(chunks)
    assert ANSWER.startswith(text)
    assert 0 < len(text) < len(ANSWER)
    assert [choice.finish_reason for chunk in chunks for choice in chunk.choices if choice.finish_reason] == ["length"]
    assert [chunk.usage.completion_tokens > 0 for chunk in chunks if chunk.usage] == [True] * asks


def test_anthropic_gets_a_whole_answer(anthropic_at):
    answer = ask_anthropic(anthropic_at())
    assert answer.content[0].text == ANSWER
    assert (answer.usage.input_tokens, answer.usage.output_tokens) == (PROMPT, WORDS)


def test_anthropic_gets_a_stream(anthropic_at):
    with anthropic_at().messages.stream(model="claude", messages=QUESTION, max_tokens=30) as stream:
        message = stream.get_final_message()
    assert message.content[0].text == ANSWER
    assert message.stop_reason == "end_turn"
    assert message.usage.output_tokens == WORDS


@pytest.mark.parametrize("prefix", ["", "/any"])
def test_anthropic_raises_its_rate_limit_error_and_knows_what_is_left(anthropic_at, prefix):
    client = anthropic_at(prefix)
    for _ in range(2):
        ask_anthropic(client)
    with pytest.raises(anthropic.RateLimitError) as raised:
        ask_anthropic(client, max_tokens=60)
    assert raised.value.body["error"]["type"] == "rate_limit_error"
    assert raised.value.response.headers["anthropic-ratelimit-tokens-remaining"] == str(100 - 2 * (PROMPT + WORDS))
    assert int(raised.value.response.headers["retry-after"]) >= 1


def test_anthropic_reads_a_stream_that_is_cut_as_one_that_reached_its_maximum(anthropic_at):
    with anthropic_at("/cut").messages.stream(model="claude", messages=QUESTION, max_tokens=1000) as stream:
        message = stream.get_final_message()
    assert message.stop_reason == "max_tokens"
    assert ANSWER.startswith(message.content[0].text)
    assert 0 < len(message.content[0].text) < len(ANSWER)


def ask_responses(client, **more):
    return client.responses.create(model="gpt-4o", input="What is a weir?", **({"max_output_tokens": 30} | more))


def test_openai_s_responses_get_a_whole_answer(openai_at):
    answer = ask_responses(openai_at())
    assert answer.output_text == ANSWER
    assert answer.usage.total_tokens == PROMPT + WORDS


def test_openai_s_responses_get_a_stream(openai_at):
    *events, last = ask_responses(openai_at(), stream=True)
    assert "".join(event.delta for event in events if event.type == "response.output_text.delta") == ANSWER
    assert (last.type, last.response.usage.total_tokens) == ("response.completed", PROMPT + WORDS)


def test_openai_s_responses_get_a_stream_by_its_helper(openai_at):
    with openai_at().responses.stream(model="gpt-4o", input="What is a weir?", max_output_tokens=30) as stream:
        answer = stream.get_final_response()
    assert answer.output_text == ANSWER


def test_openai_s_responses_are_charged(openai_at):
    client = openai_at()
    for _ in range(2):
        list(ask_responses(client, stream=True))
    with pytest.raises(openai.RateLimitError) as raised:
        ask_responses(client, max_output_tokens=60)
    assert raised.value.response.headers["x-ratelimit-remaining-tokens"] == str(100 - 2 * (PROMPT + WORDS))


def test_openai_s_responses_read_a_stream_that_is_cut_as_one_that_reached_its_maximum(openai_at):
    *events, last = ask_responses(openai_at("/cut"), max_output_tokens=1000, stream=True)
    text = "".join(event.delta for event in events if event.type == "response.output_text.delta")
    assert ANSWER.startswith(text)
    assert 0 < len(text) < len(ANSWER)
    assert (last.type, last.response.incomplete_details.reason) == ("response.incomplete", "max_output_tokens")
    assert last.response.usage.output_tokens > 0
    assert last.sequence_number == events[-1].sequence_number + 1


def test_openai_gets_a_stream_by_its_helper(openai_at):
    with openai_at().chat.completions.stream(model="gpt-4o", messages=QUESTION, max_tokens=30) as stream:
        completion = stream.get_final_completion()
    assert completion.choices[0].message.content == ANSWER
    assert completion.choices[0].finish_reason == "stop"


def asynchronously(sdk, base_url, user, use):
    """`use(client)`, awaited with a client of that SDK."""
    async def run():
        async with sdk(base_url=base_url, api_key="any", max_retries=0, timeout=PATIENCE, default_headers={"x-user-id": user}) as client:
            return await use(client)
    return asyncio.run(run())


@pytest.fixture
def with_openai(gateway, user):
    """`with_openai(use, prefix)`: what the asynchronous client comes to."""
    return lambda use, prefix="": asynchronously(openai.AsyncOpenAI, f"http://127.0.0.1:{gateway.port}{prefix}/v1", user, use)


@pytest.fixture
def with_anthropic(gateway, user):
    return lambda use, prefix="": asynchronously(anthropic.AsyncAnthropic, f"http://127.0.0.1:{gateway.port}{prefix}", user, use)


def test_the_asynchronous_openai_gets_a_whole_answer_and_a_stream(with_openai):
    async def use(client):
        whole = await ask_openai(client)
        stream = await ask_openai(client, stream=True)
        return whole.choices[0].message.content, text_of([chunk async for chunk in stream])
    assert with_openai(use) == (ANSWER, ANSWER)


def test_the_asynchronous_openai_gets_responses(with_openai):
    async def use(client):
        whole = await ask_responses(client)
        async with client.responses.stream(model="gpt-4o", input="What is a weir?", max_output_tokens=30) as stream:
            return whole.output_text, (await stream.get_final_response()).output_text
    assert with_openai(use) == (ANSWER, ANSWER)


def test_the_asynchronous_openai_raises_its_rate_limit_error(with_openai):
    async def use(client):
        await asyncio.gather(*(ask_openai(client, max_tokens=24) for _ in range(2)))
        with pytest.raises(openai.RateLimitError) as raised:
            await ask_openai(client, max_tokens=60)
        return raised.value.response.headers["x-ratelimit-remaining-tokens"]
    assert with_openai(use) == str(100 - 2 * (PROMPT + 24))


def test_the_asynchronous_openai_reads_a_stream_that_is_cut(with_openai):
    async def use(client):
        stream = await ask_openai(client, max_tokens=1000, stream=True)
        return [chunk async for chunk in stream]
    chunks = with_openai(use, "/cut")
    assert 0 < len(text_of(chunks)) < len(ANSWER)
    assert chunks[-1].choices[0].finish_reason == "length"


def test_the_asynchronous_anthropic_gets_a_whole_answer_and_a_stream(with_anthropic):
    async def use(client):
        whole = await ask_anthropic(client)
        async with client.messages.stream(model="claude", messages=QUESTION, max_tokens=30) as stream:
            return whole.content[0].text, "".join([text async for text in stream.text_stream])
    assert with_anthropic(use) == (ANSWER, ANSWER)


def test_the_asynchronous_anthropic_raises_its_rate_limit_error(with_anthropic):
    async def use(client):
        await asyncio.gather(*(ask_anthropic(client) for _ in range(2)))
        with pytest.raises(anthropic.RateLimitError) as raised:
            await ask_anthropic(client, max_tokens=60)
        return raised.value.response.headers["anthropic-ratelimit-tokens-remaining"]
    assert with_anthropic(use) == str(100 - 2 * (PROMPT + WORDS))


def test_the_asynchronous_anthropic_reads_a_stream_that_is_cut(with_anthropic):
    async def use(client):
        async with client.messages.stream(model="claude", messages=QUESTION, max_tokens=1000) as stream:
            return await stream.get_final_message()
    message = with_anthropic(use, "/cut")
    assert message.stop_reason == "max_tokens"
    assert 0 < len(message.content[0].text) < len(ANSWER)
