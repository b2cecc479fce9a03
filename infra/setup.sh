#!/bin/sh
# Writes .env beside docker-compose.yml, with passwords that nobody else knows. Where there is one already, it stays as
# it is: the database was made with its passwords.
set -eu
cd "$(dirname "$0")"
umask 077

if [ -e .env ]; then
  echo "infra/.env is there already and stays as it is"
  exit 0
fi

secret() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }

draft=$(mktemp .env.XXXXXX)
trap 'rm -f "$draft"' EXIT
cat >"$draft" <<END
# Read by docker-compose. Keep it as safe as the database, and with its backups.
COMPOSE_PROJECT_NAME=monitor-server

# The port of the gateway on this machine, and the addresses it is reached at: 127.0.0.1 for this machine alone.
MONITOR_SERVER_PORT=8181
MONITOR_SERVER_HOST=0.0.0.0

# The replica, too, is started and read from: take away the # before the next line.
#COMPOSE_PROFILES=replica

# Taken over by the database when it is made; a change here alone locks the services out.
POSTGRES_PASSWORD=$(secret)
MONITOR_MIGRATE_PASSWORD=$(secret)
MONITOR_WRITE_PASSWORD=$(secret)
MONITOR_READ_PASSWORD=$(secret)
MONITOR_REPLICA_PASSWORD=$(secret)
REDIS_PASSWORD=$(secret)
END
# Of two that run at once, one wins.
if ln "$draft" .env 2>/dev/null; then
  echo "infra/.env is written; start with: docker compose -f infra/docker-compose.yml up -d"
else
  echo "infra/.env is there already and stays as it is"
fi
