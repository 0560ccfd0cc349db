-- Accept one message: drop a repeat, append to the inbox and to the person's queue,
-- and, where nobody is before it, take the hold and load in the same breath.
-- A door that was joined to another person's only says whose session it shares, and knows what it accepted before.
-- KEYS: seen, inbox, queue, hold, session, account, attempts, alias, outbox
-- ARGV: payload, person, seen life ms, queue life ms, token, hold life ms, alias life ms
local shared = redis.call('GET', KEYS[8])
if shared then
  if redis.call('EXISTS', KEYS[1]) == 1 then return {'repeat'} end
  redis.call('PEXPIRE', KEYS[8], ARGV[7])
  return {'shared', shared}
end
if not redis.call('SET', KEYS[1], '1', 'NX', 'PX', ARGV[3]) then return {'repeat'} end
local id = redis.call('XADD', KEYS[2], '*', 'p', ARGV[2], 'm', ARGV[1])
local place = redis.call('RPUSH', KEYS[3], id)
redis.call('PEXPIRE', KEYS[3], ARGV[4])
local behind = redis.call('HLEN', KEYS[9])
if place > 1 or not redis.call('SET', KEYS[4], ARGV[5], 'NX', 'PX', ARGV[6]) then return {'wait', id, behind} end
redis.call('HINCRBY', KEYS[7], id, 1)
local s = redis.call('HMGET', KEYS[5], 'v', 'd')
return {'held', id, behind, '1', s[1], s[2], redis.call('GET', KEYS[6])}
