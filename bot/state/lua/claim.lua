-- Move what is due into the outboxes of its people, each occurrence once; drop what is due to somebody who is gone.
-- KEYS: due, due bodies
-- ARGV: now ms, at most, outbox key prefix, outbox life ms, waiting key prefix, gone key prefix
local moved = {}
for _, occurrence in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'LIMIT', 0, ARGV[2])) do
  local body = redis.call('HGET', KEYS[2], occurrence)
  redis.call('ZREM', KEYS[1], occurrence)
  redis.call('HDEL', KEYS[2], occurrence)
  if body then
    local person = string.match(occurrence, '^([^:]+):')
    local address = cjson.decode(body)['address']
    local name = address['platform'] .. '|' .. address['user'] .. '|' .. address['room']
    -- The keys share the partition's hash tag, so they lie in the same slot as the declared ones.
    if redis.call('SISMEMBER', ARGV[6] .. person, name) == 0 then
      local outbox = ARGV[3] .. person
      redis.call('HSET', outbox, occurrence, body)
      redis.call('PEXPIRE', outbox, ARGV[4])
      redis.call('ZADD', ARGV[5] .. address['platform'], 'NX', ARGV[1], person)
      table.insert(moved, occurrence)
    end
  end
end
return moved
