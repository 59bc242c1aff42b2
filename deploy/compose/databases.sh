#!/bin/sh
# Run once by the PostgreSQL image: a database and a role of its own for each service. No role may even connect to
# another's database.
set -eu
for service in auth people directory scheduling notifications keys; do
    eval "password=\$$(echo "$service" | tr '[:lower:]' '[:upper:]')_DATABASE_PASSWORD"
    psql --set=ON_ERROR_STOP=1 --username="$POSTGRES_USER" --dbname=postgres \
        --set=service="$service" --set=password="$password" <<'SQL'
create role :"service" login nosuperuser nocreatedb nocreaterole password :'password';
create database :"service" owner :"service";
revoke all on database :"service" from public;
SQL
done
psql --set=ON_ERROR_STOP=1 --username="$POSTGRES_USER" --dbname=postgres \
    --set=password="$MONITOR_DATABASE_PASSWORD" <<'SQL'
create role monitor login nosuperuser password :'password' in role pg_monitor;
revoke all on database postgres from public;
grant connect on database postgres to monitor;
SQL
