-- upstash_ip_deny_list.lua: puts a newly fetched list of bad addresses in the place of the old one.
-- KEYS: PREFIX:denyList:all, PREFIX:denyList:ipDenyList, PREFIX:ipDenyListStatus.
-- ARGV: how long it is valid in ms, then the addresses; none: the list is switched off, for every client.
-- Keeps: what people put on the deny list themselves stays there and is not in the list of addresses, as
-- @upstash/ratelimit keeps it. Returns how many addresses the list has.

redis.call('SDIFFSTORE', KEYS[1], KEYS[1], KEYS[2])
redis.call('DEL', KEYS[2])
if #ARGV == 1 then
  redis.call('SET', KEYS[3], 'disabled')
  return 0
end
for first = 2, #ARGV, 5000 do
  redis.call('SADD', KEYS[2], unpack(ARGV, first, math.min(first + 4999, #ARGV)))
end
redis.call('SDIFFSTORE', KEYS[2], KEYS[2], KEYS[1])
redis.call('SUNIONSTORE', KEYS[1], KEYS[1], KEYS[2])
redis.call('SET', KEYS[3], 'valid', 'PX', ARGV[1])
return redis.call('SCARD', KEYS[2])
