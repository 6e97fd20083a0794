"""J1 and J2: what shoppers notice of a similarity job: the time of a read and of a recorded event, and their waits for locks.

Both kinds of calls come at a fixed rate that leaves the machine mostly idle, as a shop's do; a client that asks as fast as it
can measures how processors are shared. The job runs again and again, in a session of its own. Waits for locks are looked
at every few milliseconds, so that shorter ones may be missed.
"""

import statistics
import subprocess
import threading

from cluster import ServerError
from ingest import SCRIPTS
from recommend import SHOPSMART
from report import in_turn, median

CLIENTS = 4
CALLS_A_SECOND = 200
LOOK_SECONDS = 0.005
LONGEST_WAIT_MS = 100
KINDS = {"read": SHOPSMART, "track": SCRIPTS["shopsmart"]}
# The made-up shop is some years old.
JOB_SETTINGS = {"shopsmart.lookback": "3650d"}
JOB = "SELECT status FROM shopsmart_run_job('similarity', force => true)"
WAITS = """
    SELECT coalesce(max(extract(epoch FROM clock_timestamp() - l.waitstart)) * 1000, 0)
    FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE NOT l.granted AND a.application_name = 'pgbench'"""


class Repeated:
    """Does something again and again in a thread while the block runs."""

    def __init__(self, action, pause):
        self.action, self.pause = action, pause
        self.times = 0
        self.error = None

    def _repeat(self):
        try:
            while not self.done.is_set():
                self.action()
                self.times += 1
                self.done.wait(self.pause)
        except ServerError as error:
            self.error = error

    def __enter__(self):
        self.done = threading.Event()
        self.thread = threading.Thread(target=self._repeat)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.done.set()
        self.thread.join()
        if self.error:
            raise self.error


def calls(cluster, size, seconds):
    """Milliseconds that each call took, by kind. What a late call waited for its turn is not its own time."""
    command = ["pgbench", "-n", "-M", "prepared", "-c", str(CLIENTS), "-j", "2", "-T", str(seconds), "-R", str(CALLS_A_SECOND), "--random-seed=1",
               "-D", f"users={size.users}", "-D", f"products={size.products}", "--log", "--log-prefix", str(cluster.scratch / "calls")]
    for kind, script in KINDS.items():
        file = cluster.scratch / f"{kind}.sql"
        file.write_text(script, encoding="utf-8")
        command += ["-f", str(file)]
    done = subprocess.run(command, env=cluster.environment, capture_output=True, text=True)
    if done.returncode != 0:
        raise ServerError(f"pgbench failed: {done.stderr}")
    taken = {kind: [] for kind in KINDS}
    for file in cluster.scratch.glob("calls.*"):
        for line in file.read_text(encoding="ascii").splitlines():
            _, _, microseconds, script, _, _, lag = map(int, line.split())
            taken[list(KINDS)[script]].append((microseconds - lag) / 1000)
        file.unlink()
    return taken


def watch(cluster, size, seconds, job):
    longest_wait = 0.0

    def look():
        nonlocal longest_wait
        longest_wait = max(longest_wait, float(watcher.value(WAITS)))

    def run_job():
        if job and worker.value(JOB) != "succeeded":
            raise ServerError("the similarity job failed")

    with cluster.session() as watcher, cluster.session(**JOB_SETTINGS) as worker:
        with Repeated(run_job, 0 if job else seconds) as jobs, Repeated(look, LOOK_SECONDS):
            taken = calls(cluster, size, seconds)
    result = {"jobs": jobs.times if job else 0, "longest_wait_ms": longest_wait}
    for kind, times in taken.items():
        cuts = statistics.quantiles(times, n=100)
        result |= {f"{kind}s": len(times), f"{kind}_p50_ms": cuts[49], f"{kind}_p99_ms": cuts[98]}
    return result


def measure(cluster, size, rounds, seconds, report):
    results = in_turn(rounds, {"idle": lambda: watch(cluster, size, seconds, False), "job": lambda: watch(cluster, size, seconds, True)})
    report.raw["beside a similarity job"] = results
    names = {"read": "recommend()", "track": "shopsmart_track()"}
    for kind, name in names.items():
        for cut in ("p50", "p99"):
            own, idle = (median(results[state], f"{kind}_{cut}_ms") for state in ("job", "idle"))
            report.add("J1", f"{name}, {cut} during a similarity job", f"{own:.2f} ms", "without the job", f"{idle:.2f} ms", idle / own,
                       0.5 if (kind, cut) == ("read", "p99") else None)
    for state, what in (("idle", "without the job"), ("job", "during a similarity job")):
        wait = max(result["longest_wait_ms"] for result in results[state])
        report.add("J2", f"longest wait for a lock, {what}", f"{wait:.0f} ms" if wait else f"below {1000 * LOOK_SECONDS:.0f} ms",
                   f"limit {LONGEST_WAIT_MS} ms", "", LONGEST_WAIT_MS / max(wait, 1000 * LOOK_SECONDS), 1 if state == "job" else None)
