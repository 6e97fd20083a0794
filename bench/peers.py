"""The same neighbor lists by other programs: scikit-learn's sparse matrices, and implicit where it is installed.

Run as a program it is one measurement: `peers.py NAME MATRIX.npz` prints wall and CPU seconds of one computation as
JSON; `--output LISTS.npz` keeps the lists. Each measurement is a process of its own, so that nothing is warm.
Neither program asks for a smallest number of common users, so both do a little less than shopsmart does.
"""

import argparse
import json
import os
import resource
import sys
import time

import numpy
import scipy.sparse

KEPT = 50
ITEMS_A_CHUNK = 200  # measured fastest of 200, 1000 and 5000


def scikit_learn(matrix):
    """Normalized columns, products of chunks of the transpose with the whole, the best of each row."""
    from sklearn.preprocessing import normalize
    columns = normalize(matrix, axis=0).tocsr()
    rows = columns.T.tocsr()
    lists = []
    for start in range(0, rows.shape[0], ITEMS_A_CHUNK):
        chunk = rows[start:start + ITEMS_A_CHUNK] @ columns
        bounds = chunk.indptr.tolist()
        for begin, end in zip(bounds, bounds[1:]):
            ids, scores = chunk.indices[begin:end], chunk.data[begin:end]
            if end - begin > KEPT + 1:
                best = numpy.argpartition(scores, end - begin - KEPT - 1)[-KEPT - 1:]
                ids, scores = ids[best], scores[best]
            best_first = scores.argsort()[::-1]
            lists.append((ids[best_first], scores[best_first]))
    return lists


def implicit_cosine(matrix):
    from implicit.nearest_neighbours import CosineRecommender
    model = CosineRecommender(K=KEPT + 1, num_threads=os.cpu_count())
    model.fit(matrix, show_progress=False)
    found = model.similarity
    bounds = found.indptr.tolist()
    return [(found.indices[begin:end], found.data[begin:end]) for begin, end in zip(bounds, bounds[1:])]


def without_self(lists):
    """(item, neighbors, scores) of each item that has neighbors; the programs above count an item as its own neighbor."""
    for item, (ids, scores) in enumerate(lists):
        other = (ids != item) & (scores > 0)
        if other.any():
            yield item, ids[other][:KEPT], scores[other][:KEPT]


PEERS = {"scikit-learn": scikit_learn, "implicit": implicit_cosine}


def load_libraries(name):
    """Imports before the clock starts: a service would have them loaded. False when the peer is not installed."""
    try:
        if name == "implicit":
            import implicit.nearest_neighbours  # noqa: F401
        else:
            import sklearn.preprocessing  # noqa: F401
    except ImportError:
        return False
    return True


def own_cpu_seconds():
    usages = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("name", choices=PEERS)
    arguments.add_argument("matrix")
    arguments.add_argument("--output")
    given = arguments.parse_args()
    if not load_libraries(given.name):
        sys.exit(f"{given.name} is not installed")
    matrix = scipy.sparse.load_npz(given.matrix).tocsr()
    started, cpu_started = time.perf_counter(), own_cpu_seconds()
    lists = PEERS[given.name](matrix)
    print(json.dumps({"wall": time.perf_counter() - started, "cpu": own_cpu_seconds() - cpu_started}))
    if given.output:
        save_lists(given.output, list(without_self(lists)))


def save_lists(path, lists):
    numpy.savez(path, items=numpy.array([item for item, _, _ in lists]),
                lengths=numpy.array([len(ids) for _, ids, _ in lists]),
                neighbors=numpy.concatenate([ids for _, ids, _ in lists]),
                scores=numpy.concatenate([scores for _, _, scores in lists]))


if __name__ == "__main__":
    main()
