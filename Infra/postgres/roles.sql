-- Run by the superuser at every start of the stack; says what is so, whatever was there before.
-- preau_owner owns the databases and migrates; preau_node and preau_admin own nothing and cannot pass by row-level security.
-- :"database" and the passwords are variables of psql.
\set ON_ERROR_STOP on
set client_min_messages = warning;
-- A slow machine must not write these passwords to the log.
set log_min_duration_statement = -1;

select format('create role %I', name)
  from unnest(array['preau_owner', 'preau_node', 'preau_admin']) name
 where not exists (select from pg_roles where rolname = name) \gexec

alter role preau_owner login nosuperuser nocreatedb nocreaterole noreplication nobypassrls password :'owner_password';
alter role preau_node  login nosuperuser nocreatedb nocreaterole noreplication nobypassrls password :'node_password';
alter role preau_admin login nosuperuser nocreatedb nocreaterole noreplication nobypassrls password :'admin_password';

select format('create database %I owner preau_owner', :'database')
 where not exists (select from pg_database where datname = :'database') \gexec

revoke all on database :"database" from public;
grant connect on database :"database" to preau_node, preau_admin;
