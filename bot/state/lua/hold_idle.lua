-- Take the hold of a person nobody works for and who has no message waiting.  Returns 1 when it is ours.
-- KEYS: queue, hold  ARGV: token, hold life ms
if redis.call('LLEN', KEYS[1]) > 0 then return 0 end
return redis.call('SET', KEYS[2], ARGV[1], 'NX', 'PX', ARGV[2]) and 1 or 0
