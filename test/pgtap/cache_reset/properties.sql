-- shopsmart_cache_reset changes no answer.
\ir ../fixture/random_shop.psql
SELECT plan(2);

CREATE TEMPORARY TABLE before AS SELECT u, r.* FROM generate_series(1, 50) AS u, shopsmart_recommend('user ' || u, 20, as_of => :'now') AS r;
SELECT cmp_ok((SELECT count(*) FROM before WHERE strategy = 'personalized'), '>', 100::bigint, 'there is something to compare');
SELECT set_eq($$SELECT u, r.* FROM generate_series(1, 50) AS u, LATERAL (SELECT shopsmart_cache_reset()) AS reset, shopsmart_recommend('user ' || u, 20, as_of => '2026-06-30 12:00Z') AS r$$,
              'SELECT * FROM before', 'the same answers with a reset before each');

SELECT * FROM finish();
ROLLBACK;
