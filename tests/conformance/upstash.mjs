// upstash.mjs: the real @upstash/ratelimit over ioredis, driven by JSON lines on stdin, one answer a line.
//
//   node upstash.mjs PORT [PORT ...]     several ports are several regions
//   {"op":"open","name","algorithm","tokens","window","refill","prefix","cache","dynamic","protection","multi"}
//   {"op":"limit","name","id","rate","now", ...} · remaining · reset · set_dynamic {"limit"} · get_dynamic
//   {"op":"ip_list","prefix","text"} · disable_ip_list
//
// `now` becomes Date.now() for the call: the package asks nothing else for the time.
import { createInterface } from "node:readline";
import { IpDenyList, MultiRegionRatelimit, Ratelimit } from "@upstash/ratelimit";
import Redis from "ioredis";
import { adapter } from "./adapter.mjs";

let now = null;
const realNow = Date.now;
Date.now = () => (now === null ? realNow() : now);

const regions = process.argv.slice(2).map((port) => {
  const redis = new Redis({ port: Number(port), host: "127.0.0.1", maxRetriesPerRequest: 1 });
  redis.on("error", () => {});
  return redis;
});
const limiters = new Map();

function open({ name, algorithm, tokens, window, refill, prefix, cache, dynamic, protection, multi }) {
  const factory = multi ? MultiRegionRatelimit : Ratelimit;
  const limiter =
    algorithm === "token_bucket"
      ? factory.tokenBucket(refill, `${window} ms`, tokens)
      : { fixed_window: factory.fixedWindow, sliding_window: factory.slidingWindow,
          cached_fixed_window: factory.cachedFixedWindow }[algorithm](tokens, `${window} ms`);
  limiters.set(name, new factory({
    redis: multi ? regions.map(adapter) : adapter(regions[0]),
    limiter, prefix, timeout: 0, analytics: false, enableTelemetry: false,
    ephemeralCache: cache ? new Map() : false, dynamicLimits: Boolean(dynamic), enableProtection: Boolean(protection),
  }));
  return {};
}

const operations = {
  open,
  limit: async ({ name, id, rate, ip, userAgent, country }) => {
    const { pending, ...answer } = await limiters.get(name).limit(id, { rate, ip, userAgent, country });
    let background = null;
    await Promise.resolve(pending).catch((error) => { background = String(error); });
    return background ? { ...answer, background } : answer;
  },
  remaining: ({ name, id }) => limiters.get(name).getRemaining(id),
  reset: async ({ name, id }) => { await limiters.get(name).resetUsedTokens(id); return {}; },
  set_dynamic: async ({ name, limit }) => { await limiters.get(name).setDynamicLimit({ limit }); return {}; },
  ip_list: async ({ prefix, text }) => {
    globalThis.fetch = async () => new Response(text);
    await IpDenyList.updateIpDenyList(adapter(regions[0]), prefix, 6);
    return {};
  },
  disable_ip_list: async ({ prefix }) => { await IpDenyList.disableIpDenyList(adapter(regions[0]), prefix); return {}; },
  get_dynamic: ({ name }) => limiters.get(name).getDynamicLimit(),
};

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  now = request.now ?? null;
  let answer;
  try {
    answer = await operations[request.op](request);
  } catch (error) {
    answer = { error: String(error?.message ?? error) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
for (const redis of regions) redis.disconnect();
