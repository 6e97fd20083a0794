-- The oracle's answers: what recommend, similar, bought_together, trending and explain shall say, from the models of models.sql.

-- ---- eligible products ----

CREATE FUNCTION oracle.in_category(product_category bigint, wanted bigint) RETURNS boolean LANGUAGE sql STABLE
RETURN EXISTS (SELECT FROM oracle.category_tree t WHERE t.ancestor_id = wanted AND t.category_id = product_category);

-- Scalars stand for an array of one.
CREATE FUNCTION oracle.elements(value jsonb) RETURNS SETOF jsonb LANGUAGE sql IMMUTABLE
BEGIN ATOMIC
    SELECT jsonb_array_elements(CASE jsonb_typeof(value) WHEN 'array' THEN value ELSE jsonb_build_array(value) END);
END;

CREATE FUNCTION oracle.within(value numeric, bounds jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE
RETURN value IS NOT NULL
   AND coalesce(value > (bounds->>'gt')::numeric, true) AND coalesce(value >= (bounds->>'gte')::numeric, true)
   AND coalesce(value < (bounds->>'lt')::numeric, true) AND coalesce(value <= (bounds->>'lte')::numeric, true);

-- Expects a filter that is well formed; malformed ones are errors of the extension and tested as such.
CREATE FUNCTION oracle.matches(product shop.products, filter jsonb) RETURNS boolean LANGUAGE sql STABLE
RETURN coalesce(jsonb_typeof(filter), 'null') = 'null' OR (
    SELECT coalesce(bool_and(coalesce(CASE f.key
        WHEN 'category' THEN EXISTS (SELECT FROM oracle.elements(f.value) AS e(value)
                                     WHERE oracle.in_category((product).category_id, e.value::bigint))
        WHEN 'brand' THEN EXISTS (SELECT FROM oracle.elements(f.value) AS e(value) WHERE (product).brand = e.value #>> '{}')
        WHEN 'price' THEN oracle.within((product).price, f.value)
        WHEN 'rating' THEN oracle.within((product).rating, f.value)
        WHEN 'in_stock' THEN ((product).stock > 0) = f.value::boolean
        WHEN 'attributes' THEN (product).attributes @> f.value
        END, false)), true)
    FROM jsonb_each(filter) AS f);

CREATE FUNCTION oracle.eligible(filter jsonb, category_id bigint DEFAULT NULL) RETURNS SETOF bigint LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT p.product_id FROM shop.products p
    WHERE p.is_active AND oracle.matches(p, filter)
      AND (eligible.category_id IS NULL OR oracle.in_category(p.category_id, eligible.category_id));
END;

-- ---- a user's history ----

CREATE FUNCTION oracle.history(user_id text, as_of timestamptz)
RETURNS TABLE ("position" integer, product_id bigint, event_type text, occurred_at timestamptz, weight double precision)
LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH rule AS (
        SELECT oracle.setting('history_half_life')::integer AS half_life, oracle.setting('history_exponent')::float8 AS exponent
    ), newest AS (
        SELECT row_number() OVER (ORDER BY e.occurred_at DESC, e.event_id DESC) AS place,
               e.product_id, e.event_type, e.occurred_at, t.weight, dense_rank() OVER (ORDER BY e.occurred_at DESC) - 1 AS later_moments
        FROM shop.users u JOIN shop.events e ON e.user_id = u.user_id JOIN shop.event_types t USING (event_type)
        WHERE u.external_id = history.user_id AND e.occurred_at <= as_of
        ORDER BY e.occurred_at DESC, e.event_id DESC
        LIMIT oracle.setting('history_events')::integer
    ), decayed AS (
        SELECT n.*, CASE r.half_life WHEN 0 THEN n.weight ELSE n.weight * power(2::float8, -n.later_moments / r.half_life::float8) END AS counts, r.exponent
        FROM newest n, rule r
        WHERE r.half_life = 0 OR n.later_moments < 25 * r.half_life
    ), summed AS (
        SELECT d.*, sum(d.counts) OVER (PARTITION BY d.product_id ORDER BY d.place ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS of_product
        FROM decayed d
    )
    SELECT s.place::integer, s.product_id, s.event_type, s.occurred_at,
           CASE WHEN s.of_product > 0 THEN s.counts * CASE s.exponent WHEN 1 THEN 1 WHEN 0.5 THEN 1 / sqrt(s.of_product) ELSE power(s.of_product, s.exponent - 1) END ELSE 0 END
    FROM summed s
    ORDER BY s.place;
END;

CREATE FUNCTION oracle.explain(user_id text, product_id bigint, as_of timestamptz)
RETURNS TABLE (seed_product_id bigint, event_type text, occurred_at timestamptz,
               weight double precision, similarity double precision, contribution double precision, "position" integer)
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT h.product_id, h.event_type, h.occurred_at, h.weight, s.score, h.weight * s.score, h.position
    FROM oracle.history(explain.user_id, as_of) h
    JOIN oracle.similarity_model s ON s.product_id = h.product_id AND s.similar_product_id = explain.product_id
                                  AND s.rank <= oracle.setting('scored_neighbors')::integer
    WHERE h.weight > 0 AND EXISTS (SELECT FROM shop.products p WHERE p.product_id = explain.product_id)
    ORDER BY h.position;
END;

CREATE FUNCTION oracle.personalized(user_id text, as_of timestamptz, include_seen boolean)
RETURNS TABLE (product_id bigint, score double precision) LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH history AS MATERIALIZED (SELECT * FROM oracle.history(personalized.user_id, as_of))
    SELECT s.similar_product_id, sum(h.weight * s.score ORDER BY h.position)
    FROM history h
    JOIN oracle.similarity_model s ON s.product_id = h.product_id AND s.rank <= oracle.setting('scored_neighbors')::integer
    WHERE include_seen OR NOT EXISTS (SELECT FROM history seen WHERE seen.product_id = s.similar_product_id)
    GROUP BY s.similar_product_id
    HAVING sum(h.weight * s.score) > 0;
END;

-- The up to three products of the history that speak loudest for a product.
CREATE FUNCTION oracle.because(user_id text, product_id bigint, as_of timestamptz) RETURNS bigint[] LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT coalesce(array_agg(seed.id ORDER BY seed.contribution DESC, seed.id), '{}')
    FROM (SELECT e.seed_product_id AS id, sum(e.contribution ORDER BY e.position) AS contribution
          FROM oracle.explain(because.user_id, because.product_id, as_of) e
          GROUP BY e.seed_product_id HAVING sum(e.contribution) > 0
          ORDER BY sum(e.contribution ORDER BY e.position) DESC, e.seed_product_id LIMIT 3) AS seed;
END;

CREATE FUNCTION oracle.home_category(user_id text, as_of timestamptz) RETURNS bigint LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT p.category_id
    FROM oracle.history(home_category.user_id, as_of) h JOIN shop.products p USING (product_id)
    WHERE p.category_id IS NOT NULL
    GROUP BY p.category_id
    ORDER BY sum(h.weight) DESC, p.category_id LIMIT 1;
END;

-- ---- the stream: one total order of products, before anything is left out ----

-- Everything behind the first stage, in order; a product may come several times.
CREATE FUNCTION oracle.fallback(category_id bigint)
RETURNS TABLE (stage integer, rank bigint, product_id bigint, score double precision, strategy text) LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT 2, t.rank, t.product_id, t.score, 'category_trending' FROM oracle.trending_model t
    WHERE t.time_window = oracle.setting('trending_window') AND t.category_id = fallback.category_id
    UNION ALL
    SELECT 3, t.rank, t.product_id, t.score, 'global_trending' FROM oracle.trending_model t
    WHERE t.time_window = oracle.setting('trending_window') AND t.category_id IS NULL
    UNION ALL
    SELECT 4, p.rank, p.product_id, p.score, 'popular' FROM oracle.popularity_model p
    UNION ALL
    SELECT 5, row_number() OVER (ORDER BY p.product_id DESC), p.product_id, p.product_id::float8, 'newest'
    FROM shop.products p;
END;

-- Products of the history come nowhere in it, unless include_seen.
CREATE FUNCTION oracle.stream(user_id text, category_id bigint, as_of timestamptz, include_seen boolean)
RETURNS TABLE ("position" integer, product_id bigint, score double precision, strategy text)
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
DECLARE
    events integer := (SELECT count(*) FROM oracle.history(stream.user_id, as_of));
    personalized_from integer := oracle.setting('personalized_from');
    personalized_first_from integer := oracle.setting('personalized_first_from');
    home bigint := coalesce(stream.category_id, oracle.home_category(stream.user_id, as_of));
    personal bigint[] := '{}';
    personal_scores double precision[];
    trending bigint[] := '{}';
    trending_scores double precision[];
    trending_strategies text[];
    taken bigint[] := '{}';
    p integer := 1;
    t integer := 1;
BEGIN
    IF NOT include_seen THEN
        taken := coalesce((SELECT array_agg(DISTINCT h.product_id) FROM oracle.history(stream.user_id, as_of) h), '{}');
    END IF;
    IF events >= personalized_from THEN
        SELECT coalesce(array_agg(c.product_id ORDER BY c.score DESC, c.product_id), '{}'),
               array_agg(c.score ORDER BY c.score DESC, c.product_id)
        INTO personal, personal_scores
        FROM oracle.personalized(stream.user_id, as_of, include_seen) c;
    END IF;
    IF events < personalized_first_from THEN
        SELECT coalesce(array_agg(f.product_id ORDER BY f.stage, f.rank), '{}'),
               array_agg(f.score ORDER BY f.stage, f.rank),
               array_agg(f.strategy ORDER BY f.stage, f.rank)
        INTO trending, trending_scores, trending_strategies
        FROM oracle.fallback(home) f WHERE f.stage IN (2, 3);
    END IF;
    position := 0;
    -- Warm-up: in turn one from each side, without what came already. Later there is only the personalised side.
    WHILE p <= cardinality(personal) OR t <= cardinality(trending) LOOP
        WHILE personal[p] = ANY (taken) LOOP p := p + 1; END LOOP;
        IF p <= cardinality(personal) THEN
            taken := taken || personal[p];
            position := position + 1; product_id := personal[p]; score := personal_scores[p]; strategy := 'personalized';
            RETURN NEXT;
        END IF;
        WHILE trending[t] = ANY (taken) LOOP t := t + 1; END LOOP;
        IF t <= cardinality(trending) THEN
            taken := taken || trending[t];
            position := position + 1; product_id := trending[t]; score := trending_scores[t]; strategy := trending_strategies[t];
            RETURN NEXT;
        END IF;
    END LOOP;
    RETURN QUERY
        SELECT position + (row_number() OVER (ORDER BY first.stage, first.rank))::integer, first.product_id, first.score, first.strategy
        FROM (SELECT DISTINCT ON (f.product_id) f.* FROM oracle.fallback(home) f
              WHERE f.product_id <> ALL (taken) ORDER BY f.product_id, f.stage) AS first;
END
$$;

-- ---- the public functions ----

CREATE FUNCTION oracle.recommend(
    user_id text, k integer DEFAULT 10, category_id bigint DEFAULT NULL, filter jsonb DEFAULT NULL,
    exclude bigint[] DEFAULT NULL, as_of timestamptz DEFAULT NULL, include_seen boolean DEFAULT false)
RETURNS TABLE (rank integer, product_id bigint, score double precision, strategy text, because bigint[]) LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH answer AS (
        SELECT s.position, s.product_id, s.score, s.strategy
        FROM oracle.stream(recommend.user_id, recommend.category_id, coalesce(as_of, statement_timestamp()), include_seen) s
        WHERE s.product_id IN (SELECT oracle.eligible(recommend.filter, recommend.category_id))
          AND s.product_id <> ALL (coalesce(recommend.exclude, '{}'))
        ORDER BY s.position LIMIT k
    )
    SELECT (row_number() OVER (ORDER BY a.position))::integer, a.product_id, a.score, a.strategy,
           CASE a.strategy WHEN 'personalized' THEN oracle.because(recommend.user_id, a.product_id, coalesce(as_of, statement_timestamp()))
                           ELSE '{}' END
    FROM answer a ORDER BY a.position;
END;

CREATE FUNCTION oracle.similar(product_id bigint, k integer DEFAULT 10, filter jsonb DEFAULT NULL)
RETURNS TABLE (rank integer, product_id bigint, score double precision, co_count integer, strategy text) LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH stream AS (
        SELECT 1 AS stage, m.rank::bigint, m.similar_product_id AS product_id, m.score, m.co_count, 'similar' AS strategy
        FROM oracle.similarity_model m WHERE m.product_id = $1
        UNION ALL
        SELECT f.stage, f.rank, f.product_id, f.score, NULL, f.strategy
        FROM oracle.fallback((SELECT p.category_id FROM shop.products p WHERE p.product_id = $1)) f
    ), first AS (
        SELECT DISTINCT ON (s.product_id) s.* FROM stream s ORDER BY s.product_id, s.stage
    )
    SELECT (row_number() OVER (ORDER BY f.stage, f.rank))::integer, f.product_id, f.score, f.co_count, f.strategy
    FROM first f
    WHERE f.product_id IN (SELECT oracle.eligible($3)) AND f.product_id <> $1
      AND EXISTS (SELECT FROM shop.products p WHERE p.product_id = $1)
    ORDER BY f.stage, f.rank LIMIT $2;
END;

CREATE FUNCTION oracle.bought_together(product_ids bigint[], k integer DEFAULT 10, filter jsonb DEFAULT NULL)
RETURNS TABLE (rank integer, product_id bigint, score double precision, support integer) LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH given AS (
        SELECT DISTINCT id FROM unnest(product_ids) AS id WHERE EXISTS (SELECT FROM shop.products p WHERE p.product_id = id)
    ), candidate AS (
        SELECT m.other_product_id AS product_id, sum(m.score ORDER BY m.product_id) AS score, max(m.support) AS support
        FROM given JOIN oracle.basket_model m ON m.product_id = given.id
        WHERE m.other_product_id <> ALL (product_ids) AND m.other_product_id IN (SELECT oracle.eligible($3))
        GROUP BY m.other_product_id
    )
    SELECT (row_number() OVER (ORDER BY c.score DESC, c.product_id))::integer, c.product_id, c.score, c.support
    FROM candidate c ORDER BY c.score DESC, c.product_id LIMIT $2;
END;

CREATE FUNCTION oracle.top_trending(k integer DEFAULT 10, category_id bigint DEFAULT NULL, time_window text DEFAULT NULL, filter jsonb DEFAULT NULL)
RETURNS TABLE (rank integer, product_id bigint, score double precision) LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT (row_number() OVER (ORDER BY t.rank))::integer, t.product_id, t.score
    FROM oracle.trending_model t
    WHERE t.time_window = coalesce($3, oracle.setting('trending_window')) AND t.category_id IS NOT DISTINCT FROM $2
      AND t.product_id IN (SELECT oracle.eligible($4))
    ORDER BY t.rank LIMIT $1;
END;
