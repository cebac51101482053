# Run by Ansible on the primary: Préau's roles and database, by Infra/postgres/*.sql. Passwords reach psql by standard input, where
# no list of processes shows them.
set -euo pipefail
variables() {
    printf "\\\\set %s '%s'\n" database "$DATABASE" owner_password "$OWNER_PASSWORD" node_password "$NODE_PASSWORD" \
        admin_password "$ADMIN_PASSWORD" mover_password "$MOVER_PASSWORD"
}
run() { psql -X -q -v ON_ERROR_STOP=1 -U postgres -d "$1" -f -; }
{ variables; printf '%s\n' "$ROLES_SQL"; } | run postgres
if [ "$SHARD" != 0 ]; then { variables; printf '%s\n' "$SHARD_SQL"; } | run "$DATABASE"; fi
