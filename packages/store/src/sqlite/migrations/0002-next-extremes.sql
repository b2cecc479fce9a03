-- The extreme of all metrics of a block but the one that has the extreme: where it is worse than what a ranking wants,
-- the others need no look. Infinite where there are no others; null where it was not kept, as in all blocks from before.
ALTER TABLE test_block ADD COLUMN total_time_max_next REAL;
ALTER TABLE test_block ADD COLUMN total_time_min_next REAL;
ALTER TABLE test_block ADD COLUMN user_time_max_next REAL;
ALTER TABLE test_block ADD COLUMN user_time_min_next REAL;
ALTER TABLE test_block ADD COLUMN kernel_time_max_next REAL;
ALTER TABLE test_block ADD COLUMN kernel_time_min_next REAL;
ALTER TABLE test_block ADD COLUMN cpu_usage_max_next REAL;
ALTER TABLE test_block ADD COLUMN cpu_usage_min_next REAL;
ALTER TABLE test_block ADD COLUMN mem_usage_max_next REAL;
ALTER TABLE test_block ADD COLUMN mem_usage_min_next REAL;

ALTER TABLE session_block ADD COLUMN total_time_max_next REAL;
ALTER TABLE session_block ADD COLUMN total_time_min_next REAL;
ALTER TABLE session_block ADD COLUMN user_time_max_next REAL;
ALTER TABLE session_block ADD COLUMN user_time_min_next REAL;
ALTER TABLE session_block ADD COLUMN kernel_time_max_next REAL;
ALTER TABLE session_block ADD COLUMN kernel_time_min_next REAL;
ALTER TABLE session_block ADD COLUMN cpu_usage_max_next REAL;
ALTER TABLE session_block ADD COLUMN cpu_usage_min_next REAL;
ALTER TABLE session_block ADD COLUMN mem_usage_max_next REAL;
ALTER TABLE session_block ADD COLUMN mem_usage_min_next REAL;
