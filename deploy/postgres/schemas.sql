-- One database, a schema and a role of its own for each service: a role reads and writes its own schema and can look into
-- no other. Run once by a superuser, connected to the database:
--
--     psql --set=ON_ERROR_STOP=1 --set=auth_password=… --set=people_password=… --set=directory_password=… \
--          --set=scheduling_password=… --set=notifications_password=… --set=keys_password=… --dbname=mediverse --file=deploy/postgres/schemas.sql
--
-- Then each service's URL is postgres://SERVICE:PASSWORD@HOST/mediverse?schema=SERVICE. For a database for each service,
-- which keeps them apart better still, see compose/databases.sh.
revoke all on schema public from public;
grant usage on schema public to public;
create extension if not exists btree_gist with schema public;

create role auth login nosuperuser nocreatedb nocreaterole password :'auth_password';
create role people login nosuperuser nocreatedb nocreaterole password :'people_password';
create role directory login nosuperuser nocreatedb nocreaterole password :'directory_password';
create role scheduling login nosuperuser nocreatedb nocreaterole password :'scheduling_password';
create role notifications login nosuperuser nocreatedb nocreaterole password :'notifications_password';
create role keys login nosuperuser nocreatedb nocreaterole password :'keys_password';

create schema auth authorization auth;
create schema people authorization people;
create schema directory authorization directory;
create schema scheduling authorization scheduling;
create schema notifications authorization notifications;
create schema keys authorization keys;
