-- The oracle: docs/internals.md written once more, in plain SQL and for clarity, to compare the extension with.
-- This file holds the models; answers.sql reads them. Expects the shop in schema shop. Never installed.

CREATE SCHEMA oracle;

-- The rule of a setting in force now. The library has to be loaded for its settings to exist.
CREATE FUNCTION oracle.setting(name text) RETURNS text LANGUAGE sql STABLE
RETURN current_setting('shopsmart.' || name);

-- Of cosine and baskets, where nothing is set.
CREATE FUNCTION oracle.min_co_count() RETURNS integer LANGUAGE sql STABLE
RETURN coalesce(nullif(oracle.setting('min_co_count')::integer, 0), 2);

-- ---- similarity ----

CREATE FUNCTION oracle.interactions(lookback interval, as_of timestamptz)
RETURNS TABLE (user_id bigint, product_id bigint, weight double precision) LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT e.user_id, e.product_id, sum(t.weight)
    FROM shop.events e JOIN shop.event_types t USING (event_type)
    WHERE e.occurred_at > as_of - lookback AND e.occurred_at <= as_of
    GROUP BY e.user_id, e.product_id
    HAVING sum(t.weight) > 0;
END;

CREATE FUNCTION oracle.similarity(
    lookback interval, as_of timestamptz,
    min_co integer DEFAULT oracle.min_co_count(), kept integer DEFAULT oracle.setting('kept_neighbors')::integer)
RETURNS TABLE (product_id bigint, similar_product_id bigint, score double precision, co_count integer, rank integer)
LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH w AS MATERIALIZED (
        SELECT * FROM oracle.interactions(lookback, as_of)
    ), own AS MATERIALIZED (
        SELECT w.product_id, sum(w.weight * w.weight) AS dot FROM w GROUP BY w.product_id
    ), pair AS MATERIALIZED (
        -- Each pair once: dot(i,j) = dot(j,i).
        SELECT a.product_id AS i, b.product_id AS j, sum(a.weight * b.weight) AS dot, count(*)::integer AS co_count
        FROM w a JOIN w b ON b.user_id = a.user_id AND b.product_id > a.product_id
        GROUP BY a.product_id, b.product_id
        HAVING count(*) >= min_co
    ), directed AS (
        SELECT i, j, dot, co_count FROM pair
        UNION ALL
        SELECT j, i, dot, co_count FROM pair
    ), scored AS (
        SELECT d.i, d.j, d.dot / sqrt(oi.dot * oj.dot) AS score, d.co_count
        FROM directed d JOIN own oi ON oi.product_id = d.i JOIN own oj ON oj.product_id = d.j
    ), ranked AS (
        SELECT i, j, score, co_count, (row_number() OVER (PARTITION BY i ORDER BY score DESC, j))::integer AS rank
        FROM scored
    )
    SELECT i, j, score, co_count, rank FROM ranked WHERE rank <= kept;
END;

-- ---- baskets ----

-- One row for each basket line. A basket is known by its user, its session and its first event.
CREATE FUNCTION oracle.basket_lines(lookback interval, as_of timestamptz, span interval)
RETURNS TABLE (user_id bigint, session_id text, started_at timestamptz, product_id bigint) LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH RECURSIVE line AS MATERIALIZED (
        SELECT e.user_id, e.session_id, e.occurred_at, e.product_id
        FROM shop.events e JOIN shop.event_types t USING (event_type)
        WHERE t.in_basket AND e.occurred_at > as_of - lookback AND e.occurred_at <= as_of
    ), basket AS (
        SELECT line.user_id, line.session_id, min(line.occurred_at) AS started_at
        FROM line GROUP BY line.user_id, line.session_id
        UNION ALL
        -- The first event of the same user and session that the basket before does not reach.
        SELECT b.user_id, b.session_id, later.occurred_at
        FROM basket b CROSS JOIN LATERAL (
            SELECT line.occurred_at FROM line
            WHERE line.user_id = b.user_id AND line.session_id IS NOT DISTINCT FROM b.session_id
              AND line.occurred_at > b.started_at + span
            ORDER BY line.occurred_at LIMIT 1) AS later
    )
    SELECT DISTINCT b.user_id, b.session_id, b.started_at, line.product_id
    FROM basket b JOIN line ON line.user_id = b.user_id AND line.session_id IS NOT DISTINCT FROM b.session_id
                           AND line.occurred_at BETWEEN b.started_at AND b.started_at + span;
END;

CREATE FUNCTION oracle.baskets(
    lookback interval, as_of timestamptz,
    min_co integer DEFAULT oracle.min_co_count(), kept integer DEFAULT oracle.setting('kept_neighbors')::integer,
    span interval DEFAULT oracle.setting('basket_span')::interval)
