-- Take the hold for a message if it is the person's first in line, and load.
-- Where the door was joined to another person's since, only say whose session it shares.
-- KEYS: queue, hold, session, account, attempts, outbox, alias
-- ARGV: inbox id, token, hold life ms
if redis.call('LINDEX', KEYS[1], 0) ~= ARGV[1] then
  if redis.call('LPOS', KEYS[1], ARGV[1]) then return {'wait'} end
  return {'gone'}
end
local shared = redis.call('GET', KEYS[7])
if shared then return {'shared', shared} end
if not redis.call('SET', KEYS[2], ARGV[2], 'NX', 'PX', ARGV[3]) then return {'wait'} end
local attempts = redis.call('HINCRBY', KEYS[5], ARGV[1], 1)
local s = redis.call('HMGET', KEYS[3], 'v', 'd')
local behind = redis.call('HLEN', KEYS[6])
return {'held', ARGV[1], behind, tostring(attempts), s[1], s[2], redis.call('GET', KEYS[4])}
