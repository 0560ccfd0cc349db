-- End a turn in one step: session, account, outbox, inbox entry done and deleted, due entries, location log.
-- Refuses when the hold is no longer ours or the session is not the one that was loaded.
-- KEYS: hold, session, account, inbox, queue, attempts, outbox, waiting, due, due bodies, location log,
--       alias, gone
-- ARGV: token, loaded version, new session ('' deletes), new version, session life ms,
--       account ('' keeps, '-' deletes), account life ms, inbox id, outbox id ('' none), payload, outbox life ms,
--       person, now ms, location log line ('' none), forget ('1' or '0'), whose session to share from now on ('' own),
--       the writer's name among those who are gone ('' none), what is no longer to be sent of what is due ('' nothing),
--       then triples: occurrence, due ms, body
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 'lost' end
if (redis.call('HGET', KEYS[2], 'v') or '0') ~= ARGV[2] then return 'stale' end
if ARGV[15] == '1' then
  redis.call('DEL', KEYS[7])
  redis.call('ZREM', KEYS[8], ARGV[12])
end
if ARGV[15] == '1' or ARGV[18] ~= '' then
  local dropped = ARGV[12] .. ':'
  if ARGV[15] ~= '1' then dropped = dropped .. ARGV[18] .. ':' end
  for _, occurrence in ipairs(redis.call('HKEYS', KEYS[10])) do
    if string.sub(occurrence, 1, #dropped) == dropped then
      redis.call('HDEL', KEYS[10], occurrence)
      redis.call('ZREM', KEYS[9], occurrence)
    end
  end
end
if ARGV[3] == '' then
  redis.call('DEL', KEYS[2])
else
  redis.call('HSET', KEYS[2], 'v', ARGV[4], 'd', ARGV[3])
  redis.call('PEXPIRE', KEYS[2], ARGV[5])
end
if ARGV[6] == '-' then
  redis.call('DEL', KEYS[3])
elseif ARGV[6] ~= '' then
  redis.call('SET', KEYS[3], ARGV[6], 'PX', ARGV[7])
end
redis.call('XDEL', KEYS[4], ARGV[8])
redis.call('LREM', KEYS[5], 1, ARGV[8])
redis.call('HDEL', KEYS[6], ARGV[8], ARGV[8] .. ':alarm')
if ARGV[9] ~= '' then
  redis.call('HSET', KEYS[7], ARGV[9], ARGV[10])
  redis.call('PEXPIRE', KEYS[7], ARGV[11])
  redis.call('ZADD', KEYS[8], 'NX', ARGV[13], ARGV[12])
end
if ARGV[14] ~= '' then redis.call('ZADD', KEYS[11], ARGV[13], ARGV[14]) end
if ARGV[16] ~= '' then redis.call('SET', KEYS[12], ARGV[16], 'PX', ARGV[7]) end
if ARGV[17] ~= '' then redis.call('SREM', KEYS[13], ARGV[17]) end
for i = 19, #ARGV, 3 do
  if redis.call('HSETNX', KEYS[10], ARGV[i], ARGV[i + 2]) == 1 then
    redis.call('ZADD', KEYS[9], ARGV[i + 1], ARGV[i])
  end
end
return 'ok'
