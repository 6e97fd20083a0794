"""The ordered scan: rows of a query in the order of a ranking, beside the same order in plain SQL; and what its index costs a writer.

The plain statement computes the whole order itself, so it is brute force as well: the rows of both must be the same, whether
the index is walked or rows are sorted.
"""

from pathlib import Path

from report import in_turn, median

HERE = Path(__file__).parent
SHARES = (1, 0.1, 0.01, 0.001, 0.0001)
COLUMNS = ("bucket", "bucket_indexed")
SHOPPERS_CHECKED = 20
MILLISECOND_GOALS = {("M", "bucket", 1): 0.6, ("M", "bucket", 0.01): 3, ("W", "bucket", 1): 1, ("W", "bucket", 0.01): 4,
                     **{("W", "bucket_indexed", share): 3 for share in SHARES}}
TIMES_PLAIN_GOALS = {("W", "bucket", 0.1): 20}
CALLS, PLAIN_CALLS, UPDATES = 400, 40, 10_000

# Shoppers whose list is not a mixture of two stages, which plain SQL has no words for.
SHOPPERS = """
    SELECT u.user_id FROM shop.users u
    WHERE (SELECT count(*) FROM (SELECT FROM shop.events e WHERE e.user_id = u.user_id LIMIT 6) e) = 6
    ORDER BY hashint8(u.user_id) LIMIT {}"""
RANDOM_USER = "\\set user random(1, :users)\n"
PLAIN = (HERE / "sql" / "order_plain.sql").read_text(encoding="utf-8")
WRITE = {
    "UPDATE": "\\set product random(1, :products)\nUPDATE shop.products SET stock = stock + 1 WHERE product_id = :product;\n",
    "INSERT and DELETE": "\\set product random(1000000000, 2000000000)\n"
                         "INSERT INTO shop.products (product_id, name) VALUES (:product, 'new') ON CONFLICT DO NOTHING;\n"
                         "DELETE FROM shop.products WHERE product_id = :product;\n",
}


def condition(column, share):
    return f"p.{column} < {round(10_000 * share)}"


def ordered(column, share, user):
    return (f"SELECT p.product_id FROM shop.products p WHERE p.is_active AND {condition(column, share)}"
            f" ORDER BY p.product_id <~> shopsmart_user('u' || {user}) LIMIT 10")


def measure(cluster, size_name, size, rounds, report):
    variables = {"users": size.users, "products": size.products}
    with cluster.session() as session:
        session.run((HERE / "sql" / "neighbors.sql").read_text(encoding="utf-8"))
        session.run((HERE / "sql" / "order_model.sql").read_text(encoding="utf-8"))
        check_against_plain(session, report)
    for column in COLUMNS:
        for share in SHARES:
            measure_share(cluster, size_name, column, share, rounds, variables, report)
    measure_writers(cluster, rounds, variables, report)


def measure_share(cluster, size_name, column, share, rounds, variables, report):
    alone = {"max_parallel_workers_per_gather": 0}
    results = in_turn(rounds, {
        "shopsmart": lambda: cluster.pgbench(RANDOM_USER + ordered(column, share, ":user") + ";\n", 1, CALLS, variables, log=True, **alone),
        "plain SQL": lambda: cluster.pgbench(RANDOM_USER + PLAIN.format(condition=condition(column, share)), 1, PLAIN_CALLS, variables, log=True, **alone)})
    report.raw[f"order, {column} {share}"] = results
    own, theirs = median(results["shopsmart"], "p50_ms"), median(results["plain SQL"], "p50_ms")
    what = f"ordered scan, {share:.2%} pass{', btree on the filter' if column == 'bucket_indexed' else ''}, p50"
    report.add("O1", what, f"{own:.2f} ms", "plain SQL", f"{theirs:.2f} ms", theirs / own, TIMES_PLAIN_GOALS.get((size_name, column, share)))
    if goal := MILLISECOND_GOALS.get((size_name, column, share)):
        report.add("O1", what, f"{own:.2f} ms", f"limit {goal} ms", "", goal / own, 1)


def check_against_plain(session, report):
    shoppers = [row[0] for row in session.run(SHOPPERS.format(SHOPPERS_CHECKED))]
    plans = {"index": "enable_sort = off; SET enable_seqscan = off; SET enable_bitmapscan = off", "sort": "enable_indexscan = off"}
    wrong, example = {name: 0 for name in plans}, ""
    for share in SHARES:
        for user in shoppers:
            brute_force = session.run(PLAIN.format(condition=condition("bucket", share)).replace(":user", user))
            for name, settings in plans.items():
                session.run(f"SET {settings}")
                rows = session.run(ordered("bucket", share, user))
                session.run("RESET ALL")
                if rows != brute_force:
                    wrong[name] += 1
                    example = f"user {user}, share {share}: plain SQL {brute_force}, ours by {name} {rows}"
    for name, count in wrong.items():
        report.check(f"ordered scan by {name} against plain SQL", count, example if count else "")
    differing = 0
    for user in shoppers:
        listed = session.run(f"SELECT product_id FROM shopsmart_recommend('u' || {user}, 10) ORDER BY rank")
        walked = session.run(f"SELECT p.product_id FROM shop.products p WHERE p.is_active AND p.product_id NOT IN (SELECT shopsmart_seen('u' || {user}))"
                             f" ORDER BY p.product_id <~> shopsmart_user('u' || {user}) LIMIT 10")
        differing += listed != walked
    report.check("ordered scan against recommend()", differing)


def measure_writers(cluster, rounds, variables, report):
    def run(script, with_index):
        with cluster.session() as session:
            session.run("DROP INDEX IF EXISTS shop.products_order")
            if with_index:
                session.run("CREATE INDEX products_order ON shop.products USING shopsmart (product_id)")
            session.run("VACUUM shop.products")
            before = updates_so_far(session)
        cost = cluster.pgbench(script, 1, UPDATES, variables, synchronous_commit="off")
        with cluster.session() as session:
            after = updates_so_far(session)
        return dict(cost, hot=(after[1] - before[1]) / max(after[0] - before[0], 1))

    def updates_so_far(session):
        return [int(number) for number in session.run("SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_user_tables WHERE relname = 'products'")[0]]

    for name, script in WRITE.items():
        results = in_turn(rounds, {"with": lambda: run(script, True), "without": lambda: run(script, False)})
        report.raw[f"order, {name}"] = results
        own, theirs = median(results["with"], "server_cpu_us"), median(results["without"], "server_cpu_us")
        report.add("O2", f"{name} of a product, server CPU", f"{own:.1f} us", "without the index", f"{theirs:.1f} us", theirs / own, 1 / 1.05)
        if name == "UPDATE":
            report.add("O2", "HOT of all these updates", f"{median(results['with'], 'hot'):.1%}", "without the index", f"{median(results['without'], 'hot'):.1%}")
    with cluster.session() as session:
        session.run("CREATE INDEX IF NOT EXISTS products_order ON shop.products USING shopsmart (product_id)")
        size = session.value("SELECT pg_relation_size('shop.products_order')")
    report.add("O2", "index on disk", f"{size} bytes", "", "")
