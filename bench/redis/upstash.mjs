// upstash.mjs: what redis_decisions measures, of @upstash/ratelimit over ioredis: callers in one Node process, each of
// which asks again as soon as it is answered.
//
//   node upstash.mjs PORT CALLERS KEYS SECONDS [gathering]
//
// One JSON line. The package sets no timer for each call (timeout: 0), which makes it faster than it is by default.
// `gathering`: ioredis sends what is asked in one turn of the event loop as one pipeline (enableAutoPipelining).
import { createRequire } from "node:module";
import { adapter } from "../../tests/conformance/adapter.mjs";

const require = createRequire(new URL("../../tests/conformance/package.json", import.meta.url));
const { Ratelimit } = require("@upstash/ratelimit");
const Redis = require("ioredis");

const [port, callers, keys, seconds] = process.argv.slice(2, 6).map(Number);
const redis = new Redis({ port, host: "127.0.0.1", enableAutoPipelining: process.argv[6] === "gathering" });
const limiter = new Ratelimit({
  redis: adapter(redis), limiter: Ratelimit.slidingWindow(1_000_000_000, "1 h"), prefix: "package",
  timeout: 0, analytics: false, enableTelemetry: false,
});

async function ask(until, waits) {
  for (let asked = performance.now(); asked < until; ) {
    const key = String(Math.floor(Math.random() * keys)).padStart(12, "0");
    const { success } = await limiter.limit(key);
    if (!success) throw new Error("a call was refused that no limit should refuse");
    const answered = performance.now();
    waits.push(answered - asked);
    asked = answered;
  }
}

async function run(milliseconds) {
  const waits = [];
  const start = performance.now();
  await Promise.all(Array.from({ length: callers }, () => ask(start + milliseconds, waits)));
  return { waits, seconds: (performance.now() - start) / 1000 };
}

const warm = await run(500); // connected, scripts are loaded, code is compiled
const { waits, seconds: time } = await run(seconds * 1000);
waits.sort((one, other) => one - other);
const percentile = (percent) => waits[Math.floor(((waits.length - 1) * percent) / 100)] * 1000;
console.log(JSON.stringify({ asked: warm.waits.length + waits.length, calls_per_second: waits.length / time, p50_us: percentile(50), p99_us: percentile(99) }));
redis.disconnect();
