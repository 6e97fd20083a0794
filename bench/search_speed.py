"""S1 and S4 to S8: search, suggestions, orders, facets and the upkeep of the index, beside full text and trigrams in the same server.

The catalog is that of --data (names and brands of Home Depot and Best Buy), else a made-up one of 100,000 names; categories, prices, ratings and
attributes are made up. It takes the place of the generated shop. The rivals' table has the columns and indexes of the shop's products, a stored tsvector
and one GIN index on it; trigrams are indexed in a table of their own, so that they cost no writer.
"""

import json
import random
import re
from collections import Counter
from itertools import accumulate
from pathlib import Path

import search_data
from report import in_turn, median, seconds

MADE_UP_PRODUCTS = 100_000
QUERIES = 500
MATCHES = 10_000               # of the query whose facets are counted
COLORS = "black white red blue green gray brown silver gold pink yellow orange".split()
DEPARTMENTS, CATEGORIES = 20, 300
CALLS, SLOW_CALLS, WRITES = 2_000, 100, 5_000
LOGGED_QUERIES, SEARCHERS, LEAST_SEARCHERS = 10_000, 5_000, 5
SEARCH_GOALS = {"full text + pg_trgm": 20}
SUGGEST_MS, FACETS_MS, INDEX_SECONDS = 5, 20, 10

COLUMNS = "name, brand, category_id, price, rating, stock, attributes"
WEIGHTED = "setweight(to_tsvector('english', name), 'A') || setweight(to_tsvector('english', coalesce(brand, '')), 'B') || setweight(to_tsvector('english', coalesce(description, '')), 'D')"
SETUP = f"""
    SET client_min_messages = error;
    DROP EXTENSION IF EXISTS shopsmart CASCADE;
    DROP SCHEMA IF EXISTS shop, rival CASCADE;
    CREATE EXTENSION shopsmart;
    CREATE EXTENSION IF NOT EXISTS pg_trgm;
    SELECT shopsmart_setup();
    CREATE SCHEMA rival;
    CREATE TABLE rival.catalog (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text, brand text, category_id bigint, price numeric(12,2), rating numeric(3,2), stock int, attributes jsonb);
    CREATE TABLE rival.queries (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, query text NOT NULL);
    CREATE TABLE rival.logged (LIKE rival.queries INCLUDING ALL);
    CREATE TABLE rival.products (LIKE shop.products INCLUDING ALL, document tsvector GENERATED ALWAYS AS ({WEIGHTED}) STORED);
    ALTER TABLE rival.products ADD FOREIGN KEY (category_id) REFERENCES shop.categories;
    INSERT INTO shop.categories (category_id, parent_id, name)
    SELECT c, CASE WHEN c > {DEPARTMENTS} THEN c % {DEPARTMENTS} + 1 END, 'category ' || c FROM generate_series(1, {CATEGORIES}) AS c;"""
FILL = f"""
    INSERT INTO shop.products ({COLUMNS}) SELECT {COLUMNS} FROM rival.catalog ORDER BY id;
    INSERT INTO rival.products ({COLUMNS}) SELECT {COLUMNS} FROM rival.catalog ORDER BY id;
    CREATE INDEX products_document ON rival.products USING gin (document);
    CREATE TABLE rival.documents AS SELECT product_id, concat_ws(' ', name, brand) AS title, document FROM rival.products;
    CREATE INDEX ON rival.documents USING gin (document);
    CREATE INDEX ON rival.documents USING gin (title gin_trgm_ops);
    VACUUM ANALYZE shop.products, shop.categories, rival.products, rival.documents, rival.queries, rival.catalog;"""
# The query of rank r was typed by a share of 1 / r of all who search.
FILL_LOG = f"""
    SELECT shopsmart_setup_search_log();
    INSERT INTO shop.users (external_id) SELECT 'searcher ' || u FROM generate_series(1, {SEARCHERS}) AS u;
    INSERT INTO shop.searches (user_id, query, normalized_query, results)
    SELECT u.user_id, l.query, shopsmart.normalized_query(l.query), 1 FROM rival.logged l
    JOIN (SELECT user_id, row_number() OVER (ORDER BY user_id) AS place FROM shop.users) AS u ON u.place <= greatest({LEAST_SEARCHERS}, {SEARCHERS} / l.id);
    VACUUM ANALYZE shop.users, shop.searches, rival.logged;"""

