-- native_reset.lua: one key is as good as new, and open reservations give nothing back to it.
--   KEYS  the key
-- Replies 0.
local unfold = values()
local value = try('GET', KEYS[1])
local found, wrong = unfold(KEYS[1], value, '', 0)
if not found then return redis.error_reply(wrong) end
if value then call('DEL', KEYS[1]) end
return 0
