"""Puts a generated shop into the tables that shopsmart_setup() makes."""

import numpy

from generate import AS_OF, DAYS, DEPARTMENTS, EVENT_TYPES, FIRST_DEPARTMENT, FIRST_GROUP, FIRST_SHELF, GROUPS, SHELVES

ROWS_A_CHUNK = 500_000
POSTGRES_EPOCH_US = 946_684_800 * 1_000_000
COPY_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
COPY_TRAILER = b"\xff\xff"

# Shares of the catalog that the filters of the bench pass; see product_lines().
BRAND_OF_SHARE = {0.1: "Tenth", 0.01: "Hundredth", 0.001: "Thousandth"}
OTHER_BRANDS = 40

SESSION_DIGITS = 9
# One event as COPY BINARY wants it. The type comes last, so that short names are cut off by leaving bytes out.
EVENT_ROW = numpy.dtype([
    ("columns", ">i2"), ("user_length", ">i4"), ("user", ">i8"), ("product_length", ">i4"), ("product", ">i8"),
    ("time_length", ">i4"), ("time", ">i8"), ("session_length", ">i4"), ("session", "u1", (SESSION_DIGITS,)),
    ("type_length", ">i4"), ("type", f"S{max(map(len, EVENT_TYPES))}")])
COPY_EVENTS = "COPY {table} (user_id, product_id, occurred_at, session_id, event_type) FROM STDIN (FORMAT binary)"


def load(cluster, shop, say):
    """Creates the extension and the shop; leaves the tables vacuumed and analyzed, without a model."""
    with cluster.session() as session:
        session.run("CREATE EXTENSION shopsmart; SELECT shopsmart_setup()")
        # What rivals compute: cosine, and histories of fifty events that simply add up. The default model is measured by itself.
        session.run("ALTER DATABASE shopsmart_bench SET shopsmart.history_events = 50;"
                    "ALTER DATABASE shopsmart_bench SET shopsmart.history_half_life = 0;"
                    "ALTER DATABASE shopsmart_bench SET shopsmart.history_exponent = 1")
        session.run("INSERT INTO shopsmart.models (name, kind, is_default) VALUES ('as rivals', 'cosine', true)")
        first, last = AS_OF - numpy.timedelta64(DAYS + 1, "D"), AS_OF + numpy.timedelta64(31, "D")
        session.run(f"SELECT shopsmart_add_partitions('{first}', '{last}')")
        say("loading categories, products and users")
        session.run(category_statement())
        cluster.copy_in("COPY shop.products (product_id, sku, name, brand, category_id, price, rating, stock, attributes, is_active,"
                        " created_at) FROM STDIN (FORMAT csv)", product_lines(shop))
        session.run(f"INSERT INTO shop.users (user_id, external_id) SELECT n, 'u' || n FROM generate_series(1, {shop.size.users}) n;"
                    "SELECT setval(pg_get_serial_sequence('shop.users', 'user_id'), (SELECT max(user_id) FROM shop.users));"
                    "SELECT setval(pg_get_serial_sequence('shop.products', 'product_id'), (SELECT max(product_id) FROM shop.products))")

        say(f"loading {len(shop.user):,} events")
        # Indexes are built once, at the end; the foreign keys hold by construction and are not checked row by row.
        session.run("DROP INDEX shop.events_user_history, shop.events_product_id")
        cluster.copy_in(COPY_EVENTS.format(table="shop.events"), event_chunks(shop), session_replication_role="replica")
        say("building indexes")
        session.run("SELECT shopsmart_setup()")
        session.run("VACUUM (ANALYZE)")
        session.run("CHECKPOINT")


def category_statement():
    def level(first, count, first_parent, children):
        return (f"INSERT INTO shop.categories (category_id, parent_id, name)"
                f" SELECT {first} + n, {first_parent} + n / {children}, 'category ' || {first} + n FROM generate_series(0, {count - 1}) n;")
    return ("INSERT INTO shop.categories (category_id, name) VALUES (1, 'everything');"
            + level(FIRST_DEPARTMENT, DEPARTMENTS, 1, DEPARTMENTS)
            + level(FIRST_SHELF, SHELVES, FIRST_DEPARTMENT, SHELVES // DEPARTMENTS)
            + level(FIRST_GROUP, GROUPS, FIRST_SHELF, GROUPS // SHELVES))


def product_lines(shop):
    """A product's quantile decides brand, price and attributes, so that a filter passes exactly the share it is made for."""
    lines = []
    for index, (category, quantile) in enumerate(zip(shop.category, shop.quantile)):
        brand = next((name for share, name in sorted(BRAND_OF_SHARE.items()) if quantile < share), f"Brand {index % OTHER_BRANDS}")
        tags = "".join(f',""{name}"": true' for share, name in BRAND_OF_SHARE.items() if quantile < share)
        price = f"{1000 * quantile:.2f}"
        active = "f" if index % 50 == 49 else "t"
        lines.append(f'{index + 1},sku-{index + 1},Product {index + 1},{brand},{category},{price},{index % 6},{index % 20},'
                     f'"{{""sold"": true{tags}}}",{active},2025-01-{index % 28 + 1:02d}\n')
    return ["".join(lines).encode()]


def event_chunks(shop):
    """The events as COPY BINARY, a chunk of rows at a time."""
    yield COPY_HEADER
    for start in range(0, len(shop.user), ROWS_A_CHUNK):
        yield event_bytes(shop, slice(start, start + ROWS_A_CHUNK))
    yield COPY_TRAILER


def event_bytes(shop, part):
    names = numpy.array(EVENT_TYPES, dtype=EVENT_ROW["type"])
    lengths = numpy.char.str_len(names)
    kind = shop.type[part]
    rows = numpy.zeros(len(kind), EVENT_ROW)
    rows["columns"] = 5
    rows["user_length"] = rows["product_length"] = rows["time_length"] = 8
    rows["user"] = shop.user[part]
    rows["product"] = shop.product[part]
    rows["time"] = shop.time[part] - POSTGRES_EPOCH_US
    rows["session_length"] = SESSION_DIGITS
    rows["session"] = shop.session[part, None] // 10 ** numpy.arange(SESSION_DIGITS)[::-1] % 10 + ord("0")
    rows["type_length"] = lengths[kind]
    rows["type"] = names[kind]
    unused = EVENT_ROW["type"].itemsize - lengths[kind]
    used = numpy.arange(EVENT_ROW.itemsize) < (EVENT_ROW.itemsize - unused)[:, None]
    return rows.view(numpy.uint8).reshape(len(rows), -1)[used].tobytes()
