"""P2: recommendations of a server that preloads the library, and what its shared memory brings.

Fresh sessions are what it is for: an old one has its lists in memory of its own. The realistic load is that of a shop: users by
Zipf, nine reads to one event, new trending lists in the middle.
"""

import threading

from recommend import FIRST_CALLS, SCRIPTS, SHOPSMART
from report import in_turn, median

PRELOADED = {"shared_preload_libraries": "shopsmart", "shopsmart.job_launcher": "off", "shopsmart.shared_cache": "256MB"}
AIM_OF_CLIENTS = {1: 0.45, 4: 0.35}
WARMED_USERS = 20_000
USERS_CHECKED = 500
FRESH_SESSIONS = 20
REFRESH_AFTER_SECONDS = 1
TRAFFIC = """
\\set user random_zipfian(1, :users, 1.05)
\\set product random(1, :products)
\\set kind random(1, 10)
\\if :kind = 1
SELECT shopsmart_track('u' || :user, :product, 'view');
\\else
SELECT * FROM shopsmart_recommend('u' || :user, 10);
\\endif
"""
# Without the memory of the session, so that each list is asked for.
CHECK = """
    SELECT u, r.* FROM generate_series(1, {users}) u, shopsmart_recommend('u' || u, 20, as_of => '2025-06-30') r ORDER BY u, r.rank"""


def measure(cluster, size, rounds, calls, report):
    cluster.restart(PRELOADED)
    variables = {"users": size.users, "products": size.products}
    with cluster.session() as session:
        if session.value("SELECT size FROM shopsmart_cache_stats()") == "0":
            print("  cache: the server does not preload the library: left out", flush=True)
            return
        session.run(f"SELECT shopsmart_cache_warm({min(WARMED_USERS, size.users)})")
    for script in ("shopsmart", "primary-key select"):
        cluster.pgbench(SCRIPTS[script], 1, FIRST_CALLS, variables)
    measure_rate(cluster, variables, rounds, calls, report)
    measure_first_calls(cluster, variables, rounds, report)
    measure_traffic(cluster, variables, rounds, calls, report)
    check_answers(cluster, size, report)


def measure_rate(cluster, variables, rounds, calls, report):
    for clients, aim in AIM_OF_CLIENTS.items():
        results = in_turn(rounds, {name: lambda name=name: cluster.pgbench(SCRIPTS[name], clients, calls, variables)
                                   for name in ("shopsmart", "primary-key select")})
        report.raw[f"cache, {clients} clients"] = results
        own, theirs = median(results["shopsmart"], "tps"), median(results["primary-key select"], "tps")
        client_text = f"{clients} client" + ("s" if clients > 1 else "")
        report.add("P2", f"recommend(), preloaded, {client_text}, calls a second", f"{own:.0f}", "primary-key select", f"{theirs:.0f}", own / theirs, aim)


def measure_first_calls(cluster, variables, rounds, report):
    """Fresh sessions with their lists in shared memory, beside some that read them from the table."""
    for calls in (FIRST_CALLS // 10, FIRST_CALLS):
        results = in_turn(rounds, {way: lambda way=way: cluster.pgbench(SHOPSMART, FRESH_SESSIONS, calls, variables, **{"shopsmart.use_shared_cache": way})
                                   for way in ("on", "off")})
        report.raw[f"cache, first {calls} calls"] = results
        own, theirs = median(results["on"], "server_cpu_us"), median(results["off"], "server_cpu_us")
        report.add("P2", f"first {calls} calls of a session, CPU a call", f"{own:.0f} us", "without shared memory", f"{theirs:.0f} us", theirs / own, 1)


def measure_traffic(cluster, variables, rounds, calls, report):
    def load(**settings):
        with cluster.session() as session:
            session.run("SELECT shopsmart_cache_reset()")
            refresh = threading.Timer(REFRESH_AFTER_SECONDS, session.run, ["SELECT * FROM shopsmart_refresh_trending()"])
            before = figures(session)
            refresh.start()
            cost = cluster.pgbench(TRAFFIC, 4, calls // 4, variables, log=True, synchronous_commit="off", **settings)
            refresh.join()
            hits, misses = (after - earlier for after, earlier in zip(figures(session), before))
        return dict(cost, hit_rate=hits / (hits + misses) if hits + misses else 0)

    no_cache = {"shopsmart.session_cache": 0, "shopsmart.use_shared_cache": "off"}
    results = in_turn(rounds, {"default": load, "shared alone": lambda: load(**{"shopsmart.session_cache": 0}), "none": lambda: load(**no_cache)})
    report.raw["cache, traffic"] = results
    for way in ("default", "shared alone"):
        for what, figure, unit in (("p99", "p99_ms", "ms"), ("server CPU a call", "server_cpu_us", "us")):
            own, theirs = median(results[way], figure), median(results["none"], figure)
            report.add("P2", f"shop's traffic, {way}, {what}", f"{own:.2f} {unit}", "no cache", f"{theirs:.2f} {unit}", theirs / own, 1)
    rate = median(results["shared alone"], "hit_rate")
    report.add("P2", "shop's traffic, shared alone, hit rate", f"{rate:.2f}", "aim", "0.60", rate / 0.6, 1)


def figures(session):
    return tuple(map(int, session.run("SELECT sum(hits), sum(misses) FROM shopsmart_cache_stats()")[0]))


def check_answers(cluster, size, report):
    answers = []
    for way in ("on", "off"):
        with cluster.session(**{"shopsmart.session_cache": 0, "shopsmart.use_shared_cache": way}) as session:
            answers.append(session.run(CHECK.format(users=min(USERS_CHECKED, size.users))))
    report.check("recommend() from shared memory against tables", sum(one != other for one, other in zip(*answers)) + abs(len(answers[0]) - len(answers[1])))
