-- Who may use the server. Of a token there is the digest alone: what is in the database, or in a backup of it, lets
-- nobody in.
CREATE TABLE access_token (
  name text PRIMARY KEY,
  -- SHA-256, in hexadecimal digits.
  digest text NOT NULL UNIQUE,
  scopes text[] NOT NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz,
  revoked_at timestamptz,
  last_used_at timestamptz
);

-- Services that only read note when a token was used, and nothing else.
DO $$ BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'monitor_read') THEN
    GRANT UPDATE (last_used_at) ON access_token TO monitor_read;
  END IF;
END $$;
