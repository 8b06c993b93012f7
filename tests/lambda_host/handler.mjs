// A streamed function as a user of @upstash/ratelimit writes it. PACKAGE: which version, by its name in package.json.
import { Redis } from "@upstash/redis";

const { Ratelimit } = await import(process.env.PACKAGE);
const redis = new Redis({ url: process.env.UPSTASH_URL, token: "of-the-harness", responseEncoding: false });
const ratelimit = new Ratelimit({
  redis,
  limiter: Ratelimit.slidingWindow(1000000, "1 h"),
  prefix: "lambda-host",
  analytics: process.env.ANALYTICS === "on",
});

export const handler = awslambda.streamifyResponse(async (event, answer) => {
  const { success, remaining } = await ratelimit.limit(event.user);
  answer.write(`${JSON.stringify({ allowed: success, remaining })}\n`);
  for (const line of ["one", "two", "three", "four"]) answer.write(`${line}\n`);
  answer.end();
});
