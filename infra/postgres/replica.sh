#!/bin/bash
# Becomes a streaming replica of the primary, which it copies at its first start.
set -euo pipefail

copy=$PGDATA.incomplete
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  rm -rf "$copy"
  # With the configuration for recovery, the password is kept in the copy.
  PGPASSWORD=$MONITOR_REPLICA_PASSWORD pg_basebackup --host=postgres --username=monitor_replica --pgdata="$copy" \
    --write-recovery-conf --wal-method=stream --checkpoint=fast
  mv "$copy" "$PGDATA"
fi
exec docker-entrypoint.sh "$@"
