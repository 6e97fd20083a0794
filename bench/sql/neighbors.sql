-- The current similarity model in the two shapes that plain SQL could want: one row a pair, and one row of arrays a product.
DROP SCHEMA IF EXISTS plain_model CASCADE;
CREATE SCHEMA plain_model;

CREATE TABLE plain_model.pairs (
    product_id  bigint NOT NULL,
    rank        integer NOT NULL,
    neighbor_id bigint NOT NULL,
    score       double precision NOT NULL,
    PRIMARY KEY (product_id, rank) INCLUDE (neighbor_id, score)
);
INSERT INTO plain_model.pairs
    SELECT n.product_id, u.rank, u.neighbor_id, u.score
    FROM shopsmart.generations g
    JOIN shopsmart.neighbors n USING (generation)
    CROSS JOIN LATERAL unnest(n.neighbor_ids, n.scores) WITH ORDINALITY AS u(neighbor_id, score, rank)
    WHERE g.kind = 'similarity' AND u.rank <= 20
    ORDER BY n.product_id, u.rank;

CREATE TABLE plain_model.arrays (
    product_id   bigint PRIMARY KEY,
    neighbor_ids bigint[] NOT NULL,
    scores       double precision[] NOT NULL
);
INSERT INTO plain_model.arrays
    SELECT n.product_id, n.neighbor_ids[:20], n.scores[:20]
    FROM shopsmart.generations g JOIN shopsmart.neighbors n USING (generation)
    WHERE g.kind = 'similarity'
    ORDER BY n.product_id;

VACUUM ANALYZE plain_model.pairs;
VACUUM ANALYZE plain_model.arrays;
