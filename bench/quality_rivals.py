"""Lists of other programs on the same split, judged as shopsmart_evaluate judges its own.

implicit and scikit-learn are used where they are installed; EASE is ten lines of NumPy, as its paper prints it.
"""

import importlib.util
import math
import os
import warnings

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # implicit brings threads of its own

import numpy
import scipy.sparse

warnings.filterwarnings("ignore", message="Method expects CSR")
MOST_EASE_PRODUCTS = 10_000
BATCH = 1000


def matrix_of(split):
    """Users and products as rows and columns, the sum of weights in each cell."""
    users = {user: row for row, user in enumerate(sorted({event[0] for event in split.known}))}
    products = {product: column for column, product in enumerate(sorted({event[1] for event in split.known}))}
    cells = ([split.weights[event[2]] for event in split.known],
             ([users[event[0]] for event in split.known], [products[event[1]] for event in split.known]))
    matrix = scipy.sparse.csr_matrix(cells, shape=(len(users), len(products)), dtype=numpy.float32)
    matrix.sum_duplicates()
    return matrix, users, products


def answers_of(split, users, products):
    """By row the columns that a user went for; -1 stands for a product that nobody had before."""
    seen = {(event[0], event[1]) for event in split.known}
    answers = {}
    for user, product, _, _ in split.asked:
        if split.include_seen or (user, product) not in seen:
            answers.setdefault(user, set()).add(product)
    return ({users[user]: [products.get(product, -1) for product in went_for] for user, went_for in answers.items() if user in users},
            sum(user not in users for user in answers))


def ease(matrix, regularization=300):
    """Steck: Embarrassingly shallow autoencoders for sparse data, WWW 2019."""
    binary = (matrix > 0).astype(numpy.float64)
    gram = (binary.T @ binary).toarray()
    gram[numpy.diag_indices_from(gram)] += regularization
    inverse = numpy.linalg.inv(gram)
    weights = inverse / -numpy.diag(inverse)
    weights[numpy.diag_indices_from(weights)] = 0
    return lambda users: numpy.asarray(binary[users] @ weights)


def scikit_learn(matrix):
    from sklearn.preprocessing import normalize
    columns = normalize(matrix, axis=0)
    similarity = (columns.T @ columns).tolil()
    similarity.setdiag(0)
    similarity = similarity.tocsr()
    return lambda users: (matrix[users] @ similarity).toarray()


def implicit_model(make):
    def fit(matrix):
        model = make()
        model.fit(matrix, show_progress=False)
        return model
    return fit


def rivals(products):
    """Name and how to fit it, of those that can run here; says why the others cannot."""
    found = {}
    if importlib.util.find_spec("implicit"):
        from implicit.als import AlternatingLeastSquares
        from implicit.nearest_neighbours import BM25Recommender, CosineRecommender
        found["implicit cosine"] = implicit_model(lambda: CosineRecommender(K=100))
        found["implicit BM25"] = implicit_model(lambda: BM25Recommender(K=100, K1=1.2, B=0.5))
        found["implicit ALS"] = implicit_model(lambda: AlternatingLeastSquares(factors=128, regularization=0.05, alpha=5, iterations=15, random_state=1))
    else:
        print("  skipped implicit: not installed (pip install implicit)")
    if importlib.util.find_spec("sklearn"):
        found["scikit-learn cosine"] = scikit_learn
    else:
        print("  skipped scikit-learn: not installed (python3-sklearn)")
    if products <= MOST_EASE_PRODUCTS:
        found["NumPy EASE"] = ease
    else:
        print(f"  skipped NumPy EASE: {products} products, at most {MOST_EASE_PRODUCTS}")
    return found


def lists(model, matrix, rows, length, include_seen):
    """Best columns for each row."""
    for begin in range(0, len(rows), BATCH):
        batch = numpy.array(rows[begin:begin + BATCH])
        if hasattr(model, "recommend"):
            ids, _ = model.recommend(batch, matrix[batch], N=length, filter_already_liked_items=not include_seen)
            yield from ids
            continue
        scores = model(batch)
        if not include_seen:
            scores[matrix[batch].nonzero()] = -numpy.inf
        best = numpy.argpartition(-scores, min(length, scores.shape[1] - 1), axis=1)[:, :length]
        order = numpy.take_along_axis(-scores, best, axis=1).argsort(axis=1, kind="stable")
        yield from numpy.take_along_axis(best, order, axis=1)


def judge(split, name, fit, matrix, users, products):
    """HR, NDCG and MRR at 20 and NDCG at 100, means over the users that shopsmart_evaluate judges."""
    answers, strangers = answers_of(split, users, products)
    rows = sorted(answers)
    sums = numpy.zeros(4)
    for row, columns in zip(rows, lists(fit(matrix), matrix, rows, 100, split.include_seen)):
        sums += metrics(columns, answers[row])
    return dict(zip(("hit_rate", "ndcg", "mrr", "ndcg_100"), sums / (len(rows) + strangers)))


def metrics(columns, went_for):
    hits = [rank for rank, column in enumerate(columns, 1) if column in went_for]
    ideal = [1 / math.log2(1 + rank) for rank in range(1, len(went_for) + 1)]
    gains = [(rank, 1 / math.log2(1 + rank)) for rank in hits]
    first = [gain for rank, gain in gains if rank <= 20]
    return numpy.array([bool(first), sum(first) / sum(ideal[:20]), 1 / hits[0] if hits and hits[0] <= 20 else 0,
                        sum(gain for _, gain in gains) / sum(ideal[:100])])
