"""A PostgreSQL server to measure: a private cluster in a scratch folder, or the one that PGHOST names; sessions; CPU time.

CPU time comes from /proc, so the server must run on this machine. Nothing but psql and pgbench talks to it.
"""

import os
import re
import shutil
import statistics
import subprocess
import time
from pathlib import Path

DATABASE = "shopsmart_bench"
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
BACKENDS_EXIT_SECONDS = 10

# What a server of a shop of this size would have, and nothing that wakes up in the middle of a measurement.
SETTINGS = {
    "listen_addresses": "",
    "shared_buffers": "2GB",
    "work_mem": "256MB",
    "maintenance_work_mem": "1GB",
    "max_wal_size": "16GB",
    "checkpoint_timeout": "1h",
    "autovacuum": "off",
    "max_connections": "50",
}


class ServerError(RuntimeError):
    """psql or pgbench said no."""


def server_program(name):
    """Full path of a program of the server that pg_config names (initdb is not on PATH on Debian)."""
    folder = subprocess.run(["pg_config", "--bindir"], check=True, capture_output=True, text=True).stdout.strip()
    return str(Path(folder) / name)


class Cluster:
    """Where to connect, which process is the postmaster, and how to stop what we started."""

    def __init__(self, scratch, existing=False):
        self.scratch = Path(scratch)
        self.private = not existing
        self.environment = dict(os.environ, PGDATABASE=DATABASE, PGCONNECT_TIMEOUT="10")
        if self.private:
            self._start()
        self._make_database()
        with self.session() as session:
            self.version = session.value("SELECT current_setting('server_version')")
            self.postmaster = parent_process(session.backend)

    def _start(self):
        self.folder = self.scratch / "cluster"
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        if os.geteuid() == 0:
            self.scratch.chmod(0o755)
            shutil.chown(self.folder, "postgres")
        self._server("initdb", "-D", self.folder / "data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
        with open(self.folder / "data" / "postgresql.conf", "a", encoding="utf-8") as configuration:
            for name, value in SETTINGS.items():
                configuration.write(f"{name} = '{value}'\n")
            configuration.write(f"unix_socket_directories = '{self.folder}'\n")
        self.environment.update(PGHOST=str(self.folder), PGPORT="5432", PGUSER="postgres")
        self._server("pg_ctl", "-D", self.folder / "data", "-l", self.folder / "log", "-w", "start")

    def restart(self, settings):
        """Does nothing to a server that is not ours."""
        if self.private:
            with open(self.folder / "data" / "postgresql.conf", "a", encoding="utf-8") as configuration:
                for name, value in settings.items():
                    configuration.write(f"{name} = '{value}'\n")
            self._server("pg_ctl", "-D", self.folder / "data", "-l", self.folder / "log", "-m", "fast", "-w", "restart")
            with self.session() as session:
                self.postmaster = parent_process(session.backend)

    def _server(self, program, *arguments):
        command = [server_program(program), *map(str, arguments)]
        if os.geteuid() == 0:
            command = ["runuser", "-u", "postgres", "--", *command]
        done = subprocess.run(command, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        if done.returncode != 0:
            raise ServerError(f"{program} failed: {done.stderr}")

    def _make_database(self):
        for statement in (f"DROP DATABASE IF EXISTS {DATABASE}", f"CREATE DATABASE {DATABASE}"):
            subprocess.run(["psql", "-XqAt", "-d", "postgres", "-c", statement], env=self.environment, check=True,
                           stderr=subprocess.DEVNULL)

    def stop(self):
        if self.private:
            self._server("pg_ctl", "-D", self.folder / "data", "-m", "immediate", "stop")
            shutil.rmtree(self.folder)
        else:
            subprocess.run(["psql", "-XqAt", "-d", "postgres", "-c", f"DROP DATABASE {DATABASE}"], env=self.environment, check=True)

    def session(self, **settings):
        return Session(self.environment, settings)

    def meter(self, session=None):
        return Meter(self.postmaster, session)

    def copy_in(self, command, chunks, **settings):
        """Feeds byte chunks to COPY ... FROM STDIN through a connection of its own; returns what that took."""
        with self.meter() as meter:
            process = subprocess.Popen(["psql", "-Xq", "-v", "ON_ERROR_STOP=1", "-c", command], stdin=subprocess.PIPE,
                                       env=dict(self.environment, PGOPTIONS=options(settings)))
            for chunk in chunks:
                process.stdin.write(chunk)
            process.stdin.close()
            if process.wait() != 0:
                raise ServerError(f"{command} failed")
        return meter

    def pgbench(self, script, clients, calls, variables=(), log=False, **settings):
        """Runs a script of one transaction so many times on each of some fresh connections; what a call costs.

        With log also the time that a call takes, as the client sees it: median, 95th and 99th percentile.
        """
        file = self.scratch / "pgbench.sql"
        file.write_text(script, encoding="utf-8")
        command = ["pgbench", "-n", "-M", "prepared", "-c", str(clients), "-j", str(min(clients, 2)), "-t", str(calls),
                   "--random-seed=1", "-f", str(file)]
        for name, value in dict(variables).items():
            command += ["-D", f"{name}={value}"]
        if log:
            command += ["--log", "--log-prefix", str(self.scratch / "pgbench_log")]
        environment = dict(self.environment, PGOPTIONS=options(settings))
        with self.meter() as meter:
            done = subprocess.run(command, env=environment, capture_output=True, text=True)
            if done.returncode != 0:
                raise ServerError(f"pgbench failed: {done.stderr}\n{script}")
        calls = int(re.search(r"number of transactions actually processed: (\d+)", done.stdout)[1])
        rate = float(re.search(r"tps = ([\d.]+)", done.stdout)[1])
        cost = {"tps": rate, "server_cpu_us": 1e6 * meter.cpu / calls}
        if log:
            latencies = sorted(self._latencies())
            cost["p50_ms"] = statistics.median(latencies) / 1000
            cost["p95_ms"] = latencies[len(latencies) * 95 // 100] / 1000
            cost["p99_ms"] = latencies[len(latencies) * 99 // 100] / 1000
        return cost

    def _latencies(self):
        """In microseconds."""
        latencies = []
        for file in self.scratch.glob("pgbench_log.*"):
            latencies += [int(line.split()[2]) for line in file.read_text(encoding="ascii").splitlines()]
            file.unlink()
        return latencies


def options(settings):
    return " ".join(f"-c {name}={value}" for name, value in settings.items())


class Session:
    """One psql and so one backend, which lives as long as the object. Answers are unaligned text."""

    END = "--end of answer--"

    def __init__(self, environment, settings):
        self.process = subprocess.Popen(
            ["psql", "-XqAt", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-v", "VERBOSITY=verbose"], text=True, bufsize=1,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env=dict(environment, PGOPTIONS="-c client_min_messages=warning " + options(settings)))
        self.backend = int(self.value("SELECT pg_backend_pid()"))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """Ends the backend too, so that its CPU time is not taken for somebody else's."""
        self.process.stdin.close()
        self.process.wait()
        give_up = time.monotonic() + BACKENDS_EXIT_SECONDS
        while Path(f"/proc/{self.backend}").exists() and time.monotonic() < give_up:
            time.sleep(0.01)

    def run(self, statements):
        """Runs statements; returns the rows of all of them as lists of text."""
        self.process.stdin.write(f"{statements}\n;\n\\echo {self.END}\n")
        rows = []
        for line in self.process.stdout:
            if line.rstrip("\n") == self.END:
                return rows
            rows.append(line.rstrip("\n").split("\t"))
        raise ServerError("\n".join("\t".join(row) for row in rows[-20:]))

    def value(self, statement):
        return self.run(statement)[0][0]

    def record(self, statement):
        """The only row of the answer as a dictionary by column."""
        names, values = self.run(f"\\pset tuples_only off\n\\pset footer off\n{statement}\n;\n\\pset tuples_only on")[:2]
        return dict(zip(names, values))


class Meter:
    """Wall seconds, and CPU seconds of the server: the session's backend and every backend or worker that ended meanwhile."""

    def __init__(self, postmaster, session):
        self.postmaster = postmaster
        self.session = session

    def _server_seconds(self):
        _, ended = process_seconds(self.postmaster)
        alive = process_seconds(self.session.backend)[0] if self.session else 0.0
        return ended + alive

    def __enter__(self):
        self.others = child_processes(self.postmaster)
        self.cpu_before = self._server_seconds()
        self.started = time.perf_counter()
        return self

    def __exit__(self, *_):
        self.wall = time.perf_counter() - self.started
        # A backend's time moves to the postmaster when the postmaster has collected it.
        give_up = time.monotonic() + BACKENDS_EXIT_SECONDS
        while child_processes(self.postmaster) - self.others and time.monotonic() < give_up:
            time.sleep(0.01)
        self.cpu = self._server_seconds() - self.cpu_before


def process_fields(pid):
    text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    return text[text.rindex(")") + 2:].split()


def process_seconds(pid):
    """CPU seconds (user + system) of a process, and of its children that ended and were collected."""
    user, system, children_user, children_system = map(int, process_fields(pid)[11:15])
    return (user + system) / TICKS_PER_SECOND, (children_user + children_system) / TICKS_PER_SECOND


def parent_process(pid):
    return int(process_fields(pid)[1])


def child_processes(pid):
    found = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if parent_process(entry.name) == pid:
                    found.add(entry.name)
            except (FileNotFoundError, ProcessLookupError):
                pass  # ended while we looked
    return found
