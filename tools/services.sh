#!/bin/sh
# Install PostgreSQL, Redis, RabbitMQ and nginx from Debian's packages for the service tests. Nothing is started: the tests
# start their own on free local ports. `--quiet-if-unable`: without root or apt-get say so and succeed; the tests skip then.
set -u
unable=1
[ "${1:-}" = --quiet-if-unable ] && unable=0

wanted=
for pair in postgres:postgresql redis-server:redis-server rabbitmq-server:rabbitmq-server nginx:nginx; do
    program=${pair%%:*}
    command -v "$program" >/dev/null 2>&1 || [ -x "/usr/sbin/$program" ] || ls /usr/lib/postgresql/*/bin/"$program" >/dev/null 2>&1 \
        || wanted="$wanted ${pair#*:}"
done
if [ -z "$wanted" ]; then
    [ "$unable" = 0 ] || echo "PostgreSQL、Redis、RabbitMQ、nginx 都在。"
    exit 0
fi
if ! command -v apt-get >/dev/null 2>&1; then
    echo "缺$wanted，这台机器没有 apt-get：请用系统自己的方式装。没有它们，真实服务的测试会跳过并在最后说明。" >&2
    exit "$unable"
fi
if [ "$(id -u)" != 0 ]; then
    echo "缺$wanted，安装要 root：sudo make services。没有它们，真实服务的测试会跳过并在最后说明。" >&2
    exit "$unable"
fi
echo "安装$wanted（约一分钟，不启动、不占端口）…"
# Debian's packages start their servers on the default ports; policy-rc.d forbids it for this run only.
policy=/usr/sbin/policy-rc.d
made=0
if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' > "$policy" && chmod 755 "$policy" && made=1
fi
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
# shellcheck disable=SC2086
if apt-get -o DPkg::Lock::Timeout=120 update -qq >"$log" 2>&1 \
    && apt-get -o DPkg::Lock::Timeout=120 install -y -qq --no-install-recommends $wanted >>"$log" 2>&1; then
    status=0
else
    tail -n 5 "$log" >&2
    echo "没装上，原因在上面。" >&2
    status=$unable
fi
[ "$made" = 0 ] || rm -f "$policy"
rm -f "$log"
exit "$status"
