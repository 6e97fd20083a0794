-- The similarity model in plain SQL. Each pair is summed once and then written in both directions. (Product by product,
-- with covering indexes and a limit in a lateral join, spills nothing but was measured to take several times as long.)
DROP SCHEMA IF EXISTS plain CASCADE;
CREATE SCHEMA plain;

CREATE UNLOGGED TABLE plain.interactions AS
    SELECT e.user_id, e.product_id, sum(t.weight) AS weight
    FROM shop.events e JOIN shop.event_types t USING (event_type)
    WHERE e.occurred_at > :'as_of'::timestamptz - interval '90 days' AND e.occurred_at <= :'as_of'
    GROUP BY e.user_id, e.product_id
    HAVING sum(t.weight) > 0;
ANALYZE plain.interactions;

CREATE UNLOGGED TABLE plain.squares AS
    SELECT product_id, sum(weight * weight) AS square FROM plain.interactions GROUP BY product_id;
ANALYZE plain.squares;

CREATE UNLOGGED TABLE plain.pairs AS
    SELECT a.product_id, b.product_id AS other_id, sum(a.weight * b.weight) AS dot, count(*)::integer AS co_count
    FROM plain.interactions a JOIN plain.interactions b ON b.user_id = a.user_id AND b.product_id > a.product_id
    GROUP BY a.product_id, b.product_id
    HAVING count(*) >= 2;
ANALYZE plain.pairs;

CREATE TABLE plain.item_similarity (
    product_id         bigint NOT NULL,
    similar_product_id bigint NOT NULL,
    score              double precision NOT NULL,
    co_count           integer NOT NULL,
    rank               bigint NOT NULL,
    PRIMARY KEY (product_id, rank)
);
INSERT INTO plain.item_similarity
    SELECT * FROM (
        SELECT product_id, similar_product_id, score, co_count,
               row_number() OVER (PARTITION BY product_id ORDER BY score DESC, similar_product_id) AS rank
        FROM (
            SELECT d.product_id, d.similar_product_id, d.dot / sqrt(i.square * j.square) AS score, d.co_count
            FROM (SELECT product_id, other_id AS similar_product_id, dot, co_count FROM plain.pairs
                  UNION ALL
                  SELECT other_id, product_id, dot, co_count FROM plain.pairs) d
            JOIN plain.squares i ON i.product_id = d.product_id
            JOIN plain.squares j ON j.product_id = d.similar_product_id
        ) scored
    ) ranked
    WHERE rank <= 50;
