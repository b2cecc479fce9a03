-- What retention goes by: all metrics up to `last_metric` had been stored by the end of an hour since 1970.
CREATE TABLE metric_hour (hour bigint PRIMARY KEY, last_metric bigint NOT NULL);
-- When those were stored that are there already is not known: they count as stored now.
INSERT INTO metric_hour SELECT floor(extract(epoch FROM now()) / 3600), n FROM total WHERE name = 'folded' AND n > 0;

-- The last metric that retention has removed; the others are all after it.
INSERT INTO total VALUES ('removed', 0);

-- How many metrics of a test or session were removed: blocks go on being numbered as if these were there.
ALTER TABLE test_stat ADD COLUMN removed bigint NOT NULL DEFAULT 0;
ALTER TABLE session_stat ADD COLUMN removed bigint NOT NULL DEFAULT 0;

-- Keys are forgotten with their metrics. They are taken before the metrics have ids, so they name what they came from:
-- the transactions of one millisecond, whose last metric is noted here. 0 are all from before.
CREATE TABLE key_origin (id bigint PRIMARY KEY, last_metric bigint NOT NULL);
INSERT INTO key_origin SELECT 0, max(id) FROM metric HAVING count(*) > 0;
ALTER TABLE metric_key ADD COLUMN origin bigint NOT NULL DEFAULT 0;
CREATE INDEX IF NOT EXISTS metric_key_origin ON metric_key (origin);
