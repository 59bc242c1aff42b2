-- Cloud SQL, once for each of the six databases (deploy/terraform/databases.tf), before the first migration. Accounts sign in
-- by identity and have names of their own: the job that migrates makes the tables, the service reads and writes them. Both
-- act as one role, the owner, so that neither meets a table that is only the other's; their addresses say so
-- (options=-c role=house in kubernetes/overlays/prod/proxies).
--
-- From a machine of the network, as the user postgres, whose password is good for this once:
--
--     gcloud sql users set-password postgres --instance=mediverse-DATABASE --prompt-for-password
--     cloud-sql-proxy --private-ip PROJECT:REGION:mediverse-DATABASE
--     psql --set=ON_ERROR_STOP=1 --set=project=PROJECT --set=services=SERVICES --host=127.0.0.1 --username=postgres \
--          --dbname=DATABASE --file=deploy/postgres/cloud-sql.sql
--
-- SERVICES is the database's own name; for keys it is auth,people,scheduling,notifications. After a restore, which is done as
-- the migrations' account: reassign owned by current_user to house.
-- Where it was written it was run on a PostgreSQL 15, by an owner who is no superuser; not on Cloud SQL.
create role house nologin;
grant house to current_user;

select format('grant house to %I', 'mediverse-' || service || '@' || :'project' || '.iam')
from unnest(string_to_array(:'services' || ',migrate', ',')) service \gexec

-- Only its members may so much as connect.
select format('alter database %I owner to house', current_database()) \gexec
select format('revoke all on database %I from public', current_database()) \gexec

-- What scheduling's migration asks for, so that it finds it there.
create extension if not exists btree_gist with schema public;
