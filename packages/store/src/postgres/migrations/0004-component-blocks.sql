-- Runs of 16 tests of one component, in the order in which the fold came to know them, with the extremes of their
-- metrics: the n first tests of a ranking are in the n blocks whose extremes come first, so the others need no look.
-- `adopted` counts the tests that it was ever given. The fold sets the extremes when it makes a block.
CREATE TABLE component_block (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  component_id integer NOT NULL,
  number integer NOT NULL,
  adopted integer NOT NULL,
  total_time_max double precision, total_time_max_at bigint,
  total_time_min double precision, total_time_min_at bigint,
  user_time_max double precision, user_time_max_at bigint,
  user_time_min double precision, user_time_min_at bigint,
  kernel_time_max double precision, kernel_time_max_at bigint,
  kernel_time_min double precision, kernel_time_min_at bigint,
  cpu_usage_max double precision, cpu_usage_max_at bigint,
  cpu_usage_min double precision, cpu_usage_min_at bigint,
  mem_usage_max double precision, mem_usage_max_at bigint,
  mem_usage_min double precision, mem_usage_min_at bigint,
  UNIQUE (component_id, number)
) WITH (fillfactor = 60);

-- Null until the fold has adopted the test: those that are there already are adopted a few at a time.
ALTER TABLE test_stat ADD COLUMN block_id integer;
CREATE INDEX test_stat_block ON test_stat (block_id);
