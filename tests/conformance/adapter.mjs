// adapter.mjs: what the package asks of a client: @upstash/redis' words over ioredis. Open-source Redis refuses the flag
// in the first line of its scripts, and so has them under another hash; bulk replies are parsed as JSON where they can
// be, as @upstash/redis does.
import { createHash } from "node:crypto";

export function adapter(redis) {
  const sha1 = (script) => createHash("sha1").update(script).digest("hex");
  const loaded = new Map(); // the package's hash of a script, and Redis' of what it was given
  const plain = (script) => script.replace(/^#!lua[^\n]*\n/, "");
  const text = (value) => (value === null || value === undefined ? "" : String(value));
  const parsed = (value) => {
    if (Array.isArray(value)) return value.map(parsed);
    if (typeof value !== "string") return value;
    try {
      return JSON.parse(value);
    } catch {
      return value;
    }
  };
  return {
    evalsha: async (sha, keys, args) =>
      parsed(await redis.evalsha(loaded.get(sha) ?? sha, keys.length, ...keys, ...args.map(text))),
    eval: async (script, keys, args) => {
      const answer = parsed(await redis.eval(plain(script), keys.length, ...keys, ...args.map(text)));
      loaded.set(sha1(script), sha1(plain(script)));
      return answer;
    },
    get: async (key) => parsed(await redis.get(key)),
    set: async (key, value, options) =>
      options?.px ? redis.set(key, text(value), "PX", options.px) : redis.set(key, text(value)),
    del: (...keys) => redis.del(...keys),
    hset: (key, fields) => redis.hset(key, fields),
    multi: () => {
      const chain = redis.multi();
      const set = chain.set.bind(chain);
      chain.set = (key, value, options) => (options?.px ? set(key, value, "PX", options.px) : set(key, value));
      return chain;
    },
  };
}
