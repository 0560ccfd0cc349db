-- Take a message out of a line it no longer belongs to.
-- KEYS: inbox, queue, attempts  ARGV: inbox id
redis.call('XDEL', KEYS[1], ARGV[1])
redis.call('LREM', KEYS[2], 1, ARGV[1])
return redis.call('HDEL', KEYS[3], ARGV[1], ARGV[1] .. ':alarm')
