#!/bin/sh
# Starts PostgreSQL in its container. The first start creates the site's roles and database from the SQL that
# `python -m factcheck.database roles` prints. A first start that was interrupted is begun again.
set -eu
data=/var/lib/postgresql/data/17
if [ ! -e "$data" ]; then
    rm -rf "$data.new"
    initdb --pgdata "$data.new" --auth-local peer --auth-host scram-sha-256 --encoding UTF8 --locale C.UTF-8 --data-checksums
    echo "host all all all scram-sha-256" >> "$data.new/pg_hba.conf"
    pg_ctl start --pgdata "$data.new" --wait --options "-c listen_addresses='' -c unix_socket_directories=/tmp"
    psql --quiet --set ON_ERROR_STOP=1 --host /tmp --dbname postgres < /run/secrets/roles.sql
    pg_ctl stop --pgdata "$data.new" --wait
    mv "$data.new" "$data"
fi
# All services together use up to 104 connections (docs/how-to/grow.md).
exec postgres -D "$data" -c max_connections=150 -c "listen_addresses=*" -c unix_socket_directories=/tmp
