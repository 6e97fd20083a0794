"""R1, R2 and R5: the computation alone, from a user-item matrix to the neighbor lists, without a database."""

import json
import subprocess
import sys
from pathlib import Path

import scipy.sparse

import datasets
from peers import PEERS, load_libraries
from report import in_turn, median, seconds

HERE = Path(__file__).parent
CORE = HERE.parent / "build" / "bench" / "core_bench"
GOALS = {("R1", "implicit"): 2.5, ("R2", "scikit-learn"): 4}
SPARSE = "RetailRocket"


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
    if not CORE.exists():
        print(f"NOT MEASURED: compute, for there is no {CORE}")
        return
