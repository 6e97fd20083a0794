-- Comparisons: each function returns the differences between the extension and the oracle, so that no rows is the good answer.
-- Scores may differ by 1e-6 (relative, for scores beyond 1). Rows of one strategy whose exact scores lie within 1e-12 of
-- each other may stand in either order, because a sum of floats depends on its order and the definition leaves that open.

CREATE FUNCTION oracle.near(a double precision, b double precision, tolerance double precision DEFAULT 1e-6) RETURNS boolean
LANGUAGE sql IMMUTABLE
RETURN abs(a - b) <= tolerance * greatest(1, abs(a), abs(b));

-- With whole weights the formula is exact to the bit, and so are the ranks: tolerance 0. Sums of other weights have no one
-- order, so that their last bits are free.
CREATE FUNCTION oracle.compare_similarity(tolerance double precision DEFAULT 0)
RETURNS TABLE (product_id bigint, similar_product_id bigint, extension text, oracle text) LANGUAGE sql
BEGIN ATOMIC
    SELECT coalesce(x.product_id, o.product_id), coalesce(x.similar_product_id, o.similar_product_id),
           CASE WHEN x.product_id IS NOT NULL THEN format('%s %s %s', x.score, x.co_count, x.rank) END,
           CASE WHEN o.product_id IS NOT NULL THEN format('%s %s %s', o.score, o.co_count, o.rank) END
    FROM shopsmart.item_similarity x FULL JOIN oracle.similarity_model o
         ON o.product_id = x.product_id AND o.similar_product_id = x.similar_product_id
    WHERE x.co_count IS DISTINCT FROM o.co_count OR x.score IS DISTINCT FROM o.score AND NOT oracle.near(x.score, o.score, tolerance)
       OR x.rank <> o.rank AND NOT EXISTS (SELECT FROM oracle.similarity_model tied
                                           WHERE tied.product_id = o.product_id AND tied.rank = x.rank AND oracle.near(tied.score, o.score, tolerance))
    ORDER BY 1, 2;
END;

CREATE FUNCTION oracle.compare_baskets(tolerance double precision DEFAULT 0)
RETURNS TABLE (product_id bigint, other_product_id bigint, extension text, oracle text) LANGUAGE sql
BEGIN ATOMIC
    SELECT coalesce(x.product_id, o.product_id), coalesce(x.other_product_id, o.other_product_id),
           CASE WHEN x.product_id IS NOT NULL THEN format('%s %s %s', x.score, x.support, x.rank) END,
           CASE WHEN o.product_id IS NOT NULL THEN format('%s %s %s', o.score, o.support, o.rank) END
    FROM shopsmart.basket_affinity x FULL JOIN oracle.basket_model o
         ON o.product_id = x.product_id AND o.other_product_id = x.other_product_id
    WHERE x.support IS DISTINCT FROM o.support OR x.score IS DISTINCT FROM o.score AND NOT oracle.near(x.score, o.score, tolerance)
       OR x.rank <> o.rank AND NOT EXISTS (SELECT FROM oracle.basket_model tied
                                           WHERE tied.product_id = o.product_id AND tied.rank = x.rank AND oracle.near(tied.score, o.score, tolerance))
    ORDER BY 1, 2;
END;

CREATE FUNCTION oracle.compare_trending()
RETURNS TABLE (time_window text, category_id bigint, product_id bigint, extension text, oracle text) LANGUAGE sql
BEGIN ATOMIC
    WITH o AS (
        SELECT * FROM oracle.trending_model
        UNION ALL
        SELECT 'all', NULL, p.product_id, p.score, p.rank FROM oracle.popularity_model p
    )
    SELECT coalesce(x.time_window, o.time_window), coalesce(x.category_id, o.category_id), coalesce(x.product_id, o.product_id),
           CASE WHEN x.product_id IS NOT NULL THEN format('%s %s', x.score, x.rank) END,
           CASE WHEN o.product_id IS NOT NULL THEN format('%s %s', o.score, o.rank) END
    FROM shopsmart.trending_scores x FULL JOIN o
         ON o.time_window = x.time_window AND coalesce(o.category_id, 0) = coalesce(x.category_id, 0) AND o.product_id = x.product_id
    WHERE x.rank IS DISTINCT FROM o.rank OR NOT oracle.near(x.score, o.score)
    ORDER BY 1, 2, 3;
END;

CREATE FUNCTION oracle.compare_recommend(
    user_id text, k integer DEFAULT 10, category_id bigint DEFAULT NULL, filter jsonb DEFAULT NULL,
    exclude bigint[] DEFAULT NULL, as_of timestamptz DEFAULT NULL, include_seen boolean DEFAULT false)
