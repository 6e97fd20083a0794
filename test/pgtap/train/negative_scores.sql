-- Models that know what speaks against a product: it counts, and nobody sees it.
\ir ../fixture/random_shop.psql
SELECT plan(18);

INSERT INTO shopsmart.models (name, kind, parameters) VALUES
    ('weights', 'ease', '{"lambda": 20}'), ('factors', 'ials', '{"factors": 8}'),
    ('both', 'blend', '{"first": {"kind": "ease", "lambda": 20}, "second": {"kind": "ials", "factors": 8}}');
CREATE TEMPORARY TABLE answer (model text, user_id text, rank integer, product_id bigint, score double precision, strategy text, because bigint[]);
CREATE TEMPORARY TABLE similar_answer (model text, seed bigint, rank integer, product_id bigint, score double precision, co_count integer, strategy text, because jsonb);
CREATE TEMPORARY TABLE explained (model text, user_id text, product_id bigint, seed bigint, contribution double precision);
CREATE TEMPORARY TABLE pair (model text, seed bigint, product_id bigint, score double precision, rank bigint);

CREATE FUNCTION pg_temp.holds(model text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
    UPDATE shopsmart.models m SET is_default = false WHERE m.is_default;
    UPDATE shopsmart.models m SET is_default = true WHERE m.name = holds.model;
    PERFORM shopsmart_rebuild_similarity(as_of => '2026-06-30 12:00Z');
    INSERT INTO pair SELECT holds.model, v.product_id, v.similar_product_id, v.score, v.rank FROM shopsmart.item_similarity v;
    INSERT INTO answer SELECT holds.model, u.external_id, r.* FROM shop.users u CROSS JOIN LATERAL shopsmart_recommend(u.external_id, 40, as_of => '2026-06-30 12:00Z') AS r;
    INSERT INTO similar_answer SELECT holds.model, p.product_id, s.* FROM shop.products p CROSS JOIN LATERAL shopsmart_similar(p.product_id, 40) AS s;
    INSERT INTO explained SELECT holds.model, u.external_id, p.product_id, e.seed_product_id, e.contribution FROM shop.users u CROSS JOIN shop.products p
        CROSS JOIN LATERAL shopsmart_explain(u.external_id, p.product_id, '2026-06-30 12:00Z') AS e;

    RETURN NEXT isnt_empty(format($q$SELECT FROM pair WHERE model = %L AND score < 0 AND rank <= 20$q$, model), model || ': some speak against a product');
    RETURN NEXT is_empty(format($q$SELECT FROM (SELECT abs(score) > lag(abs(score)) OVER (PARTITION BY seed ORDER BY rank) AS is_stronger FROM pair WHERE model = %L) AS p WHERE is_stronger$q$, model), '... and rank by how much they say');
    RETURN NEXT is_empty(format($q$SELECT FROM answer WHERE model = %1$L AND strategy = 'personalized' AND NOT score > 0
        UNION ALL SELECT FROM similar_answer WHERE model = %1$L AND strategy = 'similar' AND NOT score > 0$q$, model), '... nothing is shown that more speaks against');
    RETURN NEXT set_eq(format($q$SELECT user_id, product_id, round(score::numeric, 9) FROM answer WHERE model = %L AND strategy = 'personalized'$q$, model),
                       format($q$SELECT e.user_id, e.product_id, round(sum(e.contribution)::numeric, 9) FROM explained e
                                 WHERE e.model = %1$L AND (e.user_id, e.product_id) IN (SELECT a.user_id, a.product_id FROM answer a WHERE a.model = %1$L)
                                 GROUP BY 1, 2 HAVING sum(e.contribution) > 0$q$, model), '... scores are sums of both');
    RETURN NEXT isnt_empty(format($q$SELECT FROM answer a JOIN explained e USING (model, user_id, product_id) WHERE model = %L AND strategy = 'personalized' AND e.contribution < 0$q$, model), '... where products are shown although something speaks against');
    RETURN NEXT is_empty(format($q$SELECT FROM answer a CROSS JOIN unnest(a.because) AS given JOIN explained e ON (e.model, e.user_id, e.product_id, e.seed) = (a.model, a.user_id, a.product_id, given)
                                   WHERE a.model = %L GROUP BY a.user_id, a.product_id, given HAVING NOT sum(e.contribution) > 0$q$, model), '... and reasons are what speaks for a product');
END $$;
SELECT pg_temp.holds(m) FROM unnest('{weights,factors,both}'::text[]) AS m;

SELECT * FROM finish();
ROLLBACK;