RANDOM_QUERY = "\\set n random(1, :queries)\n"
QUERY = "(SELECT query FROM rival.queries WHERE id = :n)"
SEARCH = {
    "shopsmart": f"SELECT product_id FROM shopsmart_search({QUERY}, 10);\n",
    "full text + pg_trgm": f"""SELECT d.product_id FROM rival.documents d, (SELECT query, plainto_tsquery('english', query) AS words FROM rival.queries WHERE id = :n) q
        WHERE d.document @@ q.words OR q.query <% d.title
        ORDER BY ts_rank(d.document, q.words) + word_similarity(q.query, d.title) DESC, d.product_id LIMIT 10;\n""",
    "full text, any word": f"""SELECT d.product_id FROM rival.documents d,
        (SELECT replace(plainto_tsquery('english', query)::text, '&', '|')::tsquery AS words FROM rival.queries WHERE id = :n) q
        WHERE d.document @@ q.words ORDER BY ts_rank(d.document, q.words) DESC, d.product_id LIMIT 10;\n""",
}
SUGGEST = "\\set length random(1, 12)\nSELECT suggestion FROM shopsmart_suggest((SELECT left(query, :length) FROM rival.queries WHERE id = :n));\n"
# People begin what is typed often more often.
SUGGEST_LOGGED = """\\set n random_zipfian(1, :logged, 1.001)
\\set length random(1, 6)
SELECT suggestion FROM shopsmart_suggest((SELECT left(query, :length) FROM rival.logged WHERE id = :n));\n"""
ORDERS = {"price_asc": "price", "rating": "rating DESC NULLS LAST", "newest": "created_at DESC"}
SORTED = "SELECT product_id FROM shopsmart_search('{word}', 10, sort => '{order}');\n"
SORTED_BY_SQL = "SELECT product_id FROM rival.products WHERE document @@ plainto_tsquery('english', '{word}') AND is_active ORDER BY {order}, product_id LIMIT 10;\n"
FACETS = "SELECT * FROM shopsmart_facets('{word}', facets => '{{brand,category,price,rating,attributes.color}}');\n"
# Without ancestors of categories, and ranges of prices of fixed limits.
FACETS_BY_SQL = """WITH m AS MATERIALIZED (
        SELECT brand, category_id, price, rating, attributes->'color' AS color FROM rival.products WHERE document @@ plainto_tsquery('english', '{word}') AND is_active)
    (SELECT 'brand', brand, count(*) FROM m GROUP BY 2 ORDER BY 3 DESC, 2 LIMIT 20)
    UNION ALL (SELECT 'category', category_id::text, count(*) FROM m GROUP BY 2 ORDER BY 3 DESC, 2 LIMIT 20)
    UNION ALL (SELECT 'price', width_bucket(price, '{{10,25,50,100}}'::numeric[])::text, count(*) FROM m GROUP BY 2)
    UNION ALL (SELECT 'rating', floor(rating)::text, count(*) FROM m GROUP BY 2)
    UNION ALL (SELECT 'color', color #>> '{{}}', count(*) FROM m GROUP BY color ORDER BY 3 DESC, 2 LIMIT 20);\n"""

RANDOM_PRODUCT = "\\set product random(1, :products)\n\\set other random(1, :products)\n"
WRITE = {
    "INSERT": "INSERT INTO {schema}.products (" + COLUMNS + ") SELECT " + COLUMNS + " FROM rival.catalog WHERE id = :other;\n",
    "UPDATE of the name": "UPDATE {schema}.products SET name = (SELECT name FROM rival.catalog WHERE id = :other) WHERE product_id = :product;\n",
    "UPDATE of the price": "UPDATE {schema}.products SET price = price + 1 WHERE product_id = :product;\n",
}
WRITE_GOAL = 0.5


def measure(cluster, given, report):
    names, queries = catalog(given.data, given.seed)
    with cluster.session() as session:
        session.run(SETUP)
        load(cluster, names, queries, given.seed)
        session.run(FILL)
        measure_indexing(cluster, session, len(names), given.rounds, report)
        word = frequent_word(session, names)
        matches = int(session.value(f"SELECT count(*) FROM rival.documents WHERE document @@ plainto_tsquery('english', '{word}')"))
    report.context["frequent_word"] = word
    variables = {"queries": len(queries), "products": len(names)}
    measure_reads(cluster, word, matches, given.rounds, variables, report)
    measure_suggested_queries(cluster, names, given.seed, given.rounds, report)
    measure_writers(cluster, given.rounds, variables, report)


