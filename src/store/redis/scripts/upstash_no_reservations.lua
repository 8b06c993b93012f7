-- upstash_no_reservations.lua: the answer to what needs a reservation: the layout has no place to keep one.
return redis.error_reply('WEIR layout upstash has no reservations, use layout weir')
