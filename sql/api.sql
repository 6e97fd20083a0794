-- The API: a schema that holds what PostgREST shows and nothing else, made by shopsmart_setup_api(). Views of the shop's tables
-- cannot be members of the extension, because the tables are none; so nothing here is, as with the tables.
--
-- The roles of the web may read no table. So the functions that they call run with the rights of shop_api, which may log in
-- nowhere, and which row security shows one user at a time; shopsmart.personal_request() decides which. Functions for
-- administrators run with the rights of their caller.

-- In braces stands what only set-up knows, or what all functions have in common. The first line of a comment is the title
-- of the operation in OpenAPI, the rest describes it.
CREATE FUNCTION shopsmart.api_script() RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN $script$
    CREATE TYPE {api}.recommendation AS (rank integer, {product_columns}, score double precision, strategy text, because bigint[]);
    COMMENT ON TYPE {api}.recommendation IS 'a product for a user; because names the products of the history that weigh most';
    CREATE TYPE {api}.similar_product AS (rank integer, {product_columns}, score double precision, co_count integer, strategy text, because jsonb);
    COMMENT ON TYPE {api}.similar_product IS 'a product like another one; co_count is the number of users that they have in common, because names the category, the brand and the words';
    CREATE TYPE {api}.companion AS (rank integer, {product_columns}, score double precision, support integer);
    COMMENT ON TYPE {api}.companion IS 'a product that is bought together with others; support is the number of shared baskets';
    CREATE TYPE {api}.trending_product AS (rank integer, {product_columns}, score double precision);
    COMMENT ON TYPE {api}.trending_product IS 'a product that trends';
    CREATE TYPE {api}.found_product AS (rank integer, {product_columns}, score double precision, answered_by text, did_you_mean text, cursor text);
    COMMENT ON TYPE {api}.found_product IS 'a product that a search found; answered_by is words, or corrected when did_you_mean was searched for instead; cursor leads to the next page';
    CREATE TYPE {api}.reason AS (seed_product_id bigint, name text, image_url text, event_type text, occurred_at timestamptz,
                                 weight double precision, similarity double precision, contribution double precision);
    COMMENT ON TYPE {api}.reason IS 'an event of the history that speaks for a product; contribution = weight * similarity';

    CREATE VIEW {api}.categories WITH (security_barrier = true) AS
        SELECT category_id, parent_id, name FROM {categories};
    COMMENT ON VIEW {api}.categories IS E'Categories\nThe tree of categories.';
    COMMENT ON COLUMN {api}.categories.category_id IS 'id of the category';
    COMMENT ON COLUMN {api}.categories.parent_id IS 'the category above it';
    COMMENT ON COLUMN {api}.categories.name IS 'what to show';

    CREATE VIEW {api}.products WITH (security_barrier = true) AS
        SELECT product_id, sku, name, description, brand, category_id, price, rating, stock, image_url, attributes, created_at
        FROM {products} WHERE is_active;
    COMMENT ON VIEW {api}.products IS E'Products\nAll that are on sale. Filter by any column; select=*,categories(name) adds the category.';
    COMMENT ON COLUMN {api}.products.product_id IS 'id of the product';
    COMMENT ON COLUMN {api}.products.sku IS 'the shop''s own number of the product';
    COMMENT ON COLUMN {api}.products.name IS 'what to show';
    COMMENT ON COLUMN {api}.products.description IS 'what to tell';
    COMMENT ON COLUMN {api}.products.brand IS 'who makes it';
    COMMENT ON COLUMN {api}.products.category_id IS 'its category';
    COMMENT ON COLUMN {api}.products.price IS 'its price';
    COMMENT ON COLUMN {api}.products.rating IS 'what buyers think of it';
    COMMENT ON COLUMN {api}.products.stock IS 'how many there are';
    COMMENT ON COLUMN {api}.products.image_url IS 'its picture';
    COMMENT ON COLUMN {api}.products.attributes IS 'whatever else is known of it';
    COMMENT ON COLUMN {api}.products.created_at IS 'since when the shop has it';

    CREATE FUNCTION {api}.recommendations(
        k integer DEFAULT 10, category_id bigint DEFAULT NULL, filter jsonb DEFAULT NULL, exclude bigint[] DEFAULT NULL,
        include_seen boolean DEFAULT false, again text[] DEFAULT NULL, user_id text DEFAULT NULL)
    RETURNS SETOF {api}.recommendation LANGUAGE plpgsql STABLE {as_api} AS $function$
    #variable_conflict use_column
    DECLARE
        person text;
    BEGIN
        person := shopsmart.personal_request(recommendations.user_id);
        RETURN QUERY
        SELECT r.rank, {product}, r.score, r.strategy, r.because
        FROM @extschema@.shopsmart_recommend(person, k, recommendations.category_id, filter, exclude, NULL, include_seen, NULL, again) AS r
        JOIN {products} AS p ON p.product_id = r.product_id ORDER BY r.rank;
    {translate_errors}
    $function$;
    COMMENT ON FUNCTION {api}.recommendations(integer, bigint, jsonb, bigint[], boolean, text[], text) IS
    E'Recommendations for the user in the token\nBest first: personalised ones, then what trends and sells.\n\n'
    '- k: how many, 1 to 1000 (default 10)\n- category_id: only of this category and those below it\n'
    '- filter: JSON object with category, brand, price, rating, in_stock, attributes\n- exclude: product ids to leave out, {1,2}\n'
    '- include_seen: also what the user has dealt with already\n- again: event types whose products may come again, {purchase}\n'
    '- user_id: for whom; only a service may name somebody else';

    CREATE FUNCTION {api}.similar_products(product_id bigint, k integer DEFAULT 10, filter jsonb DEFAULT NULL)
    RETURNS SETOF {api}.similar_product LANGUAGE plpgsql STABLE {as_api} AS $function$
    #variable_conflict use_column
    BEGIN
        PERFORM shopsmart.begin_request('public, max-age=300');
        PERFORM shopsmart.require_product(similar_products.product_id);
        RETURN QUERY
        SELECT s.rank, {product}, s.score, s.co_count, s.strategy, s.because
        FROM @extschema@.shopsmart_similar(similar_products.product_id, k, filter) AS s
        JOIN {products} AS p ON p.product_id = s.product_id ORDER BY s.rank;
    {translate_errors}
    $function$;
    COMMENT ON FUNCTION {api}.similar_products(bigint, integer, jsonb) IS
    E'Products like one product\nMost alike first, then what says the same, trends and sells. 404 for an unknown product.\n\n'
    '- product_id: the product\n- k: how many, 1 to 1000 (default 10)\n- filter: as for recommendations';

    CREATE FUNCTION {api}.bought_together(product_ids bigint[], k integer DEFAULT 10, filter jsonb DEFAULT NULL)
    RETURNS SETOF {api}.companion LANGUAGE plpgsql STABLE {as_api} AS $function$
    #variable_conflict use_column
    BEGIN
        PERFORM shopsmart.begin_request('public, max-age=300');
        RETURN QUERY
        SELECT b.rank, {product}, b.score, b.support
        FROM @extschema@.shopsmart_bought_together(product_ids, k, filter) AS b
        JOIN {products} AS p ON p.product_id = b.product_id ORDER BY b.rank;
    {translate_errors}
    $function$;
    COMMENT ON FUNCTION {api}.bought_together(bigint[], integer, jsonb) IS
    E'What is bought together with a product or a cart\nNo rows when nothing is.\n\n'
    '- product_ids: one product or those of a cart, {1,2}\n- k: how many, 1 to 1000 (default 10)\n- filter: as for recommendations';

    CREATE FUNCTION {api}.trending(k integer DEFAULT 10, category_id bigint DEFAULT NULL, time_window text DEFAULT NULL, filter jsonb DEFAULT NULL)
    RETURNS SETOF {api}.trending_product LANGUAGE plpgsql STABLE {as_api} AS $function$
    #variable_conflict use_column
    BEGIN
        PERFORM shopsmart.begin_request('public, max-age=60');
        RETURN QUERY
        SELECT t.rank, {product}, t.score
        FROM @extschema@.shopsmart_trending(k, trending.category_id, time_window, filter) AS t
        JOIN {products} AS p ON p.product_id = t.product_id ORDER BY t.rank;
    {translate_errors}
    $function$;
    COMMENT ON FUNCTION {api}.trending(integer, bigint, text, jsonb) IS
    E'What trends\nIn the shop or in a category with those below it.\n\n'
    '- k: how many, 1 to 1000 (default 10)\n- category_id: the category; without it the whole shop\n- time_window: 24h, 7d or 30d\n- filter: as for recommendations';

    CREATE FUNCTION {api}.search(query text, k integer DEFAULT 10, filter jsonb DEFAULT NULL, correct boolean DEFAULT true,
                                 sort text DEFAULT 'relevance', after text DEFAULT NULL)
    RETURNS SETOF {api}.found_product LANGUAGE plpgsql STABLE {as_api} AS $function$
    #variable_conflict use_column
    BEGIN
        PERFORM shopsmart.begin_request('public, max-age=60');
        RETURN QUERY
        SELECT s.rank, {product}, s.score, s.answered_by,
               CASE s.answered_by WHEN 'corrected' THEN (SELECT @extschema@.shopsmart_did_you_mean(query)) END, s.cursor
        FROM @extschema@.shopsmart_search(query, k, filter, correct, sort, after) AS s
        JOIN {products} AS p ON p.product_id = s.product_id ORDER BY s.rank;
    {translate_errors}
    $function$;
    COMMENT ON FUNCTION {api}.search(text, integer, jsonb, boolean, text, text) IS
    E'Search\nProducts that hold words of a query, best first. Where words are misspelt, did_you_mean is what was searched for instead.\n\n'
    '- query: what the visitor typed, up to 1000 characters\n- k: how many, 1 to 1000 (default 10)\n- filter: as for recommendations\n'
    '- correct: false searches for the words as they stand\n- sort: relevance, price_asc, price_desc, rating, newest\n'
    '- after: the cursor of the last row of the page before';

    CREATE FUNCTION {api}.suggest(prefix text, k integer DEFAULT 10)
    RETURNS TABLE (rank integer, kind text, suggestion text, product_id bigint, category_id bigint) LANGUAGE plpgsql STABLE {as_api} AS $function$
    BEGIN
        PERFORM shopsmart.begin_request('public, max-age=60');
        RETURN QUERY SELECT s.rank, s.kind, s.suggestion, s.product_id, s.category_id FROM @extschema@.shopsmart_suggest(prefix, k) AS s ORDER BY s.rank;
    {translate_errors}
    $function$;
    COMMENT ON FUNCTION {api}.suggest(text, integer) IS
    E'Suggestions while one types\nQueries of others, brands, categories and products that go on where the text ends.\n\n- prefix: what the visitor has typed so far\n- k: how many, 1 to 1000 (default 10)';

    CREATE FUNCTION {api}.facets(query text, filter jsonb DEFAULT NULL, facets text[] DEFAULT '{brand,category,price,rating}', k integer DEFAULT 20, correct boolean DEFAULT true)
    RETURNS TABLE (facet text, value text, products bigint, adds jsonb) LANGUAGE plpgsql STABLE {as_api} AS $function$
    BEGIN
        PERFORM shopsmart.begin_request('public, max-age=60');
        RETURN QUERY SELECT f.facet, f.value, f.products, f.adds FROM @extschema@.shopsmart_facets(query, filter, facets.facets, k, correct) AS f;
    {translate_errors}
    $function$;
    COMMENT ON FUNCTION {api}.facets(text, jsonb, text[], integer, boolean) IS
    E'How many found products have which property\nadds is what to add to the filter to see only these.\n\n'
    '- query: as for search\n- filter: as for search\n- facets: which, {brand,category,price,rating,attributes.color}\n- k: values of each facet (default 20)\n- correct: as for search';

    CREATE FUNCTION {api}.explain(product_id bigint, user_id text DEFAULT NULL)
    RETURNS SETOF {api}.reason LANGUAGE plpgsql STABLE {as_api} AS $function$
    #variable_conflict use_column
    DECLARE
        person text;
    BEGIN
        person := shopsmart.personal_request(explain.user_id);
        PERFORM shopsmart.require_product(explain.product_id);
        RETURN QUERY
        SELECT e.seed_product_id, p.name, p.image_url, e.event_type, e.occurred_at, e.weight, e.similarity, e.contribution
        FROM @extschema@.shopsmart_explain(person, explain.product_id) AS e
        JOIN {products} AS p ON p.product_id = e.seed_product_id ORDER BY e.contribution DESC, e.occurred_at DESC;
    {translate_errors}
    $function$;
    COMMENT ON FUNCTION {api}.explain(bigint, text) IS
    E'Why a product is recommended\nThe events of the user that speak for it; contributions add up to its score.\n\n'
    '- product_id: the product\n- user_id: whose history; only a service may name somebody else';

    CREATE FUNCTION {api}.track_event(
        product_id bigint, event_type text DEFAULT 'view', session_id text DEFAULT NULL, metadata jsonb DEFAULT NULL,
        idempotency_key text DEFAULT NULL, user_id text DEFAULT NULL, occurred_at timestamptz DEFAULT NULL)
    RETURNS bigint LANGUAGE plpgsql VOLATILE {as_api} AS $function$
    DECLARE
        person text;
    BEGIN
        person := shopsmart.personal_request(user_id);
        PERFORM shopsmart.require_service_for(occurred_at);
        RETURN @extschema@.shopsmart_track(person, product_id, event_type, session_id, metadata, occurred_at, idempotency_key);
    {translate_errors}
    $function$;
    COMMENT ON FUNCTION {api}.track_event(bigint, text, text, jsonb, text, text, timestamptz) IS
    E'Record an event of the user in the token\nReturns its id. A repeated idempotency_key stores nothing and returns the first id again.\n\n'
    '- product_id: what was looked at, put into the cart, bought\n- event_type: view, add_to_cart, purchase or what else the shop has\n'
    '- session_id: the visit; it tells baskets apart\n- metadata: JSON of up to 64 kB\n- idempotency_key: makes the call safe to repeat\n'
    '- user_id, occurred_at: whose and when; only a service may say';

    CREATE FUNCTION {api}.log_search(query text, results integer, answered_by text DEFAULT NULL, user_id text DEFAULT NULL)
    RETURNS bigint LANGUAGE plpgsql VOLATILE {as_api} AS $function$
    DECLARE
        person text;
    BEGIN
        person := shopsmart.personal_request(user_id);
        RETURN @extschema@.shopsmart_log_search(query, results, answered_by, person);
    {translate_errors}
    $function$;
    COMMENT ON FUNCTION {api}.log_search(text, integer, text, text) IS
    E'Log a search that was shown\nReturns its number, with which clicks are logged; null when the shop logs no searches.\n\n'
    '- query: what the visitor typed\n- results: how many rows the first page has, 0 when nothing was found\n- answered_by: what the rows of search say\n'
    '- user_id: whose; only a service may say';

    CREATE FUNCTION {api}.log_click(search_id bigint, product_id bigint, rank integer, user_id text DEFAULT NULL)
    RETURNS boolean LANGUAGE plpgsql VOLATILE {as_api} AS $function$
    BEGIN
        PERFORM shopsmart.personal_request(user_id);
        RETURN @extschema@.shopsmart_log_click(search_id, product_id, rank);
    {translate_errors}
    $function$;
    COMMENT ON FUNCTION {api}.log_click(bigint, bigint, integer, text) IS
    E'Log a click on a result of a search\nFalse when that product of that search had been clicked before. 404 for a search of somebody else, or one that is not kept any more.\n\n'
    '- search_id: what log_search returned\n- product_id: the product\n- rank: the rank of its row\n- user_id: whose search; only a service may say';

    CREATE FUNCTION {api}.track_events(events jsonb)
    RETURNS bigint[] LANGUAGE plpgsql VOLATILE {as_api} AS $function$
    DECLARE
        event record;
        person text;
        ids bigint[] := '{}';
        place bigint := 0;
    BEGIN
        PERFORM shopsmart.check_batch(events);
        -- Users in order, so that two batches cannot wait for each other.
        FOR event IN
            SELECT element.place, e.* FROM jsonb_array_elements(events) WITH ORDINALITY AS element (value, place)
            CROSS JOIN jsonb_to_record(element.value) AS e(user_id text, product_id bigint, event_type text, session_id text, metadata jsonb,
                                                           occurred_at timestamptz, idempotency_key text)
            ORDER BY e.user_id, element.place
        LOOP
            place := event.place;
            person := shopsmart.personal_request(event.user_id);
            PERFORM shopsmart.require_service_for(event.occurred_at);
            ids[place] := @extschema@.shopsmart_track(person, event.product_id, coalesce(event.event_type, 'view'), event.session_id, event.metadata,
                                                      event.occurred_at, event.idempotency_key);
        END LOOP;
        RETURN ids;
    {translate_batch_errors}
    $function$;
    COMMENT ON FUNCTION {api}.track_events(jsonb) IS
    E'Record several events\nAll of them or none. Returns their ids in the order of the events.\n\n'
    '- events: array of objects with the arguments of track_event; up to 1000 (64 kB), for a service 10000';

    CREATE FUNCTION {api}.anonymous_token()
    RETURNS text LANGUAGE plpgsql VOLATILE {as_api} AS $function$
    BEGIN
        PERFORM shopsmart.begin_request('private, no-store');
        RETURN shopsmart.sign_token(shopsmart.anonymous_claims());
    {translate_errors}
    $function$;
    COMMENT ON FUNCTION {api}.anonymous_token() IS
    E'A token for a visitor who has not logged in\nGood for 90 days, for recommendations and events. With such a token in the request: a fresh one for the same visitor.';

    CREATE FUNCTION {api}.merge(anonymous_token text)
    RETURNS bigint LANGUAGE plpgsql VOLATILE {as_api} AS $function$
    DECLARE
        person text;
        visitor text;
    BEGIN
        person := shopsmart.personal_request(NULL);
        visitor := shopsmart.anonymous_user(anonymous_token);
        PERFORM set_config('shop_api.acting_for', ARRAY[visitor, person]::text, true);
        RETURN shopsmart.merge_users(visitor, person);
    {translate_errors}
    $function$;
    COMMENT ON FUNCTION {api}.merge(text) IS
    E'After the login: take over what the visitor did before\nMoves all events to the user in the token of the request. Returns how many; twice is fine.\n\n- anonymous_token: the token from before the login';

    CREATE FUNCTION {api}.me()
    RETURNS jsonb LANGUAGE plpgsql STABLE {as_api} AS $function$
    DECLARE
        person text;
    BEGIN
        person := shopsmart.personal_request(NULL);
        RETURN coalesce(@extschema@.shopsmart_export_user(person), '{"user": null, "events": [], "event_keys": [], "searches": []}');
    {translate_errors}
    $function$;
    COMMENT ON FUNCTION {api}.me() IS E'Everything the shop knows of the user in the token\nThe user, the events, the idempotency keys, the logged searches.';

    CREATE FUNCTION {api}.erase_me()
    RETURNS jsonb LANGUAGE plpgsql VOLATILE {as_api} AS $function$
    DECLARE
        person text;
    BEGIN
        person := shopsmart.personal_request(NULL);
        RETURN (SELECT to_jsonb(e) FROM @extschema@.shopsmart_erase_user(person) AS e);
    {translate_errors}
    $function$;
    COMMENT ON FUNCTION {api}.erase_me() IS E'Forget the user in the token\nDeletes the user with all events, keys and searches, and returns how many there were. An event that comes later makes a new user.';

    CREATE FUNCTION {api}.export_user(user_id text)
    RETURNS jsonb LANGUAGE plpgsql STABLE {as_caller} AS $function$
    DECLARE
        export jsonb;
    BEGIN
        PERFORM shopsmart.begin_request('private, no-store');
        export := @extschema@.shopsmart_export_user(user_id);
        IF export IS NULL THEN
            RAISE EXCEPTION 'user "%" does not exist', user_id USING ERRCODE = 'no_data_found';
        END IF;
        RETURN export;
    {translate_errors}
    $function$;
    COMMENT ON FUNCTION {api}.export_user(text) IS E'Everything the shop knows of a user\nFor administrators. 404 for an unknown user.\n\n- user_id: the user';

    CREATE FUNCTION {api}.erase_user(user_id text)
    RETURNS jsonb LANGUAGE plpgsql VOLATILE {as_caller} AS $function$
    BEGIN
        PERFORM shopsmart.begin_request('private, no-store');
        RETURN (SELECT to_jsonb(e) FROM @extschema@.shopsmart_erase_user(user_id) AS e);
    {translate_errors}
    $function$;
    COMMENT ON FUNCTION {api}.erase_user(text) IS E'Forget a user\nFor administrators. Twice is fine.\n\n- user_id: the user';

    CREATE FUNCTION {api}.run_job(job text, force boolean DEFAULT false)
    RETURNS jsonb LANGUAGE plpgsql VOLATILE {as_caller} AS $function$
    BEGIN
        PERFORM shopsmart.begin_request('private, no-store');
        RETURN (SELECT to_jsonb(r) FROM @extschema@.shopsmart_run_job(job, false, force) AS r);
    {translate_errors}
    $function$;
    COMMENT ON FUNCTION {api}.run_job(text, boolean) IS
    E'Run a job now\nFor administrators. Answers when it has ended, with its run. 409 when it runs already.\n\n- job: trending, similarity or what else jobs shows\n- force: also when nothing is new';

    CREATE FUNCTION {api}.jobs()
    RETURNS TABLE (job text, enabled boolean, last_status text, last_start timestamptz, last_finish timestamptz, last_success timestamptz,
                   failures_in_a_row bigint, next_start timestamptz, last_message text) LANGUAGE plpgsql STABLE {as_caller} AS $function$
    #variable_conflict use_column
    BEGIN
        PERFORM shopsmart.begin_request('private, no-store');
        RETURN QUERY SELECT s.job, s.enabled, s.last_status, s.last_start, s.last_finish, s.last_success, s.failures_in_a_row, s.next_start, s.last_message
        FROM shopsmart.job_stats AS s;
    {translate_errors}
    $function$;
    COMMENT ON FUNCTION {api}.jobs() IS E'Jobs\nFor administrators: what became of the last run of each, and when the next one starts.';

    CREATE FUNCTION {api}.status()
    RETURNS TABLE (subject text, state text, message text, hint text) LANGUAGE plpgsql STABLE {as_caller} AS $function$
    BEGIN
        PERFORM shopsmart.begin_request('private, no-store');
        RETURN QUERY SELECT s.subject, s.state, s.message, s.hint FROM @extschema@.shopsmart_status() AS s;
    {translate_errors}
    $function$;
    COMMENT ON FUNCTION {api}.status() IS E'Health\nFor administrators: one row a check, ok, warn or error, and what to do.';

    CREATE FUNCTION {api}.evaluations(newest integer DEFAULT 1)
    RETURNS TABLE (run_id bigint, started_at timestamptz, split text, model text, segment text, k integer, users bigint,
                   ndcg double precision, ndcg_low double precision, ndcg_high double precision,
                   ndcg_gain double precision, ndcg_gain_low double precision, ndcg_gain_high double precision, recall double precision, "precision" double precision,
                   hit_rate double precision, mrr double precision, coverage double precision, novelty double precision, popularity_bias double precision)
    LANGUAGE plpgsql STABLE {as_caller} AS $function$
    #variable_conflict use_column
    BEGIN
        PERFORM shopsmart.begin_request('private, no-store');
        RETURN QUERY
        SELECT r.run_id, r.started_at, r.split, m.model, m.segment, m.k, m.users, m.ndcg, m.ndcg_low, m.ndcg_high,
               m.ndcg_gain, m.ndcg_gain_low, m.ndcg_gain_high, m.recall, m."precision", m.hit_rate, m.mrr, m.coverage, m.novelty, m.popularity_bias
        FROM (SELECT * FROM shopsmart.evaluation_runs ORDER BY run_id DESC LIMIT least(greatest(newest, 0), 100)) AS r
        JOIN shopsmart.evaluation_metrics AS m ON m.run_id = r.run_id ORDER BY r.run_id DESC, m.segment, m.k, m.ndcg DESC, m.model;
    {translate_errors}
    $function$;
    COMMENT ON FUNCTION {api}.evaluations(integer) IS E'Quality of models\nFor administrators: the figures of the newest runs of shopsmart_evaluate.\n\n- newest: how many runs, up to 100 (default 1)';
