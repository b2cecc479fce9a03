-- Who may use the server. Of a token there is the digest alone: what is in the database, or in a backup of it, lets
-- nobody in. Times are in milliseconds since 1970.
CREATE TABLE access_token (
  name TEXT PRIMARY KEY,
  -- SHA-256, in hexadecimal digits.
  digest TEXT NOT NULL UNIQUE,
  -- Separated by commas.
  scopes TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  revoked_at INTEGER,
  last_used_at INTEGER
) STRICT, WITHOUT ROWID;
