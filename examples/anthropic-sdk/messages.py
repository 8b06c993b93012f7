"""Three questions to a model with the anthropic SDK: the gateway is its base URL, ANTHROPIC_BASE_URL."""

import anthropic

client = anthropic.Anthropic(max_retries=0, default_headers={"x-user-id": "ada"})
question = [{"role": "user", "content": "What is a weir?"}]

with client.messages.stream(model="claude", max_tokens=40, messages=question) as stream:
    for text in stream.text_stream:
        print(text, end="")
print()

answer = client.messages.create(model="claude", max_tokens=40, messages=question)
print(answer.usage.input_tokens, "and", answer.usage.output_tokens, "tokens")

try:
    client.messages.create(model="claude", max_tokens=50, messages=question)
except anthropic.RateLimitError as error:
    print(error.body["error"]["type"], "with", error.response.headers["anthropic-ratelimit-tokens-remaining"], "tokens left")
