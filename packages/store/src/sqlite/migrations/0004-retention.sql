-- What retention goes by: all metrics up to `last_metric` had been stored by the end of an hour since 1970.
CREATE TABLE metric_hour (hour INTEGER PRIMARY KEY, last_metric INTEGER NOT NULL);
-- When those were stored that are there already is not known: they count as stored now.
INSERT INTO metric_hour SELECT unixepoch() / 3600, n FROM total WHERE name = 'folded' AND n > 0;

-- The last metric that retention has removed; the others are all after it.
INSERT INTO total VALUES ('removed', 0);

-- Keys are forgotten with their metrics.
CREATE INDEX metric_key_metric ON metric_key (metric_id);
