#!/bin/sh
# Create the virtual environment with Python 3.10 and install the project with its pinned constraints.
# Uses uv when it is there, else python3.10 (pyenv's shim counts). Rasa 3.6 runs on no newer Python.
set -eu
venv=$1

need() {
    printf '需要 Python 3.10（Rasa 3.6 不支持更新的版本）；没有找到。\n' >&2
    printf 'Python 3.10 is needed (Rasa 3.6 runs on no newer one) and was not found. Get it with one of:\n' >&2
    printf '  uv python install 3.10        (https://docs.astral.sh/uv/)\n  pyenv install 3.10\n  conda create -n mascot python=3.10\n' >&2
    exit 1
}

created() { printf '1/2 创建 %s …\n' "$venv"; }

works() { "$@" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 10))' >/dev/null 2>&1; }

if [ -x "$venv/bin/python" ] && ! works "$venv/bin/python"; then
    rm -rf "$venv"
fi
if [ ! -x "$venv/bin/python" ]; then
    if works python3.10; then
        created && python3.10 -m venv "$venv"
    elif works python3; then
        created && python3 -m venv "$venv"
    elif command -v pyenv >/dev/null 2>&1 && found=$(pyenv prefix "$(pyenv versions --bare 2>/dev/null | grep '^3\.10\.' | tail -n 1)" 2>/dev/null) && works "$found/bin/python"; then
        created && "$found/bin/python" -m venv "$venv"
    elif command -v uv >/dev/null 2>&1; then
        created && uv venv --seed --python 3.10 "$venv" || need
    else
        need
    fi
fi
printf '2/2 安装依赖（约 2.8 GB，头一次要几分钟）'
"$venv/bin/python" -m pip install -qq --disable-pip-version-check "pip<26" "setuptools<71" wheel
"$venv/bin/python" -m pip install -qq --disable-pip-version-check -c constraints.txt -e '.[dev]' &
pip=$!
while kill -0 "$pip" 2>/dev/null; do
    printf '.'
    sleep 3
done
wait "$pip" || { printf '\n安装没有完成，上面是原因；网络不通时可以再运行一次，已下载的不会重来。\n' >&2; exit 1; }
printf ' 好了\n'
