-- Note how many parts of a waiting reply were taken; nothing of one that does not wait.
-- KEYS: outbox  ARGV: outbox id, parts
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 then return 0 end
return redis.call('HSET', KEYS[1], '#' .. ARGV[1], ARGV[2])
