"""R1, R2 and R5: the computation alone, from a user-item matrix to the neighbor lists, without a database."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy
import scipy.sparse

import datasets
from peers import PEERS, load_libraries
from report import in_turn, median, seconds

HERE = Path(__file__).parent
BUILD = HERE.parent / "build" / "bench-core"
GOALS = {"implicit": ("R1", 2.5), "scikit-learn": ("R2", 4), "naive loop": ("R5", 1)}
SPARSE = "RetailRocket"     # the log for which R5 and not R1 and R2 are aimed at
TOLERANCE = 1e-9


def installed_peers():
    """The rivals that this Python can import; loud about the others."""
    found = []
    for name in PEERS:
        probe = subprocess.run([sys.executable, "-c", f"import sys; sys.path.insert(0, {str(HERE)!r}); sys.dont_write_bytecode = True\n"
                                                      f"import peers; sys.exit(not peers.load_libraries({name!r}))"])
        if probe.returncode == 0:
            found.append(name)
        else:
            print(f"NOT MEASURED: {name} is not installed for {sys.executable}")
    return found


def measure(shop, given, peers, scratch, report):
    core = build_core()
    if core is None:
        return
    matrices = {f"shop {given.size}": datasets.shop_matrix(shop)}
    if given.data:
        matrices.update(datasets.real_matrices(given.data))
    for name, matrix in matrices.items():
        compare(name, matrix, core, peers, scratch, given.rounds, report)


def build_core():
    """The program of bench/core, made when it is missing or old; None, and a word about it, where that cannot be."""
    if shutil.which("cmake") is None:
        print("NOT MEASURED: compute needs cmake to build bench/core")
        return None
    for step in (["-S", HERE.parent, "-B", BUILD, "-DSHOPSMART_TESTS=OFF"], ["--build", BUILD, "--target", "core_bench"]):
        done = subprocess.run(["cmake", *step], capture_output=True, text=True)
        if done.returncode != 0:
            print(f"NOT MEASURED: compute, for bench/core does not build:\n{done.stdout}{done.stderr}")
            return None
    return BUILD / "core_bench"


def compare(name, matrix, core, peers, scratch, rounds, report):
    events, npz = scratch / "events.bin", scratch / "matrix.npz"
    write_events(matrix, events)
    scipy.sparse.save_npz(npz, matrix, compressed=False)
    own = [core, "--threads", os.cpu_count(), events]
    rivals = {peer: [sys.executable, "-W", "ignore", HERE / "peers.py", peer, npz] for peer in peers}
    rivals["naive loop"] = [core, "--naive", "--threads", os.cpu_count(), events]
    results = in_turn(rounds, {program: lambda command=command: run(command) for program, command in {"shopsmart": own, **rivals}.items()})
    report.raw[f"compute, {name}"] = results
    check_against_peer(name, own, rivals["scikit-learn"], scratch, report)

    cpu = median(results["shopsmart"], "cpu")
    for rival, (goal_id, goal) in GOALS.items():
        if rival in results:
            theirs = median(results[rival], "cpu")
            aimed = (rival == "naive loop") == (name == SPARSE) and not name.endswith((" S", " L"))
            report.add(goal_id, f"neighbor lists of {name}, CPU", seconds(cpu), rival, seconds(theirs), theirs / cpu, goal if aimed else None)


def run(command):
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True,
                          env=dict(os.environ, OPENBLAS_NUM_THREADS="1", PYTHONDONTWRITEBYTECODE="1"))
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, command))} failed: {done.stderr}")
    return json.loads(done.stdout)


def write_events(matrix, path):
    """Records of two 64-bit integers and a double: user, item, weight."""
    matrix = matrix.tocoo()
    rows = numpy.empty(matrix.nnz, [("user", "<i8"), ("item", "<i8"), ("weight", "<f8")])
    rows["user"], rows["item"], rows["weight"] = matrix.row, matrix.col, matrix.data
    rows.tofile(path)


def check_against_peer(name, own, peer, scratch, report):
    """scikit-learn knows no smallest number of common users, so this asks the core for none either."""
    lists, peer_lists = scratch / "lists.csv", scratch / "lists.npz"
    run([*own, "--min-co-count", 1, "--output", lists])
    run([*peer, "--output", peer_lists])
    items, scores = numpy.loadtxt(lists, delimiter=",", usecols=(0, 2), unpack=True)
    theirs = numpy.load(peer_lists)
    their_items = numpy.repeat(theirs["items"], theirs["lengths"])
    same = len(items) == len(their_items) and (items == their_items).all()
    wrong = numpy.count_nonzero(abs(scores - theirs["scores"]) > TOLERANCE) if same else max(1, abs(len(items) - len(their_items)))
    report.check(f"neighbor scores of {name} against scikit-learn", int(wrong), "" if same else "lists of other lengths")
