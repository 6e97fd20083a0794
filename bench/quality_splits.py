"""Public logs cut into what models may know and what they are asked: the splits of bench/quality.

A split is two lists of events (user, product, type, seconds before the cut or after it); types carry weights.
"""

import csv
import gzip
import random
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby

DAY = 86_400
SHOP_WEIGHTS = {"view": 1, "add_to_cart": 3, "purchase": 5}


@dataclass
class Split:
    name: str
    known: list                     # (user, product, type, seconds), seconds <= 0
    asked: list                     # the same with seconds > 0
    weights: dict = field(default_factory=lambda: dict(SHOP_WEIGHTS))
    split: str = "time"             # as shopsmart_evaluate names it
    include_seen: bool = False
    list_length: int = 20


def rows(folder, name):
    with gzip.open(folder / (name + ".csv.gz"), "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def by_user(events):
    histories = defaultdict(list)
    for event in events:
        histories[event[0]].append(event)
    return histories


def hold_back(events, share, seed=1):
    """Of each user's products a random share is asked for, at least one of those who have two."""
    draw = random.Random(seed)
    known, asked = [], []
    for _, history in sorted(by_user(events).items()):
        products = sorted({event[1] for event in history})
        count = round(share * len(products)) if len(products) > 1 else 0
        held = set(draw.sample(products, max(count, 1 if len(products) > 1 else 0)))
        draw.shuffle(history)  # files list products, not what came first
        for event in history:
            (asked if event[1] in held else known).append(event)
    return spread(known), [(user, product, kind, 1 + at) for at, (user, product, kind, _) in enumerate(asked)]


def spread(events, days=60, seed=1):
    """Logs without times: each user comes once within so many days, since nothing tells which of his events came first."""
    draw = random.Random(seed)
    timed = []
    for history in by_user(events).values():
        moment = -draw.randrange(days * DAY)
        timed += [(user, product, kind, moment) for user, product, kind, _ in history]
    return timed


def cut(events, moment):
    """Events up to a moment and those behind it, in seconds from it."""
    moved = [(user, product, kind, at - moment) for user, product, kind, at in events]
    return [event for event in moved if event[3] <= 0], [event for event in moved if event[3] > 0]


def leave_last_out(events):
    known, asked = [], []
    for history in by_user(events).values():
        history.sort(key=lambda event: event[3])
        known += history[:-1]
        asked.append(history[-1])
    newest = max(event[3] for event in known)
    return ([(user, product, kind, at - newest) for user, product, kind, at in known],
            [(user, product, kind, 1 + at) for at, (user, product, kind, _) in enumerate(asked)])


def movielens_1m(data):
    ratings = [(row["user_id"], int(row["item_id"]), "view", 0) for row in rows(data / "movielens_1m", "ratings") if int(row["rating"]) >= 4]
    return Split("MovieLens 1M, 20 % held back", *hold_back(ratings, 0.2), list_length=100)


def movielens_100k(data):
    ratings = [(row["user_id"], int(row["item_id"]), "view", int(row["ts_s"])) for row in rows(data / "movielens_100k", "ratings")]
    times = sorted(event[3] for event in ratings)
    known, asked = cut(ratings, times[int(0.8 * len(times))])
    users = {event[0] for event in known}
    return Split("MovieLens 100K, last 20 % by time", known, [event for event in asked if event[0] in users])


def tmall(data, seen=False):
    histories = by_user((row["user_id"], int(row["item_id"]), row["event"], 0) for row in rows(data / "tmall", "events"))
    known, asked = [], []
    for user, history in histories.items():
        purchases = [event for event in history if event[2] == "purchase"]
        if not purchases:
            known += history
            continue
        answer = purchases[-1]
        asked.append(answer)
        known += [event for event in history if (event is not answer if seen else event[1] != answer[1])]
    asked = [(user, product, kind, 1 + at) for at, (user, product, kind, _) in enumerate(asked)]
    return Split("Tmall, last purchase" + (", seen allowed" if seen else ""), spread(known), asked, include_seen=seen)


def retailrocket(data):
    strengths = [(row["user_id"], int(row["item_id"]), "strength " + row["strength"], 0) for row in rows(data / "retailrocket", "user_item_strength")]
    weights = {kind: float(kind.split()[1]) for kind in {event[2] for event in strengths}}
    return Split("RetailRocket strength, 20 % held back", *hold_back(strengths, 0.2), weights=weights)


def sessions(data, seen=True):
    clicks = [(row["session_id"], int(row["item_id"]), "view", int(row["position"])) for row in rows(data / "retailrocket", "sessions_a")]
    visits = [list(group) for _, group in groupby(clicks, key=lambda event: event[0])]
    first_asked = int(0.9 * len(visits))
    pace = 137 * DAY / len(visits)
    events = [[(user, product, kind, int((at - first_asked) * pace) + place) for place, (user, product, kind, _) in enumerate(visit)]
              for at, visit in enumerate(visits)]
    known = [event for visit in events[:first_asked] for event in visit]
    products = {event[1] for event in known}
    asked = [event for visit in events[first_asked:] for event in visit if event[1] in products]
    # A visit that runs over the cut would begin before it.
    known = [(user, product, kind, min(at, 0)) for user, product, kind, at in known]
    return Split("RetailRocket sessions" + ("" if seen else ", unseen"), known, [(u, p, k, at + 1) for u, p, k, at in asked],
                 split="next_in_session", include_seen=seen)


def online_retail(data, seen=False):
    codes = {}
    orders = [(row["customer_id"], codes.setdefault(row["stock_code"], len(codes) + 1), "purchase", int(datetime.fromisoformat(row["ts"]).timestamp()))
              for row in rows(data / "online_retail", "transactions") if row["customer_id"] and float(row["quantity"]) > 0]
    known, asked = cut(orders, max(event[3] for event in orders) - 28 * DAY)
    users = {event[0] for event in known}
    return Split("Online Retail, last 28 days" + (", seen allowed" if seen else ""), known, [event for event in asked if event[0] in users], include_seen=seen)


def grocery(data):
    reviews = [(row["user_id"], int(row["item_id"]), "view", int(row["ts_s"])) for row in rows(data / "amazon_grocery_interactions", "train")]
    return Split("Amazon Grocery, last review", *leave_last_out(reviews))


SPLITS = {
    "movielens_1m": movielens_1m,
    "movielens_100k": movielens_100k,
    "tmall": tmall,
    "tmall_seen": lambda data: tmall(data, seen=True),
    "retailrocket": retailrocket,
    "sessions": sessions,
    "sessions_unseen": lambda data: sessions(data, seen=False),
    "online_retail": online_retail,
    "online_retail_seen": lambda data: online_retail(data, seen=True),
    "grocery": grocery,
}
