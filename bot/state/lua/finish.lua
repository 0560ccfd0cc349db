-- Mark replies delivered and, with a token, let the hold go.
-- KEYS: outbox, waiting, hold
-- ARGV: token ('' none), person, outbox ids...
for i = 3, #ARGV do redis.call('HDEL', KEYS[1], ARGV[i], '#' .. ARGV[i]) end
if redis.call('HLEN', KEYS[1]) == 0 then redis.call('ZREM', KEYS[2], ARGV[2]) end
if ARGV[1] ~= '' and redis.call('GET', KEYS[3]) == ARGV[1] then redis.call('DEL', KEYS[3]) end
return 1
