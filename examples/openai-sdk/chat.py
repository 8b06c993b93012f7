"""Three questions to a model with the openai SDK: the gateway is its base URL, OPENAI_BASE_URL."""

import openai

client = openai.OpenAI(max_retries=0, default_headers={"x-user-id": "ada"})
question = [{"role": "user", "content": "What is a weir?"}]

for chunk in client.chat.completions.create(model="gpt-4o", messages=question, stream=True):
    print(chunk.choices[0].delta.content or "", end="")
print()

answer = client.chat.completions.create(model="gpt-4o", messages=question)
print(answer.usage.total_tokens, "tokens")

try:
    client.chat.completions.create(model="gpt-4o", messages=question, max_tokens=50)
except openai.RateLimitError as error:
    print(error.code, "with", error.response.headers["x-ratelimit-remaining-tokens"], "tokens left")
