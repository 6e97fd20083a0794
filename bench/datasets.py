"""User-item matrices to compute with: public data sets in the form of their folder, and the generated shop."""

import csv
import gzip
from pathlib import Path

import numpy
import scipy.sparse

import generate

TMALL_WEIGHTS = dict(zip(generate.EVENT_TYPES, generate.WEIGHTS))


def tmall(folder):
    return _matrix(folder / "tmall" / "events.csv.gz", lambda row: (row[0], row[2], TMALL_WEIGHTS[row[1]]))


def movielens_1m(folder):
    return _matrix(folder / "movielens_1m" / "ratings.csv.gz", lambda row: row)


def retailrocket(folder):
    return _matrix(folder / "retailrocket" / "user_item_strength.csv.gz", lambda row: row)


REAL = {"Tmall": tmall, "MovieLens 1M": movielens_1m, "RetailRocket": retailrocket}


def real_matrices(folder):
    """The data sets that the folder has; says which ones it lacks."""
    for name, read in REAL.items():
        try:
            yield name, read(Path(folder))
        except FileNotFoundError as missing:
            print(f"skipped {name}: no file {missing.filename}")


def shop_matrix(shop):
    return sum_of_weights(shop.user, shop.product, generate.WEIGHTS[shop.type])


def sum_of_weights(users, items, weights):
    """Rows and columns of a sparse matrix are the ids; equal pairs add up."""
    matrix = scipy.sparse.coo_matrix((weights, (users, items))).tocsr()
    matrix.sum_duplicates()
    return matrix


def _matrix(path, triple_of):
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        next(rows)
        triples = numpy.array([triple_of(row) for row in rows], dtype=numpy.float64)
    return sum_of_weights(triples[:, 0].astype(numpy.int64), triples[:, 1].astype(numpy.int64), triples[:, 2])
