"""PostgreSQL, Redis, RabbitMQ and nginx as real processes: free local ports, scratch folders, unprivileged users.

`missing()` names what is not installed; `make services` installs it from Debian's packages.
"""

from __future__ import annotations

import glob
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PASSWORD = "a-password-for-tests"
LOCAL = "127.0.0.1"


def program(name: str) -> str | None:
    """Where a program of the four servers is; Debian keeps PostgreSQL's and RabbitMQ's outside PATH."""
    places = [*sorted(glob.glob("/usr/lib/postgresql/*/bin"), reverse=True), "/usr/sbin", "/usr/lib/rabbitmq/bin", "/usr/local/sbin"]
    return shutil.which(name) or shutil.which(name, path=os.pathsep.join(places))


NEEDED = {"PostgreSQL": ("postgres", "initdb", "psql", "pg_dump", "pg_restore"), "Redis": ("redis-server",), "RabbitMQ": ("rabbitmq-server",), "nginx": ("nginx",)}


def missing() -> list[str]:
    """Names of the servers that are not installed here."""
    return [name for name, programs in NEEDED.items() if not all(program(p) for p in programs)]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOCAL, 0))
        return int(probe.getsockname()[1])


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((LOCAL, port)) == 0


def until(what: Callable[[], Any], seconds: float = 30, every: float = 0.1) -> Any:
    """The first true value of `what`; AssertionError when there is none in time."""
    end = time.monotonic() + seconds
    while True:
        value = what()
        if value:
            return value
        assert time.monotonic() < end, f"not within {seconds:.0f} seconds: {what}"
        time.sleep(every)


