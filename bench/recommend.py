"""P1 and P3: what one recommendation costs, beside the same algorithm in plain SQL and beside the least a query can cost.

Every pgbench run opens fresh connections, and the library is not preloaded: what a session reads into its own memory
at first is inside. How much that is, the lines of the first calls tell.
The plain statements do the personalised stage only: no filling up to k, no reasons.
"""

from pathlib import Path

from report import in_turn, median

HERE = Path(__file__).parent
CLIENTS = (1, 4)
FIRST_CALLS = 500
USERS_CHECKED = 200

RANDOM_USER = "\\set user random(1, :users)\n"
SHOPSMART = RANDOM_USER + "SELECT * FROM shopsmart_recommend('u' || :user, 10);\n"
PLAIN = {"plain SQL, a row a pair": "recommend_pairs.sql", "plain SQL, array rows": "recommend_arrays.sql"}
SCRIPTS = {
    "shopsmart": SHOPSMART,
    **{name: RANDOM_USER + (HERE / "sql" / file).read_text(encoding="utf-8") for name, file in PLAIN.items()},
    "primary-key select": "\\set product random(1, :products)\nSELECT product_id, name, price FROM shop.products WHERE product_id = :product;\n",
    "SELECT 1": "SELECT 1;\n",
}
SAMPLE = """
    SELECT u.user_id FROM shop.users u
    WHERE (SELECT count(*) FROM (SELECT FROM shop.events e WHERE e.user_id = u.user_id LIMIT 6) e) = 6
    ORDER BY hashint8(u.user_id) LIMIT {}"""


def measure(cluster, size, rounds, calls, report):
    variables = {"users": size.users, "products": size.products}
    with cluster.session() as session:
        session.run((HERE / "sql" / "neighbors.sql").read_text(encoding="utf-8"))
        check_against_plain(session, report)
    for script in SCRIPTS.values():
        cluster.pgbench(script, 1, FIRST_CALLS, variables)  # the first touch of the tables is nobody's cost
    for clients in CLIENTS:
        results = in_turn(rounds, {name: lambda script=script: cluster.pgbench(script, clients, calls, variables)
                                   for name, script in SCRIPTS.items()})
        report.raw[f"recommend, {clients} clients"] = results
        best_plain = add_lines(results, clients, report)
    results = in_turn(rounds, {name: lambda script=SCRIPTS[name]: cluster.pgbench(script, 1, FIRST_CALLS, variables)
                               for name in ("shopsmart", best_plain)})
    report.raw["recommend, first calls"] = results
    own, theirs = median(results["shopsmart"], "server_cpu_us"), median(results[best_plain], "server_cpu_us")
    report.add("P1", f"recommend(), first {FIRST_CALLS} calls, server CPU", f"{own:.0f} us", best_plain, f"{theirs:.0f} us", theirs / own)


def add_lines(results, clients, report):
    rate = {name: median(runs, "tps") for name, runs in results.items()}
    cpu = {name: median(runs, "server_cpu_us") for name, runs in results.items()}
    best_plain = min(PLAIN, key=lambda name: cpu[name])
    client_text = f"{clients} client" + ("s" if clients > 1 else "")
    report.add("P1", f"recommend(), {client_text}, server CPU a call", f"{cpu['shopsmart']:.0f} us", best_plain, f"{cpu[best_plain]:.0f} us",
               cpu[best_plain] / cpu["shopsmart"], 6)
    for rival, goal in ((best_plain, 4), ("primary-key select", 0.25), ("SELECT 1", None)):
        report.add("P3", f"recommend(), {client_text}, calls a second", f"{rate['shopsmart']:.0f}", rival, f"{rate[rival]:.0f}",
                   rate["shopsmart"] / rate[rival], goal)
    return best_plain


def check_against_plain(session, report):
    """Where a user's list is all personalised, product for product; equal scores may stand in another order."""
    mismatches, example = 0, ""
    for (user,) in session.run(SAMPLE.format(USERS_CHECKED)):
        own = session.run(f"SELECT product_id, score FROM shopsmart_recommend('u{user}', 10) WHERE strategy = 'personalized' ORDER BY rank")
        for file in PLAIN.values():
            plain = session.run(f"\\set user {user}\n" + (HERE / "sql" / file).read_text(encoding="utf-8"))
            if not same_list(own, plain):
                mismatches += 1
                example = example or f"user u{user}, {file}: ours {own}, plain {plain}"
    report.check("recommend() against plain SQL", mismatches, example)


def same_list(one, other):
    return len(one) == len(other) and all(
        abs(float(a[1]) - float(b[1])) <= 1e-9 and (a[0] == b[0] or is_tie(a, one) or is_tie(b, other)) for a, b in zip(one, other))


def is_tie(row, rows):
    return sum(abs(float(row[1]) - float(other[1])) <= 1e-9 for other in rows) > 1 or row is rows[-1]
