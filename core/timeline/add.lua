-- add: put jobs into the timelines of one queue, unless they are there with an earlier time.
--
-- KEYS[1]      window     HASH {generation, edge_ms, server}
-- KEYS[2..11]  timelines  ZSETs of priority 9 to 0, score = run_at (ms since epoch)
-- ARGV[1]      channel    of wake-ups
-- ARGV[2]      queue
-- ARGV[3]      window_ms  how far ahead the timeline reaches, or 'all'
-- ARGV[4..]    triples of priority (0..9), run_at (ms since epoch), id; at most 1000
-- returns how many were within reach
--
-- Within reach is what is due up to 130 s past the edge, or past the end of the window if the edge lags. The
-- edge follows now + window within 70 s, so a job that is left out here is first looked for a minute from now,
-- when its transaction has committed. Without an edge the timeline is being rebuilt, and what is added meanwhile
-- must not be missed, also if this server's clock is minutes behind.
--
-- LT: too early costs one refused claim, too late would cost lateness.
local reach_ms = math.huge
if ARGV[3] ~= 'all' then
  local edge_ms = tonumber(redis.call('HGET', KEYS[1], 'edge_ms') or 0)
  local end_ms = redis.call('TIME')[1] * 1000 + tonumber(ARGV[3])
  reach_ms = math.max(edge_ms, end_ms) + (edge_ms > 0 and 130000 or 360000)
end

local batches = {}
local earliest_ms = math.huge
local count = 0
for a = 4, #ARGV, 3 do
  local run_at_ms = tonumber(ARGV[a + 1])
  if run_at_ms <= reach_ms then
    local i = 11 - tonumber(ARGV[a])
    local batch = batches[i]
    if not batch then
      batch = {}
      batches[i] = batch
    end
    batch[#batch + 1] = ARGV[a + 1]
    batch[#batch + 1] = ARGV[a + 2]
    earliest_ms = math.min(earliest_ms, run_at_ms)
    count = count + 1
  end
end
if count == 0 then return 0 end

local next_ms = math.huge
for i = 2, 11 do
  local head = redis.call('ZRANGE', KEYS[i], 0, 0, 'WITHSCORES')
  if head[2] then next_ms = math.min(next_ms, tonumber(head[2])) end
end
for i, batch in pairs(batches) do redis.call('ZADD', KEYS[i], 'LT', unpack(batch)) end
if earliest_ms < next_ms then redis.call('PUBLISH', ARGV[1], ARGV[2] .. ' ' .. string.format('%d', earliest_ms)) end
return count