$script$;
COMMENT ON FUNCTION shopsmart.api_script() IS 'the objects of the API as SQL, with what only shopsmart_setup_api() knows in braces';

CREATE FUNCTION @extschema@.shopsmart_setup_api(schema name DEFAULT 'api') RETURNS void
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    attached shopsmart.shop := shopsmart.attached_shop();
    script text := shopsmart.api_script();
    made record;
    translation constant text := 'EXCEPTION WHEN OTHERS OR query_canceled THEN
        DECLARE
            detail text;
            hint text;
        BEGIN
            GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
            PERFORM shopsmart.raise_for_http(SQLSTATE, {message}, detail, hint);
        END;
    END;';
BEGIN
    IF NOT (SELECT r.rolsuper FROM pg_roles r WHERE r.rolname = current_user) THEN
        RAISE EXCEPTION 'only a superuser may set up the API' USING ERRCODE = 'insufficient_privilege', HINT = 'It makes roles and row security.';
    END IF;
    IF schema IN ('', 'public', 'shopsmart', 'information_schema') OR schema LIKE 'pg\_%' THEN
        RAISE EXCEPTION 'the API cannot be in schema "%"', schema
            USING ERRCODE = 'invalid_parameter_value', HINT = 'What is in its schema can be seen from outside: choose a new one.';
    END IF;
    PERFORM pg_advisory_xact_lock(1397510992, 0);
    PERFORM shopsmart.make_api_roles();

    -- A schema of somebody else may hold what nobody meant to show.
    IF to_regnamespace(quote_ident(schema)) IS NULL THEN
        EXECUTE format('CREATE SCHEMA %I AUTHORIZATION shop_api', schema);
    ELSIF (SELECT n.nspowner FROM pg_namespace n WHERE n.nspname = schema) <> 'shop_api'::regrole THEN
        RAISE EXCEPTION 'schema "%" exists and does not belong to role "shop_api"', schema
            USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Choose a schema that does not exist, or make shop_api the owner of an empty one.';
    END IF;
    EXECUTE format('COMMENT ON SCHEMA %I IS %L', schema, E'Shop\nRecommendations, search and events of the shop.');

    -- What an earlier call made goes; what the shop has added stays.
    FOR made IN
        SELECT 'FUNCTION' AS kind, p.oid::regprocedure::text AS name
        FROM pg_proc p JOIN shopsmart.api_rights() AS a ON a.object = p.proname
        WHERE p.pronamespace = quote_ident(schema)::regnamespace AND p.proowner = 'shop_api'::regrole
        UNION ALL
        SELECT CASE c.relkind WHEN 'v' THEN 'VIEW' ELSE 'TYPE' END, c.oid::regclass::text
        FROM pg_class c
        WHERE c.relnamespace = quote_ident(schema)::regnamespace AND c.relowner = 'shop_api'::regrole
          AND position(' {api}.' || c.relname || ' ' IN script) > 0
        ORDER BY kind
    LOOP
        EXECUTE format('DROP %s %s', made.kind, made.name);
    END LOOP;

    script := replace(script, '{translate_errors}', replace(translation, '{message}', 'SQLERRM'));
    script := replace(script, '{translate_batch_errors}', replace(translation, '{message}', 'format(''event %s: %s'', place, SQLERRM)'));
    script := replace(script, '{as_api}', 'SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET shop_api.acting_for = ''''');
    script := replace(script, '{as_caller}', 'SECURITY INVOKER SET search_path = pg_catalog, pg_temp');
    script := replace(script, '{product_columns}', 'product_id bigint, name text, brand text, category_id bigint, price numeric, rating numeric, stock integer, image_url text');
    script := replace(script, '{product}', 'p.product_id, p.name, p.brand, p.category_id, p.price, p.rating, p.stock, p.image_url');
    script := replace(script, '{products}', attached.products::text);
    script := replace(script, '{categories}', attached.categories::text);
    EXECUTE replace(script, '{api}', quote_ident(schema));

    PERFORM shopsmart.grant_api(schema, attached);
    PERFORM shopsmart.protect_users(attached);
    -- A PostgREST that runs reads the schema again after the commit.
    PERFORM pg_notify('pgrst', 'reload schema');
    IF NOT (SELECT l.is_preloaded FROM shopsmart.library_state() AS l) THEN
        RAISE NOTICE 'each connection counts requests for itself'
            USING DETAIL = 'The library is not preloaded.', HINT = 'Add shopsmart to shared_preload_libraries, so that shopsmart.rate_limit holds for all of them together.';
    END IF;
END
$$;
COMMENT ON FUNCTION @extschema@.shopsmart_setup_api(name) IS
'makes the schema that PostgREST shows, its roles, and row security on the tables with user ids; calling it again is fine';
