-- take: remove the ids whose time has come from the timelines of one queue.
--
-- KEYS[1]      window     HASH {generation, edge_ms, server}
-- KEYS[2..11]  timelines  ZSETs of priority 9 to 0, score = run_at (ms since epoch)
-- ARGV[1]      limit      most ids to take, 1..1000
-- ARGV[2]      offset_ms  the database's clock minus this server's, as the worker measured it
-- returns {wait_ms, job, job, ...}  each job is the digit of its priority followed by its id, highest priority
--                                   first, then earliest; wait_ms until the next is due, 0 when more are due,
--                                   '' when there is none, 'lost' when the timeline is not known to be
--                                   complete: then nothing was taken
--
-- Only a hint: Postgres decides who owns a job, so an id taken twice or too early does no harm,
-- and an id lost between here and the claim is put back by the sweep.
if redis.call('HEXISTS', KEYS[1], 'edge_ms') == 0 then return {'lost'} end

local time = redis.call('TIME')
local now_ms = time[1] * 1000 + time[2] / 1000 + tonumber(ARGV[2])
local due = string.format('%.3f', now_ms)
local limit = tonumber(ARGV[1])
local answer = {''}
local next_ms = math.huge
for i = 2, 11 do
  local room = limit - (#answer - 1)
  if room > 0 then
    local ids = redis.call('ZRANGE', KEYS[i], '-inf', due, 'BYSCORE', 'LIMIT', 0, room)
    if #ids > 0 then
      redis.call('ZREMRANGEBYRANK', KEYS[i], 0, #ids - 1)
      local digit = tostring(11 - i)
      for _, id in ipairs(ids) do answer[#answer + 1] = digit .. id end
    end
  end
  local head = redis.call('ZRANGE', KEYS[i], 0, 0, 'WITHSCORES')
  if head[2] then next_ms = math.min(next_ms, tonumber(head[2])) end
end
if next_ms < math.huge then answer[1] = string.format('%d', math.max(0, math.ceil(next_ms - now_ms))) end
return answer