def catalog(folder, seed):
    """(name, brand) of products, and queries, half of them with a letter changed."""
    chance = random.Random(seed)
    if folder:
        data = search_data.titles(Path(folder))
        names = [(name, brand) for name, brand, _, _ in data.products]
        queries = [query for _, (query, _) in sorted(data.judgements.items())]
    else:
        names = made_up_names(chance)
        queries = [" ".join(chance.sample(name.split(), 3)) for name, _ in chance.sample(names, QUERIES)]
    queries = chance.sample(queries, min(QUERIES, len(queries)))
    return names, [search_data.misspell(query, chance) if i % 2 else query for i, query in enumerate(queries)]


def made_up_names(chance):
    """Of eight words each, frequent as in a language: the one of rank r as 1 / (r + 4)."""
    syllables = [consonant + vowel for consonant in "bdfgklmnprstvz" for vowel in "aeiou"]
    words = sorted({"".join(chance.choices(syllables, k=chance.choice((2, 2, 3, 3, 4)))) for _ in range(40_000)})
    chance.shuffle(words)
    weights = list(accumulate(1 / (rank + 4) for rank in range(len(words))))
    return [(" ".join(chance.choices(words, cum_weights=weights, k=8)), "") for _ in range(MADE_UP_PRODUCTS)]


def load(cluster, names, queries, seed):
    chance = random.Random(seed)

    def line(name, brand):
        attributes = {"color": chance.choice(COLORS), "width": chance.randrange(1, 200)}
        return search_data.copy_line((name, brand or f"Brand {int(chance.paretovariate(0.7)) % 400}", int(CATEGORIES * chance.random() ** 2) + 1,
                                      round(min(9_999, chance.lognormvariate(3.5, 1.2)), 2), round(chance.uniform(1, 5), 1) if chance.random() < 0.8 else "",
                                      chance.randrange(50), json.dumps(attributes)))

    cluster.copy_in(f"COPY rival.catalog ({COLUMNS}) FROM STDIN", ["".join(line(*product) for product in names).encode()])
    cluster.copy_in("COPY rival.queries (query) FROM STDIN", ["".join(search_data.copy_line((query,)) for query in queries).encode()])


def frequent_word(session, names):
    """The one that about so many products hold; what full text leaves out is none."""
    counts = Counter(word for name, _ in names for word in set(name.lower().split()) if word.isascii() and word.isalpha() and len(word) > 1)
    for word in sorted(counts, key=lambda word: abs(counts[word] - MATCHES)):
        if session.value(f"SELECT numnode(plainto_tsquery('english', '{word}'))") == "1":
            return word


def measure_indexing(cluster, session, products, rounds, report):
    def timed(statement):
        with cluster.meter(session) as meter:
            session.run(statement)
        return {"wall": meter.wall, "cpu": meter.cpu}

    session.run("SELECT shopsmart_setup_search('english')")
    results = in_turn(rounds, {
        "shopsmart": lambda: timed("SELECT shopsmart_rebuild_search()"),
        "full text": lambda: timed(f"CREATE TABLE rival.timed AS SELECT product_id, {WEIGHTED} AS document FROM shop.products;"
                                   "CREATE INDEX ON rival.timed USING gin (document); DROP TABLE rival.timed")})
    report.raw["search, indexing"] = results
    own, theirs = median(results["shopsmart"], "cpu"), median(results["full text"], "cpu")
    report.add("S7", f"{products:,} products indexed, CPU", seconds(own), "tsvectors and GIN", seconds(theirs), theirs / own)
    wall = median(results["shopsmart"], "wall")
    report.add("S7", f"{products:,} products indexed, wall", seconds(wall), f"limit {INDEX_SECONDS} s", "", INDEX_SECONDS / wall, 1)


