#!/bin/sh
# Make the secrets that are missing, 32 random bytes each. Only the owner can enter the folder.
set -eu
cd "$(dirname "$0")"
umask 077
mkdir -p secrets
for name in db_password redis_password rabbitmq_password desk_token editor_token metrics_token; do
    [ -s "secrets/$name" ] && continue
    od -An -tx1 -N32 /dev/urandom | tr -d ' \n' > "secrets/$name"
    echo "secrets/$name"
done
# Where limits and retries are shared; the locks have database 1 of the same server. Follows the password.
rm -f secrets/redis_url
printf 'redis://:%s@redis:6379/2' "$(cat secrets/redis_password)" > secrets/redis_url
# Compose mounts the files as they are, and the containers' users (10001, 999) are nobody here: the folder is what protects.
chmod 0444 secrets/*
chmod 0700 secrets
