-- move_edge: say that the timeline of a queue is complete up to a time.
--
-- KEYS[1]      window      HASH {generation, edge_ms, server}
-- KEYS[2..11]  timelines   not touched
-- ARGV[1]      generation  under which the caller has added everything up to that time
-- ARGV[2]      edge_ms     ms since epoch
-- ARGV[3]      server      of open_window, if the caller has added everything from the first job on; else ''
-- ARGV[4]      channel    of wake-ups: whoever saw the timeline lost, or without a job, looks again
-- ARGV[5]      queue
-- returns 1, or 0 when Redis was emptied or started again in between: then the caller's work is lost and starts over
if redis.call('HGET', KEYS[1], 'generation') ~= ARGV[1] then return 0 end
if ARGV[3] ~= '' then
  local info = redis.pcall('INFO', 'server')
  if type(info) ~= 'string' or string.match(info, 'run_id:(%x+)') ~= ARGV[3] then return 0 end
  redis.call('HSET', KEYS[1], 'server', ARGV[3])
end
local edge_ms = tonumber(redis.call('HGET', KEYS[1], 'edge_ms') or 0)
if tonumber(ARGV[2]) > edge_ms then redis.call('HSET', KEYS[1], 'edge_ms', ARGV[2]) end
if ARGV[3] ~= '' then redis.call('PUBLISH', ARGV[4], ARGV[5] .. ' 0') end
return 1
