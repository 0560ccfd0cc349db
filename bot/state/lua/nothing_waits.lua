-- Take a person off the list of those with replies undelivered on a platform, unless there is one.
-- KEYS: outbox, waiting  ARGV: person, platform
local stored = redis.call('HGETALL', KEYS[1])
for i = 1, #stored, 2 do
  local is_count = string.sub(stored[i], 1, 1) == '#'
  if not is_count and cjson.decode(stored[i + 1])['address']['platform'] == ARGV[2] then return 0 end
end
return redis.call('ZREM', KEYS[2], ARGV[1])
