"""I1 and I2: what recording an event costs, one at a time and in bulk.

The extension puts no trigger on any table, so a bulk load is as fast as the same table made by hand: that is what the
first twin shows. The other twins show what the foreign keys and the indexes of the read path cost.
"""

import numpy

from generate import DAY, Shop
from load import COPY_EVENTS, COPY_HEADER, COPY_TRAILER, event_bytes
from report import in_turn, median

CLIENTS = (1, 4)
BULK_ROWS = 300_000
MONTH = "2025_07"  # after the generated events: empty before each bulk load

EVENT = "\\set user random(1, :users)\n\\set product random(1, :products)\n"
SCRIPTS = {
    "shopsmart": EVENT + "SELECT shopsmart_track('u' || :user, :product, 'view', 'bench');\n",
    "INSERT, user id known": EVENT + "INSERT INTO shop.events (user_id, product_id, event_type, session_id)"
                                     " VALUES (:user, :product, 'view', 'bench') RETURNING event_id;\n",
    "INSERT, user id looked up": EVENT + "INSERT INTO shop.events (user_id, product_id, event_type, session_id)"
                                         " SELECT user_id, :product, 'view', 'bench' FROM shop.users WHERE external_id = 'u' || :user"
                                         " RETURNING event_id;\n",
}

# The partitions that the shop's table has; psql runs what the query answers.
PARTITIONS = """
    SELECT format('CREATE TABLE {0}.%I PARTITION OF {0}.events %s', c.relname, pg_get_expr(c.relpartbound, c.oid))
    FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'shop.events'::regclass \\gexec"""
TWINS = {
    "same table made by hand": ("twin", """
        CREATE TABLE twin.events (LIKE shop.events INCLUDING ALL,
            FOREIGN KEY (user_id) REFERENCES shop.users ON DELETE CASCADE,
            FOREIGN KEY (product_id) REFERENCES shop.products ON DELETE CASCADE,
            FOREIGN KEY (event_type) REFERENCES shop.event_types ON UPDATE CASCADE) PARTITION BY RANGE (occurred_at);"""),
    "without foreign keys": ("twin_no_keys", """
        CREATE TABLE twin_no_keys.events (LIKE shop.events INCLUDING ALL) PARTITION BY RANGE (occurred_at);"""),
    "and only the primary key": ("twin_bare", """
        CREATE TABLE twin_bare.events (LIKE shop.events INCLUDING ALL EXCLUDING INDEXES, PRIMARY KEY (event_id, occurred_at))
            PARTITION BY RANGE (occurred_at);"""),
}


def measure(cluster, shop, rounds, calls, report):
    variables = {"users": shop.size.users, "products": shop.size.products}
    for clients in CLIENTS:
        results = in_turn(rounds, {
            name: lambda script=script: cluster.pgbench(script, clients, calls, variables, synchronous_commit="off")
            for name, script in SCRIPTS.items()})
        report.raw[f"single events, {clients} clients"] = results
        rate = {name: median(runs, "tps") for name, runs in results.items()}
        cpu = {name: median(runs, "server_cpu_us") for name, runs in results.items()}
        client_text = f"{clients} client" + ("s" if clients > 1 else "")
        for rival, goal in (("INSERT, user id known", 0.85), ("INSERT, user id looked up", None)):
            report.add("I1", f"shopsmart_track(), {client_text}, calls a second", f"{rate['shopsmart']:.0f}", rival, f"{rate[rival]:.0f}",
                       rate["shopsmart"] / rate[rival], goal)
            report.add("I1", f"shopsmart_track(), {client_text}, server CPU", f"{cpu['shopsmart']:.0f} us", rival, f"{cpu[rival]:.0f} us",
                       cpu[rival] / cpu["shopsmart"])
    measure_bulk(cluster, shop, rounds, report)


def measure_bulk(cluster, shop, rounds, report):
    later = later_month(shop)
    chunk = event_bytes(later, slice(None))
    with cluster.session() as session:
        for schema, statement in TWINS.values():
            session.run(f"DROP SCHEMA IF EXISTS {schema} CASCADE; CREATE SCHEMA {schema}; {statement}" + PARTITIONS.format(schema))

        def bulk_load(schema):
            session.run(f"TRUNCATE {schema}.events_{MONTH}")
            meter = cluster.copy_in(COPY_EVENTS.format(table=f"{schema}.events"), [COPY_HEADER, chunk, COPY_TRAILER])
            return {"wall": meter.wall, "cpu": meter.cpu}

        bulk_load("twin")  # the first load after the tables were loaded marks their rows as locked by a foreign key
        results = in_turn(rounds, {"shopsmart": lambda: bulk_load("shop"),
                                   **{name: lambda schema=schema: bulk_load(schema) for name, (schema, _) in TWINS.items()}})
        session.run(f"TRUNCATE shop.events_{MONTH}")
    report.raw["bulk load"] = results
    rows = len(later.user)
    own = rows / median(results["shopsmart"], "cpu")
    for name in TWINS:
        theirs = rows / median(results[name], "cpu")
        report.add("I2", f"COPY of {rows:,} events, rows a CPU second", f"{own:.0f}", name, f"{theirs:.0f}", own / theirs,
                   0.75 if name == "same table made by hand" else None)


def later_month(shop):
    """The last events of the shop, moved into the month that the bulk loads fill."""
    last = slice(max(0, len(shop.user) - BULK_ROWS), None)
    moved = shop.time[last] + 31 * DAY
    start = numpy.datetime64("2025-07-01", "us").astype(numpy.int64)
    return Shop(shop.size, shop.category, shop.quantile, shop.user[last], shop.product[last], shop.type[last],
                numpy.maximum(moved, start), shop.session[last])
