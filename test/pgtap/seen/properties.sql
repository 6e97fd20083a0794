-- What holds for every answer of shopsmart_seen: the products of the history, newest first, once each.
\ir ../fixture/random_shop.psql
SELECT plan(5);

CREATE TEMPORARY TABLE answer AS
SELECT u AS user_id, as_of, ARRAY(SELECT shopsmart_seen(u, as_of)) AS seen
FROM (SELECT 'user ' || i FROM generate_series(1, 52) AS i) AS users(u), unnest(ARRAY['2026-06-30 12:00Z', '2026-06-28 12:00Z', '2026-04-01 00:00Z']::timestamptz[]) AS as_of;

SELECT cmp_ok((SELECT sum(cardinality(seen)) FROM answer), '>', 300::bigint, 'there is something to judge');
SELECT is_empty($$SELECT user_id, as_of, seen FROM answer WHERE seen <> ARRAY(SELECT h.product_id FROM oracle.history(user_id, as_of) h GROUP BY 1 ORDER BY min(h.position))$$, 'what the events say');
SELECT is_empty($$SELECT user_id, as_of FROM answer WHERE seen && ARRAY(SELECT r.product_id FROM shopsmart_recommend(user_id, 1000, as_of => answer.as_of) r)$$, 'shopsmart_recommend() shows none of them');
SELECT is_empty($$SELECT user_id, as_of FROM answer WHERE cardinality(seen || ARRAY(SELECT r.product_id FROM shopsmart_recommend(user_id, 1000, as_of => answer.as_of) r))
                  <> (SELECT count(*) FROM shop.products WHERE is_active OR product_id = ANY (seen))$$, '... and all others');
SET LOCAL shopsmart.direct_reads = off;
SELECT is_empty('SELECT user_id, as_of FROM answer WHERE seen <> ARRAY(SELECT shopsmart_seen(user_id, as_of))', 'the same without direct reads');

SELECT * FROM finish();
ROLLBACK;
