-- Use a one-time ticket: whoever asks first has it, and has it again after a crash.  Returns its value or nothing.
-- KEYS: ticket  ARGV: who asks
local value = redis.call('HGET', KEYS[1], 'v')
if not value then return false end
redis.call('HSETNX', KEYS[1], 'by', ARGV[1])
if redis.call('HGET', KEYS[1], 'by') ~= ARGV[1] then return false end
return value
