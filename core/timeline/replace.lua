-- replace: give a job another time or priority; the only way to a later time.
--
-- KEYS[1]      window     HASH {generation, edge_ms, server}
-- KEYS[2..11]  timelines  ZSETs of priority 9 to 0, score = run_at (ms since epoch)
-- ARGV[1]      channel    of wake-ups
-- ARGV[2]      queue
-- ARGV[3]      priority   0..9
-- ARGV[4]      run_at     ms since epoch
-- ARGV[5]      id
-- returns 1
--
-- A job beyond the window may lie in Redis for once: its owner moved it there, and it is one member.
local run_at_ms = tonumber(ARGV[4])
local i_new = 11 - tonumber(ARGV[3])
local next_ms = math.huge
for i = 2, 11 do
  redis.call('ZREM', KEYS[i], ARGV[5])
  local head = redis.call('ZRANGE', KEYS[i], 0, 0, 'WITHSCORES')
  if head[2] then next_ms = math.min(next_ms, tonumber(head[2])) end
end
redis.call('ZADD', KEYS[i_new], run_at_ms, ARGV[5])
if run_at_ms < next_ms then redis.call('PUBLISH', ARGV[1], ARGV[2] .. ' ' .. string.format('%d', run_at_ms)) end
return 1
