-- upstash_reset.lua: forgets exactly its KEYS. Returns how many there were.
return redis.call('DEL', unpack(KEYS))
