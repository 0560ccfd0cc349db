-- Lengthen the hold while it is ours.  KEYS: hold  ARGV: token, life ms
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
