-- open_window: read how far the timeline of a queue is complete; start a generation if there is none.
--
-- KEYS[1]      window      HASH {generation, edge_ms, server}
-- KEYS[2..11]  timelines   not touched
-- ARGV[1]      generation  a random name, used only if the window has none
-- returns {generation, edge_ms or '', server, 1 if everything was added once since this server started, else 0}
--
-- server is the run_id of this process, '' where it is not told. What an earlier one wrote may have come back from
-- an old snapshot: then the window names that one.
redis.call('HSETNX', KEYS[1], 'generation', ARGV[1])
local window = redis.call('HMGET', KEYS[1], 'generation', 'edge_ms', 'server')
local info = redis.pcall('INFO', 'server')
local server = type(info) == 'string' and string.match(info, 'run_id:(%x+)') or ''
return {window[1], window[2] or '', server, server ~= '' and window[3] == server and 1 or 0}
