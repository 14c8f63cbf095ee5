#!/bin/sh
# Restore of what backup.sh made, into an EMPTY database and an empty or missing audit folder; stop the service first.
#   PGHOST=… PGPORT=… PGUSER=… PGPASSWORD=… PGDATABASE=… deploy/restore.sh FOLDER [AUDIT_FOLDER]
set -eu
folder=${1:?usage: restore.sh FOLDER [AUDIT_FOLDER]}
audit=${2:-audit}
(cd "$folder" && sha256sum --quiet --check SHA256SUMS) || { echo "备份和它的校验和对不上，不恢复。" >&2; exit 1; }
tables=$(psql -qAtX -c "select count(*) from information_schema.tables where table_schema = 'public'")
[ "$tables" = 0 ] || { echo "数据库里已经有 $tables 张表，不覆盖；请给一个空库。" >&2; exit 1; }
if [ -d "$audit" ] && ls "$audit"/*.jsonl >/dev/null 2>&1; then
    echo "$audit 里已经有审计文件，不覆盖。" >&2
    exit 1
fi
pg_restore --exit-on-error --single-transaction --no-owner --no-privileges --dbname="${PGDATABASE:?}" "$folder/database.dump"
mkdir -p "$audit"
cp -p "$folder"/audit/*.jsonl "$audit/" 2>/dev/null || true
echo "恢复好了：$(psql -qAtX -c 'select count(*) from events') 个事件。"
