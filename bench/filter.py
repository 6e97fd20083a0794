"""P4: what a filter costs, by what it filters and by the share of products that it passes."""

import json

from generate import FIRST_DEPARTMENT, FIRST_GROUP, FIRST_SHELF
from load import BRAND_OF_SHARE
from report import in_turn, median

K = 10
USERS_CHECKED = 50
SHARES = (1, 0.1, 0.01, 0.001)
CATEGORY_OF_SHARE = {1: 1, 0.1: FIRST_DEPARTMENT, 0.01: FIRST_SHELF, 0.001: FIRST_GROUP}
GOAL_SHARE, GOAL = 0.01, 0.25


def filters(share):
    brands = [brand for part, brand in BRAND_OF_SHARE.items() if part <= share]
    yield "category", {"category": CATEGORY_OF_SHARE[share]}
    yield "price", {"price": {"lt": 1000 * share}}
    yield "attributes", {"attributes": {BRAND_OF_SHARE.get(share, "sold"): True}}
    if share < 1:
        yield "brand", {"brand": brands}


def call(filter_, user):
    argument = "" if filter_ is None else f", filter => '{json.dumps(filter_)}'"
    return f"shopsmart_recommend('u' || {user}, {K}{argument})"


def measure(cluster, size, rounds, seconds, report):
    variables = {"users": size.users}
    chosen = {(kind, share): filter_ for share in SHARES for kind, filter_ in filters(share)}
    chosen["no filter", 1] = None
    results = in_turn(rounds, {
        key: lambda filter_=filter_: cluster.pgbench(f"\\set user random(1, :users)\nSELECT * FROM {call(filter_, ':user')};\n", 1, seconds, variables)
        for key, filter_ in chosen.items()})
    report.raw["filter"] = {f"{kind} {share}": runs for (kind, share), runs in results.items()}
    base = 1e6 / median(results["no filter", 1], "tps")
    with cluster.session() as session:
        for (kind, share), filter_ in chosen.items():
            if filter_ is not None:
                time = 1e6 / median(results[kind, share], "tps")
                report.add("P4", f"{kind} that {share:.1%} of products pass, a call", f"{time:.0f} us", "no filter", f"{base:.0f} us",
                           base / time, GOAL if share == GOAL_SHARE else None)
                check_length(session, size, f"{kind} {share:.1%}", filter_, report)


def check_length(session, size, name, filter_, report):
    short = session.run(f"""
        SELECT u.n, count(r.rank) FROM generate_series(1, {size.users}, {max(1, size.users // USERS_CHECKED)}) u(n)
        LEFT JOIN LATERAL {call(filter_, 'u.n')} r ON true
        GROUP BY u.n HAVING count(r.rank) <> {K}""")
    report.check(f"{K} rows with filter {name}", len(short), f"users and rows: {short[:3]}")