RETURNS TABLE (rank integer, extension text, oracle text) LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH x AS MATERIALIZED (
        SELECT * FROM shopsmart_recommend($1, $2, $3, $4, $5, $6, $7)
    ), o AS MATERIALIZED (
        SELECT * FROM oracle.recommend($1, $2 + 10, $3, $4, $5, $6, $7)
    )
    SELECT coalesce(x.rank, o.rank),
           CASE WHEN x.rank IS NOT NULL THEN format('%s %s %s %s', x.product_id, x.strategy, x.score, x.because) END,
           CASE WHEN o.rank IS NOT NULL THEN format('%s %s %s %s', o.product_id, o.strategy, o.score, o.because) END
    FROM x FULL JOIN (SELECT * FROM o WHERE o.rank <= $2) AS o ON o.rank = x.rank
    WHERE x.rank IS NULL OR o.rank IS NULL OR x.strategy <> o.strategy OR NOT oracle.near(x.score, o.score)
       OR x.product_id = o.product_id AND x.because <> o.because
       OR x.product_id <> o.product_id
          AND NOT EXISTS (SELECT FROM o AS tied WHERE tied.product_id = x.product_id AND tied.strategy = o.strategy
                                                  AND tied.because = x.because AND oracle.near(tied.score, o.score, 1e-12))
    ORDER BY 1;
END;

CREATE FUNCTION oracle.compare_explain(user_id text, product_id bigint, as_of timestamptz DEFAULT NULL)
RETURNS TABLE ("position" integer, extension text, oracle text) LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH x AS (
        SELECT (row_number() OVER ())::integer AS position, e.* FROM shopsmart_explain($1, $2, $3) e
    ), o AS (
        SELECT (row_number() OVER (ORDER BY e.position))::integer AS position, e.seed_product_id, e.event_type, e.occurred_at, e.weight, e.similarity, e.contribution
        FROM oracle.explain($1, $2, coalesce($3, statement_timestamp())) e
    )
    SELECT coalesce(x.position, o.position),
           CASE WHEN x.position IS NOT NULL THEN format('%s %s %s %s %s %s', x.seed_product_id, x.event_type, x.occurred_at, x.weight, x.similarity, x.contribution) END,
           CASE WHEN o.position IS NOT NULL THEN format('%s %s %s %s %s %s', o.seed_product_id, o.event_type, o.occurred_at, o.weight, o.similarity, o.contribution) END
    FROM x FULL JOIN o ON o.position = x.position
    WHERE (x.seed_product_id, x.event_type, x.occurred_at) IS DISTINCT FROM (o.seed_product_id, o.event_type, o.occurred_at) OR NOT oracle.near(x.weight, o.weight, 1e-12)
       OR NOT oracle.near(x.similarity, o.similarity, 1e-12) OR NOT oracle.near(x.contribution, o.contribution, 1e-12)
    ORDER BY 1;
END;

CREATE FUNCTION oracle.compare_similar(product_id bigint, k integer DEFAULT 10, filter jsonb DEFAULT NULL)
RETURNS TABLE (rank integer, extension text, oracle text) LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT coalesce(x.rank, o.rank),
           CASE WHEN x.rank IS NOT NULL THEN format('%s %s %s %s', x.product_id, x.strategy, x.score, x.co_count) END,
           CASE WHEN o.rank IS NOT NULL THEN format('%s %s %s %s', o.product_id, o.strategy, o.score, o.co_count) END
    FROM shopsmart_similar($1, $2, $3) x FULL JOIN oracle.similar($1, $2, $3) o ON o.rank = x.rank
    WHERE (x.product_id, x.strategy, x.co_count) IS DISTINCT FROM (o.product_id, o.strategy, o.co_count)
       OR NOT oracle.near(x.score, o.score)
    ORDER BY 1;
END;

CREATE FUNCTION oracle.compare_bought_together(product_ids bigint[], k integer DEFAULT 10, filter jsonb DEFAULT NULL)
RETURNS TABLE (rank integer, extension text, oracle text) LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH x AS MATERIALIZED (
        SELECT * FROM shopsmart_bought_together($1, $2, $3)
    ), o AS MATERIALIZED (
        SELECT * FROM oracle.bought_together($1, $2 + 10, $3)
    )
    SELECT coalesce(x.rank, o.rank),
           CASE WHEN x.rank IS NOT NULL THEN format('%s %s %s', x.product_id, x.score, x.support) END,
           CASE WHEN o.rank IS NOT NULL THEN format('%s %s %s', o.product_id, o.score, o.support) END
    FROM x FULL JOIN (SELECT * FROM o WHERE o.rank <= $2) AS o ON o.rank = x.rank
    WHERE x.rank IS NULL OR o.rank IS NULL OR NOT oracle.near(x.score, o.score)
       OR x.product_id = o.product_id AND x.support <> o.support
       OR x.product_id <> o.product_id
          AND NOT EXISTS (SELECT FROM o AS tied WHERE tied.product_id = x.product_id AND tied.support = x.support
                                                  AND oracle.near(tied.score, o.score, 1e-12))
    ORDER BY 1;
END;

CREATE FUNCTION oracle.compare_top_trending(k integer DEFAULT 10, category_id bigint DEFAULT NULL, time_window text DEFAULT NULL, filter jsonb DEFAULT NULL)
RETURNS TABLE (rank integer, extension text, oracle text) LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT coalesce(x.rank, o.rank),
           CASE WHEN x.rank IS NOT NULL THEN format('%s %s', x.product_id, x.score) END,
           CASE WHEN o.rank IS NOT NULL THEN format('%s %s', o.product_id, o.score) END
    FROM shopsmart_trending($1, $2, $3, $4) x FULL JOIN oracle.top_trending($1, $2, $3, $4) o ON o.rank = x.rank
    WHERE x.product_id IS DISTINCT FROM o.product_id OR NOT oracle.near(x.score, o.score)
    ORDER BY 1;
END;