def _as(*users: str) -> dict[str, Any]:
    """Popen options that give up root for the first of these users that exists; nothing when we are not root."""
    if os.geteuid() != 0:
        return {}
    for user in (*users, "nobody"):
        try:
            entry = pwd.getpwnam(user)
        except KeyError:
            continue
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    return {}


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder that unprivileged servers can enter; pytest's own are closed to them."""
    folder = Path(tempfile.mkdtemp(prefix="mascot-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Program:
    """One server process in a folder of its own."""

    users: tuple[str, ...] = ()

    def __init__(self, folder: Path) -> None:
        self.folder = folder / type(self).__name__.lower()
        self.folder.mkdir()
        self.port = free_port()
        self.log = self.folder / "log"
        self.options = _as(*self.users)
        self.process: subprocess.Popen[bytes] | None = None
        if self.options:
            os.chown(self.folder, self.options["user"], self.options["group"])

    def command(self) -> list[str]:
        raise NotImplementedError

    def environment(self) -> dict[str, str]:
        return {"PATH": os.environ["PATH"], "HOME": str(self.folder), "LC_ALL": "C.UTF-8"}

    def start(self) -> None:
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                self.command(), cwd=self.folder, env=self.environment(), stdin=subprocess.DEVNULL, stdout=log,
                stderr=subprocess.STDOUT, start_new_session=True, **self.options,
            )
        until(self._up, 180)  # RabbitMQ on a machine that does other things

    def _up(self) -> bool:
        assert self.process is not None and self.process.poll() is None, self.log.read_text("utf-8", "replace")[-2000:]
        return self.ready()

    def ready(self) -> bool:
        return answers(self.port)

    def stop(self, how: int = signal.SIGTERM) -> None:
        if self.process is None or self.process.poll() is not None:
            return
        os.killpg(self.process.pid, how)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def pause(self) -> None:
        """Stop answering without closing anything: a slow server."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGCONT)


class PostgreSQL(Program):
    users = ("postgres",)
    user, database = "mascot", "mascot"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        secret = self.folder / "password"
        secret.write_text(PASSWORD)
        self.data = self.folder / "data"
        if self.options:
            os.chown(secret, self.options["user"], self.options["group"])
        subprocess.run(
            [str(program("initdb")), "-D", str(self.data), "-U", self.user, "-A", "scram-sha-256", f"--pwfile={secret}", "-E", "UTF8", "--no-locale", "-N"],
            check=True, capture_output=True, cwd=self.folder, env=self.environment(), **self.options,
        )

    def command(self) -> list[str]:
        return [
            str(program("postgres")), "-D", str(self.data), "-p", str(self.port), "-h", LOCAL, "-k", str(self.folder), "-c", "fsync=off",
            "-c", "max_connections=60",
        ]

    def client_environment(self) -> dict[str, str]:
        return {**os.environ, "PGHOST": LOCAL, "PGPORT": str(self.port), "PGUSER": self.user, "PGPASSWORD": PASSWORD, "PGDATABASE": self.database}

    def ready(self) -> bool:
        return answers(self.port) and self._psql("select 1", "postgres").returncode == 0

    def _psql(self, sql: str, database: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(program("psql")), "-qAtX", "-d", database, "-v", "ON_ERROR_STOP=1", "-c", sql],
            env=self.client_environment(), capture_output=True, text=True, check=False,
        )

    def sql(self, sql: str, database: str = "") -> list[str]:
        """Rows of a query, columns joined by `|`."""
        done = self._psql(sql, database or self.database)
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()

    def create(self, database: str = "") -> None:
        self.sql(f"create database {database or self.database}", "postgres")

    def stop(self, how: int = signal.SIGINT) -> None:  # SIGINT: fast shutdown, connections are closed
        super().stop(how)


class Redis(Program):
    users = ("redis",)

    def command(self) -> list[str]:
        return [
            str(program("redis-server")), "--port", str(self.port), "--bind", LOCAL, "--requirepass", PASSWORD, "--save", "", "--appendonly", "no",
            "--dir", str(self.folder),
        ]


class RabbitMQ(Program):
    users = ("rabbitmq",)
    user = "mascot"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.epmd, self.distribution = free_port(), free_port()
        settings = self.folder / "rabbitmq.conf"
        settings.write_text(
            f"listeners.tcp.1 = {LOCAL}:{self.port}\ndefault_user = {self.user}\ndefault_pass = {PASSWORD}\n"
            "loopback_users = none\nlog.file = false\nlog.console = true\nlog.console.level = error\n"
        )
        (self.folder / "plugins").write_text("[].\n")
        for file in (settings, self.folder / "plugins"):
            file.chmod(0o644)

    def environment(self) -> dict[str, str]:
        name = f"mascot{self.port}@localhost"
        return {
            **super().environment(), "RABBITMQ_NODENAME": name, "RABBITMQ_MNESIA_BASE": str(self.folder / "data"), "RABBITMQ_LOG_BASE": str(self.folder),
            "RABBITMQ_CONFIG_FILE": str(self.folder / "rabbitmq.conf"), "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "plugins"),
            "RABBITMQ_DIST_PORT": str(self.distribution), "RABBITMQ_CONF_ENV_FILE": str(self.folder / "none"), "RABBITMQ_PID_FILE": str(self.folder / "pid"),
            "ERL_EPMD_PORT": str(self.epmd), "ERL_EPMD_ADDRESS": LOCAL, "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
            "RABBITMQ_IO_THREAD_POOL_SIZE": "8",
        }

    def command(self) -> list[str]:
        return [self._program("rabbitmq-server")]

    @staticmethod
    def _program(name: str) -> str:
        # Debian's wrapper in /usr/sbin insists on the user rabbitmq and on root for everything; the script behind it does not.
        inner = glob.glob(f"/usr/lib/rabbitmq/lib/*/sbin/{name}") or glob.glob(f"/usr/lib/rabbitmq/bin/{name}")
        return inner[0] if inner else str(program(name))

    def stop(self, how: int = signal.SIGTERM) -> None:
        super().stop(how)
        # epmd detaches itself; it is ours alone, by its port.
        subprocess.run(
            ["epmd", "-port", str(self.epmd), "-kill"], env=self.environment(), capture_output=True, check=False, timeout=20,
        )


class Nginx(Program):
    users = ("www-data",)

    def __init__(self, folder: Path, configuration: Callable[[Path, int], str]) -> None:
        super().__init__(folder)
        self.file = self.folder / "nginx.conf"
        self.file.write_text(configuration(self.folder, self.port), "utf-8")

    def command(self) -> list[str]:
        return [str(program("nginx")), "-p", str(self.folder), "-c", str(self.file), "-e", str(self.folder / "error.log"), "-g", "daemon off;"]

    def check(self) -> str:
        """What `nginx -t` says; empty when the file is right."""
        done = subprocess.run([*self.command()[:-2], "-t", "-q"], capture_output=True, text=True, check=False, **self.options)
        return done.stderr if done.returncode else ""


@contextmanager
def running(server: Program) -> Iterator[Any]:
    try:
        server.start()
        yield server
    finally:
        if server.process is not None and server.process.poll() is None:
            server.go_on()
        server.stop()


def environment(database: PostgreSQL, redis: Redis, rabbit: RabbitMQ, actions_port: int) -> dict[str, str]:
    """What `endpoints.production.yml` wants from the environment."""
    return {
        "DB_HOST": LOCAL, "DB_PORT": str(database.port), "DB_NAME": database.database, "DB_USER": database.user, "DB_PASSWORD": PASSWORD,
        "REDIS_HOST": LOCAL, "REDIS_PORT": str(redis.port), "REDIS_PASSWORD": PASSWORD,
        "RABBITMQ_HOST": LOCAL, "RABBITMQ_PORT": str(rabbit.port), "RABBITMQ_USER": rabbit.user, "RABBITMQ_PASSWORD": PASSWORD,
        "ACTIONS_URL": f"http://{LOCAL}:{actions_port}/webhook",
    }
