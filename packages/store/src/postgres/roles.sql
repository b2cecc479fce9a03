-- Three roles that can do no more than they need. Run once in the empty database, by an administrator who may create
-- roles; give them passwords (\password) or another way to log in that pg_hba.conf knows.
--
--   monitor_migrate  owns the tables and changes them: whatever runs migrations
--   monitor_write    reads and writes rows: worker, ingest, and the command that makes access tokens
--   monitor_read     reads rows: query

CREATE ROLE monitor_migrate LOGIN;
CREATE ROLE monitor_write LOGIN;
CREATE ROLE monitor_read LOGIN;

-- Until PostgreSQL 14 everybody may make tables.
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO monitor_migrate;
GRANT USAGE ON SCHEMA public TO monitor_write, monitor_read;

-- For the tables of all migrations to come.
ALTER DEFAULT PRIVILEGES FOR ROLE monitor_migrate IN SCHEMA public
  GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO monitor_write;
ALTER DEFAULT PRIVILEGES FOR ROLE monitor_migrate IN SCHEMA public
  GRANT SELECT ON TABLES TO monitor_read;
