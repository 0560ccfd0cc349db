-- Put a reply beside the turns' own. It never lengthens the life of what waits already.
-- KEYS: outbox, waiting  ARGV: outbox id, payload, life ms, person, now ms
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
if redis.call('PTTL', KEYS[1]) < 0 then redis.call('PEXPIRE', KEYS[1], ARGV[3]) end
redis.call('ZADD', KEYS[2], 'NX', ARGV[5], ARGV[4])
return 1
