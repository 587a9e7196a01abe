-- move_edge: say that the timeline of a queue is complete up to a time.
--
-- KEYS[1]      window      HASH {generation, edge_ms}
-- KEYS[2..11]  timelines   not touched
-- ARGV[1]      generation  under which the caller has added everything up to that time
-- ARGV[2]      edge_ms     ms since epoch
-- returns 1, or 0 when Redis was emptied in between: then the caller's work is lost and starts over
if redis.call('HGET', KEYS[1], 'generation') ~= ARGV[1] then return 0 end
local edge_ms = tonumber(redis.call('HGET', KEYS[1], 'edge_ms') or 0)
if tonumber(ARGV[2]) > edge_ms then redis.call('HSET', KEYS[1], 'edge_ms', ARGV[2]) end
return 1
