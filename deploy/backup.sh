#!/bin/sh
# Backup of everything that cannot be made again: the database (conversations, tickets, give-away entries) and the audit.
#   PGHOST=… PGPORT=… PGUSER=… PGPASSWORD=… PGDATABASE=… deploy/backup.sh FOLDER [AUDIT_FOLDER]
# Runs beside the service: pg_dump takes one consistent moment, the audit is only ever appended to. The folder appears when
# it is complete and was checked; exit 1 otherwise.
set -eu
folder=${1:?usage: backup.sh FOLDER [AUDIT_FOLDER]}
audit=${2:-audit}
umask 077
[ ! -e "$folder" ] || { echo "$folder 已经有了，换一个名字。" >&2; exit 1; }
part="$folder.part"
rm -rf "$part"
mkdir -p "$part/audit"
# The audit first: a conversation in the dump whose line is younger is harmless, a line without its conversation is not found.
pg_dump --format=custom --no-owner --no-privileges --file="$part/database.dump"
[ ! -d "$audit" ] || cp -p "$audit"/*.jsonl "$part/audit/" 2>/dev/null || true
pg_restore --list "$part/database.dump" > "$part/contents.txt"
grep -q 'TABLE DATA .* events ' "$part/contents.txt" || { echo "备份里没有 events 表，不算数。" >&2; exit 1; }
(cd "$part" && find . -type f ! -name SHA256SUMS -exec sha256sum {} + | sort -k2 > SHA256SUMS)
mv "$part" "$folder"
echo "备份好了：$folder"
