-- Put an alarm reply into the outbox once for its message, however often the turn is run; never after its end.
-- KEYS: attempts, outbox, waiting, queue
-- ARGV: inbox id, outbox id, payload, person, now ms, outbox life ms
if not redis.call('LPOS', KEYS[4], ARGV[1]) then return 0 end
if redis.call('HSETNX', KEYS[1], ARGV[1] .. ':alarm', '1') == 0 then return 0 end
redis.call('HSET', KEYS[2], ARGV[2], ARGV[3])
redis.call('PEXPIRE', KEYS[2], ARGV[6])
redis.call('ZADD', KEYS[3], 'NX', ARGV[5], ARGV[4])
return 1
