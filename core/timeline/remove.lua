-- remove: take jobs out of the timelines of one queue, whatever their priority.
--
-- KEYS[1]      window     HASH, not touched
-- KEYS[2..11]  timelines  ZSETs of priority 9 to 0
-- ARGV         ids, at most 1000
-- returns how many were there
local count = 0
for i = 2, 11 do count = count + redis.call('ZREM', KEYS[i], unpack(ARGV)) end
return count