def measure_reads(cluster, word, matches, rounds, variables, report):
    def compare(goal_id, what, calls, own, rivals, limit=None):
        results = in_turn(rounds, {"shopsmart": lambda: cluster.pgbench(own, 1, calls, variables, log=True),
                                   **{name: lambda script=script: cluster.pgbench(script, 1, SLOW_CALLS, variables, log=True) for name, script in rivals.items()}})
        report.raw[f"search, {what}"] = results
        for rival in rivals:
            for key, label in (("p50_ms", "p50"), ("p95_ms", "p95")):
                ours, theirs = median(results["shopsmart"], key), median(results[rival], key)
                report.add(goal_id, f"{what}, {label}", f"{ours:.2f} ms", rival, f"{theirs:.2f} ms", theirs / ours, SEARCH_GOALS.get(rival))
            ours, theirs = median(results["shopsmart"], "server_cpu_us"), median(results[rival], "server_cpu_us")
            report.add(goal_id, f"{what}, server CPU", f"{ours:.0f} us", rival, f"{theirs:.0f} us", theirs / ours)
        if limit:
            slowest = median(results["shopsmart"], "p95_ms")
            report.add(goal_id, f"{what}, p95", f"{slowest:.2f} ms", f"limit {limit} ms", "", limit / slowest, 1)

    compare("S1", "search, ten rows", CALLS, RANDOM_QUERY + SEARCH["shopsmart"], {name: RANDOM_QUERY + sql for name, sql in SEARCH.items() if name != "shopsmart"})
    compare("S4", "suggest", CALLS, RANDOM_QUERY + SUGGEST, {}, SUGGEST_MS)
    compare("S5", f"five facets of {matches:,} matches", SLOW_CALLS, FACETS.format(word=word), {"full text, one query": FACETS_BY_SQL.format(word=word)}, FACETS_MS)
    for order, by in ORDERS.items():
        compare("S6", f"{matches:,} matches by {order}", SLOW_CALLS, SORTED.format(word=word, order=order), {"full text": SORTED_BY_SQL.format(word=word, order=by)})


def logged_queries(names, seed):
    """One to four words that stand side by side in the names of products, each query once."""
    chance = random.Random(seed)
    queries = {}
    while len(queries) < LOGGED_QUERIES:
        words = [word for word in re.split("[^a-z0-9]+", chance.choice(names)[0].lower()) if word]
        length = chance.randint(1, 4)
        if len(words) >= length:
            first = chance.randrange(len(words) - length + 1)
            queries[" ".join(words[first:first + length])] = True
    return list(queries)


def measure_suggested_queries(cluster, names, seed, rounds, report):
    """The same beginnings with queries of others to suggest, and without. The job that chooses them runs before each turn."""
    queries = logged_queries(names, seed)
    cluster.copy_in("COPY rival.logged (query) FROM STDIN", ["".join(search_data.copy_line((query,)) for query in queries).encode()])
    with cluster.session() as session:
        session.run(FILL_LOG)

        def timed(preparation):
            with cluster.meter(session) as meter:
                session.run(preparation)
            suggested = int(session.value("SELECT count(*) FROM shopsmart.suggested_queries"))
            return {"prepared_wall": meter.wall, "suggested": suggested, **cluster.pgbench(SUGGEST_LOGGED, 1, CALLS, {"logged": len(queries)}, log=True)}

        results = in_turn(rounds, {"with": lambda: timed("SELECT shopsmart_run_job('search_log')"), "without": lambda: timed("TRUNCATE shopsmart.suggested_queries")})
        session.run("TRUNCATE shopsmart.suggested_queries")
    report.raw["search, suggested queries"] = results
    suggested = f"{median(results['with'], 'suggested'):,.0f}"
    for key, label in (("p50_ms", "p50"), ("p95_ms", "p95")):
        ours, theirs = median(results["with"], key), median(results["without"], key)
        report.add("S4", f"suggest of {suggested} queries, {label}", f"{ours:.2f} ms", "of none", f"{theirs:.2f} ms", theirs / ours)
    ours, theirs = median(results["with"], "server_cpu_us"), median(results["without"], "server_cpu_us")
    report.add("S4", f"suggest of {suggested} queries, server CPU", f"{ours:.0f} us", "of none", f"{theirs:.0f} us", theirs / ours)
    slowest = median(results["with"], "p95_ms")
    report.add("S4", f"suggest of {suggested} queries, p95", f"{slowest:.2f} ms", f"limit {SUGGEST_MS} ms", "", SUGGEST_MS / slowest, 1)
    report.add("S4", f"job that chooses them, of {len(queries):,}", seconds(median(results["with"], "prepared_wall")), "", "", None)


def measure_writers(cluster, rounds, variables, report):
    for name, script in WRITE.items():
        results = in_turn(rounds, {
            schema: lambda schema=schema: cluster.pgbench(RANDOM_PRODUCT + script.format(schema=schema), 1, WRITES, variables, synchronous_commit="off")
            for schema in ("shop", "rival")})
        report.raw[f"search, {name}"] = results
        own, theirs = median(results["shop"], "tps"), median(results["rival"], "tps")
        report.add("S8", f"{name} of a product, a second", f"{own:.0f}", "one GIN index", f"{theirs:.0f}", own / theirs, WRITE_GOAL)
        own, theirs = median(results["shop"], "server_cpu_us"), median(results["rival"], "server_cpu_us")
        report.add("S8", f"{name} of a product, server CPU", f"{own:.0f} us", "one GIN index", f"{theirs:.0f} us", theirs / own)
