"""Makes up a shop: products with Zipf popularity, users with tastes, sessions of views, carts and purchases.

The same size and seed give the same shop. A user likes a few shelves of the shop and looks mostly there; some views
become carts, some carts become purchases, so that the event types come out as 80, 13 and 7 of 100.
"""

from dataclasses import dataclass

import numpy

AS_OF = numpy.datetime64("2025-06-30T00:00:00", "us")
DAYS = 60
SECOND = 1_000_000  # microseconds
DAY = 86_400 * SECOND

# A tree of categories: the shop, its departments, shelves, and groups. Every level passes a tenth of the one above.
DEPARTMENTS, SHELVES, GROUPS = 10, 100, 1000
FIRST_DEPARTMENT, FIRST_SHELF, FIRST_GROUP = 2, 2 + DEPARTMENTS, 2 + DEPARTMENTS + SHELVES

EVENT_TYPES = ("view", "add_to_cart", "purchase")
WEIGHTS = numpy.array([1.0, 3.0, 5.0])

POPULARITY_EXPONENT = 0.75
ACTIVITY_SIGMA = 1.15       # spread of the users' activity (log-normal)
LIKED_SHELVES = 3
VIEWS_IN_TASTE = 0.6        # the others are spread over the whole shop
VIEWS_OF_A_SESSION = 5


@dataclass(frozen=True)
class Size:
    users: int
    products: int
    events: int


SIZES = {
    "S": Size(500, 1_000, 50_000),
    "M": Size(100_000, 20_000, 5_000_000),
    "L": Size(1_000_000, 100_000, 50_000_000),
    "W": Size(20_000, 200_000, 2_000_000),
}


@dataclass
class Shop:
    """Ids count from 1. Events are in the order of time; times are microseconds since 1970."""

    size: Size
    category: numpy.ndarray     # of each product
    quantile: numpy.ndarray     # of each product: uniform in [0, 1), what filters of a wanted share cut by
    user: numpy.ndarray
    product: numpy.ndarray
    type: numpy.ndarray         # index into EVENT_TYPES
    time: numpy.ndarray
    session: numpy.ndarray


def generate(size, seed):
    random = numpy.random.default_rng(seed)
    group = random.permutation(numpy.arange(size.products) % GROUPS)
    shelf = group // (GROUPS // SHELVES)
    popularity = (1.0 + random.permutation(size.products)) ** -POPULARITY_EXPONENT
    quantile = random.permutation(size.products) / size.products

    user, session, time = _views(random, size)
    product = _viewed_products(random, size, user, session, shelf, popularity)

    # Some views go into the cart half a minute later, some carts are bought ten minutes later.
    views = len(user)
    carted = random.choice(views, round(size.events * 0.13), replace=False)
    bought = random.choice(carted, size.events - views - len(carted), replace=False)
    rows = numpy.concatenate([numpy.arange(views), carted, bought])
    kind = numpy.repeat(numpy.arange(3, dtype=numpy.int8), [views, len(carted), len(bought)])
    time = numpy.minimum(time[rows] + numpy.array([0, 30, 600])[kind] * SECOND, AS_OF.astype(numpy.int64))
    rows_by_time = numpy.argsort(time, kind="stable")
    rows, kind, time = rows[rows_by_time], kind[rows_by_time], time[rows_by_time]
    return Shop(size, FIRST_GROUP + group, quantile, user[rows] + 1, product[rows] + 1, kind, time, session[rows] + 1)


def _views(random, size):
    """User, session and time of each view, user by user."""
    activity = random.lognormal(0.0, ACTIVITY_SIGMA, size.users)
    views_of_user = random.multinomial(round(size.events * 0.80), activity / activity.sum())
    user = numpy.repeat(numpy.arange(size.users, dtype=numpy.int32), views_of_user)
    starts_session = random.random(len(user)) < 1.0 / VIEWS_OF_A_SESSION
    starts_session[0] = True
    starts_session[1:] |= user[1:] != user[:-1]
    session = numpy.cumsum(starts_session, dtype=numpy.int32) - 1
    first_view = numpy.flatnonzero(starts_session)
    last_start = AS_OF.astype(numpy.int64) - DAY // 12
    started_at = random.integers(last_start - DAYS * DAY, last_start, len(first_view))
    position = numpy.arange(len(user)) - first_view[session]
    return user, session, started_at[session] + position * 45 * SECOND


def _viewed_products(random, size, user, session, shelf, popularity):
    """Draws products by popularity, within the shelf of the session's taste or from the whole shop."""
    by_shelf = numpy.argsort(shelf, kind="stable")
    edges = numpy.concatenate([[0.0], numpy.cumsum(popularity[by_shelf])])
    shelf_start = edges[numpy.searchsorted(shelf[by_shelf], numpy.arange(SHELVES), "left")]
    shelf_end = edges[numpy.searchsorted(shelf[by_shelf], numpy.arange(SHELVES), "right")]

    liked = random.integers(0, SHELVES, (size.users, LIKED_SHELVES), dtype=numpy.int8)
    choice_of_session = random.integers(0, LIKED_SHELVES, session[-1] + 1, dtype=numpy.int8)
    taste = liked[user, choice_of_session[session]]
    in_taste = random.random(len(user)) < VIEWS_IN_TASTE
    low = numpy.where(in_taste, shelf_start[taste], 0.0)
    high = numpy.where(in_taste, shelf_end[taste], edges[-1])
    place = low + random.random(len(user)) * (high - low)
    drawn = numpy.searchsorted(edges, place, "right") - 1
    return by_shelf[numpy.minimum(drawn, size.products - 1)].astype(numpy.int32)
