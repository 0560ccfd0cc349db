"""Everything in Redis, and the only importer of redis."""
