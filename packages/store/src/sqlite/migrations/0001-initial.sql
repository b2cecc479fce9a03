-- Dimensions and facts: a suite runs the same tests thousands of times, so their texts stand once.

CREATE TABLE ingested_batch (id BLOB PRIMARY KEY) WITHOUT ROWID;

CREATE TABLE dead_record (
  id INTEGER PRIMARY KEY,
  batch_id TEXT NOT NULL,
  record TEXT NOT NULL,
  error TEXT NOT NULL,
  died_at INTEGER NOT NULL
);

-- Rows of the lists that are counted as a whole. What is derived from metrics (counts, extremes, zones and the
-- …_metric tables) is made of those up to `folded`; readers look at later ones themselves.
CREATE TABLE total (name TEXT PRIMARY KEY, n INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO total VALUES ('metrics', 0), ('folded', 0), ('sessions', 0), ('contexts', 0);

CREATE TABLE component (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, metric_count INTEGER NOT NULL DEFAULT 0);

CREATE TABLE pipeline (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE build (
  id INTEGER PRIMARY KEY,
  pipeline_id INTEGER NOT NULL REFERENCES pipeline,
  name TEXT NOT NULL,
  UNIQUE (pipeline_id, name)
);

-- A row without an ordinal is a stub: metrics name its hash, its own post has not come yet.
CREATE TABLE context (
  id INTEGER PRIMARY KEY,
  h TEXT NOT NULL UNIQUE,
  ordinal INTEGER UNIQUE,
  body TEXT,
  metric_count INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE session (
  id INTEGER PRIMARY KEY,
  h TEXT NOT NULL UNIQUE,
  ordinal INTEGER UNIQUE,
  run_date TEXT,
  run_us INTEGER,
  scm_ref TEXT,
  tags TEXT,
  pipeline_id INTEGER REFERENCES pipeline,
  build_id INTEGER REFERENCES build
);
CREATE INDEX session_scm ON session (scm_ref) WHERE scm_ref IS NOT NULL;
CREATE INDEX session_pipeline ON session (pipeline_id) WHERE pipeline_id IS NOT NULL;
CREATE INDEX session_build ON session (build_id) WHERE build_id IS NOT NULL;

CREATE TABLE session_tag (
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  session_id INTEGER NOT NULL REFERENCES session,
  PRIMARY KEY (name, value, session_id)
) WITHOUT ROWID;

-- `key` is a digest of the six texts: they may be long, and an index entry should not be.
CREATE TABLE test (
  id INTEGER PRIMARY KEY,
  key BLOB NOT NULL UNIQUE,
  item TEXT NOT NULL,
  item_variant TEXT NOT NULL,
  item_path TEXT NOT NULL,
  item_fs_loc TEXT NOT NULL,
  kind TEXT NOT NULL,
  component_id INTEGER NOT NULL REFERENCES component
);
-- Searches for a part of a name read these from end to end: they are a tenth of the table.
CREATE INDEX test_item ON test (item);
CREATE INDEX test_variant ON test (item_variant);
CREATE INDEX test_component ON test (component_id);
CREATE INDEX test_kind ON test (kind);

-- The writer keeps counts and extremes apart from the texts, in small rows: they change with every metric.
-- `…_at` is the first metric that has the extreme, so that equal values rank in order of storing.
CREATE TABLE test_stat (
  test_id INTEGER PRIMARY KEY REFERENCES test,
  metric_count INTEGER NOT NULL,
  first_metric INTEGER NOT NULL,
  last_metric INTEGER NOT NULL,
  total_time_max REAL NOT NULL, total_time_max_at INTEGER NOT NULL,
  total_time_min REAL NOT NULL, total_time_min_at INTEGER NOT NULL,
  user_time_max REAL NOT NULL, user_time_max_at INTEGER NOT NULL,
  user_time_min REAL NOT NULL, user_time_min_at INTEGER NOT NULL,
  kernel_time_max REAL NOT NULL, kernel_time_max_at INTEGER NOT NULL,
  kernel_time_min REAL NOT NULL, kernel_time_min_at INTEGER NOT NULL,
  cpu_usage_max REAL NOT NULL, cpu_usage_max_at INTEGER NOT NULL,
  cpu_usage_min REAL NOT NULL, cpu_usage_min_at INTEGER NOT NULL,
  mem_usage_max REAL NOT NULL, mem_usage_max_at INTEGER NOT NULL,
  mem_usage_min REAL NOT NULL, mem_usage_min_at INTEGER NOT NULL
);
-- A block is a run of metrics of one test; see BLOCK_SIZE.
CREATE TABLE test_block (
  id INTEGER PRIMARY KEY,
  test_id INTEGER NOT NULL REFERENCES test,
  first_metric INTEGER NOT NULL,
  total_time_max REAL NOT NULL, total_time_max_at INTEGER NOT NULL,
  total_time_min REAL NOT NULL, total_time_min_at INTEGER NOT NULL,
  user_time_max REAL NOT NULL, user_time_max_at INTEGER NOT NULL,
  user_time_min REAL NOT NULL, user_time_min_at INTEGER NOT NULL,
  kernel_time_max REAL NOT NULL, kernel_time_max_at INTEGER NOT NULL,
  kernel_time_min REAL NOT NULL, kernel_time_min_at INTEGER NOT NULL,
  cpu_usage_max REAL NOT NULL, cpu_usage_max_at INTEGER NOT NULL,
  cpu_usage_min REAL NOT NULL, cpu_usage_min_at INTEGER NOT NULL,
  mem_usage_max REAL NOT NULL, mem_usage_max_at INTEGER NOT NULL,
  mem_usage_min REAL NOT NULL, mem_usage_min_at INTEGER NOT NULL
);
CREATE INDEX test_block_test ON test_block (test_id);

CREATE TABLE session_stat (
  session_id INTEGER PRIMARY KEY REFERENCES session,
  metric_count INTEGER NOT NULL,
  first_metric INTEGER NOT NULL,
  last_metric INTEGER NOT NULL,
  total_time_max REAL NOT NULL, total_time_max_at INTEGER NOT NULL,
  total_time_min REAL NOT NULL, total_time_min_at INTEGER NOT NULL,
  user_time_max REAL NOT NULL, user_time_max_at INTEGER NOT NULL,
  user_time_min REAL NOT NULL, user_time_min_at INTEGER NOT NULL,
  kernel_time_max REAL NOT NULL, kernel_time_max_at INTEGER NOT NULL,
  kernel_time_min REAL NOT NULL, kernel_time_min_at INTEGER NOT NULL,
  cpu_usage_max REAL NOT NULL, cpu_usage_max_at INTEGER NOT NULL,
  cpu_usage_min REAL NOT NULL, cpu_usage_min_at INTEGER NOT NULL,
  mem_usage_max REAL NOT NULL, mem_usage_max_at INTEGER NOT NULL,
  mem_usage_min REAL NOT NULL, mem_usage_min_at INTEGER NOT NULL
);
CREATE TABLE session_block (
  id INTEGER PRIMARY KEY,
  session_id INTEGER NOT NULL REFERENCES session,
  first_metric INTEGER NOT NULL,
  total_time_max REAL NOT NULL, total_time_max_at INTEGER NOT NULL,
  total_time_min REAL NOT NULL, total_time_min_at INTEGER NOT NULL,
  user_time_max REAL NOT NULL, user_time_max_at INTEGER NOT NULL,
  user_time_min REAL NOT NULL, user_time_min_at INTEGER NOT NULL,
  kernel_time_max REAL NOT NULL, kernel_time_max_at INTEGER NOT NULL,
  kernel_time_min REAL NOT NULL, kernel_time_min_at INTEGER NOT NULL,
  cpu_usage_max REAL NOT NULL, cpu_usage_max_at INTEGER NOT NULL,
  cpu_usage_min REAL NOT NULL, cpu_usage_min_at INTEGER NOT NULL,
  mem_usage_max REAL NOT NULL, mem_usage_max_at INTEGER NOT NULL,
  mem_usage_min REAL NOT NULL, mem_usage_min_at INTEGER NOT NULL
);
CREATE INDEX session_block_session ON session_block (session_id);

-- Which components a session has metrics of, and since which metric.
CREATE TABLE session_component (
  component_id INTEGER NOT NULL REFERENCES component,
  session_id INTEGER NOT NULL REFERENCES session,
  first_metric INTEGER NOT NULL,
  PRIMARY KEY (component_id, session_id)
) WITHOUT ROWID;

CREATE TABLE metric (
  id INTEGER PRIMARY KEY,
  test_id INTEGER NOT NULL REFERENCES test,
  session_id INTEGER NOT NULL REFERENCES session,
  context_id INTEGER NOT NULL REFERENCES context,
  component_id INTEGER NOT NULL REFERENCES component,
  start_us INTEGER NOT NULL,
  start_text TEXT,
  total_time REAL NOT NULL,
  user_time REAL NOT NULL,
  kernel_time REAL NOT NULL,
  cpu_usage REAL NOT NULL,
  mem_usage REAL NOT NULL
);

-- Which metrics a test, session, context or component has: indexes of their own, because SQLite's would be
-- written with every metric (13 KB of log each when the batches are small) instead of with many at once.
CREATE TABLE test_metric (
  test_id INTEGER NOT NULL, metric_id INTEGER NOT NULL, PRIMARY KEY (test_id, metric_id)
) WITHOUT ROWID;
CREATE TABLE session_metric (
  session_id INTEGER NOT NULL, metric_id INTEGER NOT NULL, PRIMARY KEY (session_id, metric_id)
) WITHOUT ROWID;
CREATE TABLE context_metric (
  context_id INTEGER NOT NULL, metric_id INTEGER NOT NULL, PRIMARY KEY (context_id, metric_id)
) WITHOUT ROWID;
CREATE TABLE component_metric (
  component_id INTEGER NOT NULL, metric_id INTEGER NOT NULL, PRIMARY KEY (component_id, metric_id)
) WITHOUT ROWID;

-- Start times of runs of 1,024 ids: lists of a time range skip whole runs and stay in order of storing.
CREATE TABLE metric_zone (
  zone INTEGER PRIMARY KEY,
  metric_count INTEGER NOT NULL,
  first_us INTEGER NOT NULL,
  last_us INTEGER NOT NULL
);

-- What makes a metric stored once. Without `expires_at` (milliseconds) it holds as long as the metric does.
CREATE TABLE metric_key (key BLOB PRIMARY KEY, metric_id INTEGER NOT NULL, expires_at INTEGER) WITHOUT ROWID;
CREATE INDEX metric_key_expiry ON metric_key (expires_at) WHERE expires_at IS NOT NULL;
