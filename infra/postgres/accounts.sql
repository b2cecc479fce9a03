-- Makes the roles of the services and of the replica where they are not there yet, and gives them the passwords of the
-- environment. For psql, which reads these by itself, so that no list of processes shows them.

SET log_min_error_statement TO panic;

SELECT NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'monitor_read') AS missing
\gset
\if :missing
  \i /monitor-server/roles.sql
  CREATE ROLE monitor_replica LOGIN REPLICATION;
\endif

\getenv migrate MONITOR_MIGRATE_PASSWORD
\getenv write MONITOR_WRITE_PASSWORD
\getenv read MONITOR_READ_PASSWORD
\getenv replica MONITOR_REPLICA_PASSWORD
ALTER ROLE monitor_migrate PASSWORD :'migrate';
ALTER ROLE monitor_write PASSWORD :'write';
ALTER ROLE monitor_read PASSWORD :'read';
ALTER ROLE monitor_replica PASSWORD :'replica';
