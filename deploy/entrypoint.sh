#!/bin/sh
# Secrets as files: for every NAME_FILE, NAME is read from that file (Docker and Kubernetes secrets), then the command runs.
set -eu
for pair in $(env | sed -n 's/^\([A-Z][A-Z0-9_]*\)_FILE=\(.*\)$/\1=\2/p'); do
    name=${pair%%=*}
    file=${pair#*=}
    if [ ! -r "$file" ]; then
        echo "密钥文件 $file（${name}_FILE）读不到，不启动。" >&2
        exit 1
    fi
    value=$(cat "$file")
    export "$name=$value"
    unset "${name}_FILE"
done
exec "$@"
