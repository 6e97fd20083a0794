"""R3 and R4: from committed events to a committed model, and the memory that this takes."""

import json
import subprocess
import sys
import threading
import time
from pathlib import Path

from generate import AS_OF
from report import in_turn, median, seconds

HERE = Path(__file__).parent
SAMPLE_SECONDS = 0.01
REBUILD = f"SELECT * FROM shopsmart_rebuild_similarity(as_of => '{AS_OF}')"
# Settings of shopsmart.rebuild_memory to compare: one in which the whole fits, one that forces work in blocks.
MEMORY = {"S": ("512MB", "1MB"), "M": ("512MB", "96MB"), "L": ("2GB", "1GB"), "W": ("512MB", "96MB")}
R3_GOALS = {"plain SQL": 100, "scikit-learn beside the database": 7, "implicit beside the database": 5}

SAME_AS_PLAIN = """
    CREATE TEMP TABLE mismatches AS
    SELECT product_id, rank, p.similar_product_id AS plain_id, s.similar_product_id AS shopsmart_id, p.score AS plain_score,
           s.score AS shopsmart_score, p.co_count AS plain_co_count, s.co_count AS shopsmart_co_count
    FROM plain.item_similarity p FULL JOIN shopsmart.item_similarity s USING (product_id, rank)
    WHERE p.similar_product_id IS DISTINCT FROM s.similar_product_id OR p.co_count IS DISTINCT FROM s.co_count
       OR abs(p.score - s.score) > 1e-12;
    SELECT count(*) FROM mismatches;
    SELECT * FROM mismatches ORDER BY product_id, rank LIMIT 3;
    DROP TABLE mismatches"""
FINGERPRINT = """
    SELECT kind, count(*), sum(hash_record_extended(ROW(n.product_id, n.neighbor_ids, n.scores, n.co_counts), 0))
    FROM shopsmart.generations JOIN shopsmart.neighbors n USING (generation)
    GROUP BY kind ORDER BY kind"""


class PeakMemory:
    """The most private memory (RssAnon) of a process while the block runs, by looking every few milliseconds."""

    def __init__(self, pid):
        self.status = Path(f"/proc/{pid}/status")
        self.bytes = 0

    def _look(self):
        for line in self.status.read_text(encoding="utf-8").splitlines():
            if line.startswith("RssAnon:"):
                self.bytes = max(self.bytes, int(line.split()[1]) * 1024)

    def _sample(self):
        while not self.done.wait(SAMPLE_SECONDS):
            self._look()

    def __enter__(self):
        self.done = threading.Event()
        self.thread = threading.Thread(target=self._sample)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.done.set()
        self.thread.join()


def build_model(cluster):
    """The model that the read path needs; the newest rows are visible to index-only scans afterwards."""
    with cluster.session() as session:
        session.run(REBUILD)
        session.run(f"SELECT * FROM shopsmart_refresh_trending('{AS_OF}')")
        session.run("VACUUM ANALYZE")


def ours(cluster, memory):
    with cluster.session(**{"shopsmart.rebuild_memory": memory}) as session:
        with PeakMemory(session.backend) as peak, cluster.meter(session) as meter:
            done = session.record(REBUILD)
        return {"wall": meter.wall, "cpu": meter.cpu, "peak_bytes": peak.bytes, "said": done,
                "fingerprint": session.run(FINGERPRINT)}


def default_model(cluster, memory):
    with cluster.session() as session:
        session.run("UPDATE shopsmart.models SET is_default = false")
    try:
        return ours(cluster, memory)
    finally:
        with cluster.session() as session:
            session.run("UPDATE shopsmart.models SET is_default = true")


def plain(cluster):
    with cluster.session() as session:
        with cluster.meter(session) as meter:
            session.run(f"\\set as_of '{AS_OF}'\n" + (HERE / "sql" / "rebuild.sql").read_text(encoding="utf-8"))
        return {"wall": meter.wall, "cpu": meter.cpu}


def beside(cluster, name):
    with cluster.meter() as meter:
        done = subprocess.run([sys.executable, "-W", "ignore", HERE / "beside.py", name, str(AS_OF)], env=cluster.environment,
                              capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"rebuild with {name} failed: {done.stderr}")
    client = json.loads(done.stdout)
    return dict(client, cpu=client["cpu"] + meter.cpu, client_cpu=client["cpu"], server_cpu=meter.cpu)


def measure(cluster, given, peers, report):
    size = given.size
    enough, little = MEMORY[size]
    rivals = {f"{name} beside the database": lambda name=name: beside(cluster, name) for name in peers} if size != "L" else {}
    results = in_turn(given.rounds, {"shopsmart": lambda: ours(cluster, enough), "rp3beta": lambda: default_model(cluster, enough),
                                      "little memory": lambda: ours(cluster, little), **rivals})
    if size != "L" and not given.no_plain_sql:
        results["plain SQL"] = [plain(cluster)]
        check_against_plain(cluster, report)
    report.raw["rebuild"] = results

    own = results["shopsmart"]
    cpu, wall = median(own, "cpu"), median(own, "wall")
    for rival, goal in R3_GOALS.items():
        if rival in results:
            theirs = median(results[rival], "cpu")
            report.add("R3", "whole rebuild, CPU", seconds(cpu), rival, seconds(theirs), theirs / cpu, goal if size == "M" else None)
            theirs = median(results[rival], "wall")
            report.add("R3", "whole rebuild, wall", seconds(wall), rival, seconds(theirs), theirs / wall)
    other = median(results["rp3beta"], "cpu")
    report.add("R3", "whole rebuild of the default model, rp3beta, CPU", seconds(other), "cosine", seconds(cpu), cpu / other)
    report_memory(results, size, enough, little, report)


def check_against_plain(cluster, report):
    with cluster.session() as session:
        (count,), *examples = session.run(SAME_AS_PLAIN)
    report.check("similarity table against plain SQL", int(count), f"(product, rank, plain id, ours, ...): {examples}" if examples else "")


def report_memory(results, size, enough, little, report):
    large = size == "L"
    for name, setting in (("shopsmart", enough), ("little memory", little)):
        wall, peak = median(results[name], "wall"), median(results[name], "peak_bytes") / 1e9
        blocks = results[name][0]["said"]["blocks"]
        what = f"rebuild, rebuild_memory {setting} ({blocks} blocks)"
        goals = large and name == "shopsmart"
        report.add("R4", what + ", wall", seconds(wall), "limit 25 s" if large else "", "", 25 / wall if large else None, 1 if goals else None)
        report.add("R4", what + ", private memory", f"{peak:.2f} GB", "limit 2.5 GB" if large else "", "", 2.5 / peak if large else None,
                   1 if goals else None)
    fingerprints = {str(result["fingerprint"]) for name in ("shopsmart", "little memory") for result in results[name]}
    report.check("model with much and with little memory", len(fingerprints) - 1)
