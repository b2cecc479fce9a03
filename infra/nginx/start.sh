#!/bin/sh
# Starts the gateway. Where there is a certificate, its port speaks HTTPS.
set -eu

export GATEWAY_LISTEN=8080 GATEWAY_TLS=/dev/null
if [ -s /certs/tls.crt ] && [ -s /certs/tls.key ]; then
  export GATEWAY_LISTEN='8080 ssl' GATEWAY_TLS=/gateway/tls.conf
fi

# Puts the variables into the template, and becomes nginx.
exec /docker-entrypoint.sh nginx -e /dev/stderr -g 'daemon off;'