RETURNS TABLE (product_id bigint, other_product_id bigint, score double precision, support integer, rank integer)
LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH line AS MATERIALIZED (
        SELECT l.product_id, dense_rank() OVER (ORDER BY l.user_id, l.session_id, l.started_at) AS basket
        FROM oracle.basket_lines(lookback, as_of, span) l
    ), own AS MATERIALIZED (
        SELECT line.product_id, count(*) AS baskets FROM line GROUP BY line.product_id
    ), pair AS MATERIALIZED (
        SELECT a.product_id AS i, b.product_id AS j, count(*)::integer AS support
        FROM line a JOIN line b ON b.basket = a.basket AND b.product_id > a.product_id
        GROUP BY a.product_id, b.product_id
        HAVING count(*) >= min_co
    ), directed AS (
        SELECT i, j, support FROM pair
        UNION ALL
        SELECT j, i, support FROM pair
    ), ranked AS (
        SELECT d.i, d.j, scored.score, d.support,
               (row_number() OVER (PARTITION BY d.i ORDER BY scored.score DESC, d.j))::integer AS rank
        FROM directed d JOIN own oi ON oi.product_id = d.i JOIN own oj ON oj.product_id = d.j
        CROSS JOIN LATERAL (SELECT d.support::float8 / sqrt((oi.baskets * oj.baskets)::float8) AS score) AS scored
    )
    SELECT i, j, score, support, rank FROM ranked WHERE rank <= kept;
END;

-- ---- popularity and trending ----

CREATE FUNCTION oracle.popularity(as_of timestamptz)
RETURNS TABLE (product_id bigint, score double precision, rank integer) LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT e.product_id, sum(t.weight), (row_number() OVER (ORDER BY sum(t.weight) DESC, e.product_id))::integer
    FROM shop.events e JOIN shop.event_types t USING (event_type)
    WHERE e.occurred_at <= as_of
    GROUP BY e.product_id
    HAVING sum(t.weight) > 0;
END;

-- Each category with each of its descendants and itself.
CREATE VIEW oracle.category_tree AS
    WITH RECURSIVE tree AS (
        SELECT category_id AS ancestor_id, category_id FROM shop.categories
        UNION
        SELECT t.ancestor_id, c.category_id FROM tree t JOIN shop.categories c ON c.parent_id = t.category_id
    )
    SELECT ancestor_id, category_id FROM tree;

-- Ranks are taken from scores rounded to 1e-9: what is equal in the definition shall not be told apart by float noise.
CREATE FUNCTION oracle.trending(as_of timestamptz)
RETURNS TABLE (time_window text, category_id bigint, product_id bigint, score double precision, rank integer) LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH windows (time_window, span, half_life) AS (
        VALUES ('24h', interval '24 hours', oracle.setting('half_life_24h')::interval),
               ('7d', interval '168 hours', oracle.setting('half_life_7d')::interval),
               ('30d', interval '720 hours', oracle.setting('half_life_30d')::interval)
    ), product_score AS MATERIALIZED (
        SELECT windows.time_window, e.product_id,
               sum(t.weight * 2 ^ (-extract(epoch FROM as_of - e.occurred_at) / extract(epoch FROM windows.half_life))::float8) AS score
        FROM windows CROSS JOIN shop.events e JOIN shop.event_types t USING (event_type)
        WHERE e.occurred_at > as_of - windows.span AND e.occurred_at <= as_of
        GROUP BY windows.time_window, e.product_id
    ), list AS (
        SELECT s.time_window, NULL::bigint AS category_id, s.product_id, s.score FROM product_score s
        UNION ALL
        SELECT s.time_window, tree.ancestor_id, s.product_id, s.score
        FROM product_score s JOIN shop.products p USING (product_id) JOIN oracle.category_tree tree ON tree.category_id = p.category_id
    )
    SELECT list.time_window, list.category_id, list.product_id, list.score,
           (row_number() OVER (PARTITION BY list.time_window, list.category_id ORDER BY round(list.score::numeric, 9) DESC, list.product_id))::integer
    FROM list WHERE list.score > 0;
END;

-- ---- the models that answers rest on, as the last rebuild and refresh left them ----

CREATE TABLE oracle.similarity_model (
    product_id bigint, similar_product_id bigint, score double precision, co_count integer, rank integer,
    PRIMARY KEY (product_id, similar_product_id));
CREATE TABLE oracle.basket_model (
    product_id bigint, other_product_id bigint, score double precision, support integer, rank integer,
    PRIMARY KEY (product_id, other_product_id));
CREATE TABLE oracle.popularity_model (product_id bigint PRIMARY KEY, score double precision, rank integer);
CREATE TABLE oracle.trending_model (
    time_window text, category_id bigint, product_id bigint, score double precision, rank integer,
    UNIQUE NULLS NOT DISTINCT (time_window, category_id, product_id));

CREATE PROCEDURE oracle.rebuild(lookback interval, as_of timestamptz) LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM oracle.similarity_model;
    INSERT INTO oracle.similarity_model SELECT * FROM oracle.similarity(lookback, as_of);
    DELETE FROM oracle.basket_model;
    INSERT INTO oracle.basket_model SELECT * FROM oracle.baskets(lookback, as_of);
    DELETE FROM oracle.popularity_model;
    INSERT INTO oracle.popularity_model SELECT * FROM oracle.popularity(as_of);
    ANALYZE oracle.similarity_model;
END
$$;

CREATE PROCEDURE oracle.refresh(as_of timestamptz) LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM oracle.trending_model;
    INSERT INTO oracle.trending_model SELECT * FROM oracle.trending(as_of);
    ANALYZE oracle.trending_model;
END
$$;
