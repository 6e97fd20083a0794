"""P4: what a filter costs, by what it filters and by the share of products that it passes."""

import json

from generate import FIRST_DEPARTMENT, FIRST_GROUP, FIRST_SHELF
from load import BRAND_OF_SHARE
from report import in_turn, median

K = 10
USERS_CHECKED = 50
SHARES = (1, 0.1, 0.01, 0.001)
CATEGORY_OF_SHARE = {1: 1, 0.1: FIRST_DEPARTMENT, 0.01: FIRST_SHELF, 0.001: FIRST_GROUP}
CALLS_DIVIDED_BY = 4    # there are many filters
GOAL_SHARE, GOAL = 0.01, 0.25
SUBTREE = """
    WITH RECURSIVE subtree AS (
        SELECT {}::bigint AS id UNION ALL SELECT c.category_id FROM shop.categories c JOIN subtree ON c.parent_id = subtree.id)
    SELECT id FROM subtree"""


def filters(share):
    """Kind, filter, and the same condition in SQL for the check."""
    brands = [brand for part, brand in BRAND_OF_SHARE.items() if part <= share]
    tag = {BRAND_OF_SHARE.get(share, "sold"): True}
    yield "category", {"category": CATEGORY_OF_SHARE[share]}, f"p.category_id IN ({SUBTREE.format(CATEGORY_OF_SHARE[share])})"
    yield "price", {"price": {"lt": 1000 * share}}, f"p.price < {1000 * share}"
    yield "attributes", {"attributes": tag}, f"p.attributes @> '{json.dumps(tag)}'"
    if share < 1:
        yield "brand", {"brand": brands}, "p.brand IN ({})".format(", ".join(f"'{brand}'" for brand in brands))


def call(filter_, user):
    argument = "" if filter_ is None else f", filter => '{json.dumps(filter_)}'"
    return f"shopsmart_recommend('u' || {user}, {K}{argument})"


def measure(cluster, size, rounds, calls, report):
    variables = {"users": size.users}
    chosen = {(kind, share): (filter_, condition) for share in SHARES for kind, filter_, condition in filters(share)}
    chosen["no filter", 1] = None, "true"
    results = in_turn(rounds, {
        key: lambda filter_=filter_: cluster.pgbench(f"\\set user random(1, :users)\nSELECT * FROM {call(filter_, ':user')};\n", 1, calls // CALLS_DIVIDED_BY, variables)
        for key, (filter_, _) in chosen.items()})
    report.raw["filter"] = {f"{kind} {share}": runs for (kind, share), runs in results.items()}
    base = median(results["no filter", 1], "server_cpu_us")
    for kind, share in list(chosen)[:-1]:
        cpu = median(results[kind, share], "server_cpu_us")
        report.add("P4", f"{kind} that {share:.1%} pass, server CPU a call", f"{cpu:.0f} us", "no filter", f"{base:.0f} us",
                   base / cpu, GOAL if share == GOAL_SHARE else None)
    with cluster.session() as session:
        for (kind, share), (filter_, condition) in chosen.items():
            check_length(session, size, f"{kind} {share:.1%}", filter_, condition, report)


def check_length(session, size, name, filter_, condition, report):
    """k rows, or as many as there are active products that match and that the user's history does not have."""
    wrong = session.run(f"""
        WITH eligible AS MATERIALIZED (SELECT p.product_id FROM shop.products p WHERE p.is_active AND {condition}),
        asked AS (
            SELECT u.n, (SELECT count(*) FROM {call(filter_, 'u.n')}) AS rows,
                   least({K}, (SELECT count(*) FROM eligible) - (SELECT count(DISTINCT product_id) FROM eligible JOIN (
                       SELECT e.product_id FROM shop.events e WHERE e.user_id = u.n
                       ORDER BY e.occurred_at DESC, e.event_id DESC LIMIT 50) history USING (product_id))) AS expected
            FROM generate_series(1, {size.users}, {max(1, size.users // USERS_CHECKED)}) u(n))
        SELECT * FROM asked WHERE rows <> expected""")
    report.check(f"number of rows, filter {name}", len(wrong), f"user, rows, expected: {wrong[:3]}")
