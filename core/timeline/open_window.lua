-- open_window: read how far the timeline of a queue is complete; start a generation if there is none.
--
-- KEYS[1]      window      HASH {generation, edge_ms}
-- KEYS[2..11]  timelines   not touched
-- ARGV[1]      generation  a random name, used only if the window has none
-- returns {generation, edge_ms or ''}
redis.call('HSETNX', KEYS[1], 'generation', ARGV[1])
return {redis.call('HGET', KEYS[1], 'generation'), redis.call('HGET', KEYS[1], 'edge_ms') or ''}
