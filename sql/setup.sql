-- The shop's own tables: made by shopsmart_setup(), owned by its caller, no members of the extension.

CREATE FUNCTION shopsmart.attached_shop() RETURNS shopsmart.shop
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    attached shopsmart.shop;
BEGIN
    SELECT * INTO attached FROM shopsmart.shop;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the shop has no tables yet'
            USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Call shopsmart_setup() first.';
    END IF;
    RETURN attached;
END
$$;
COMMENT ON FUNCTION shopsmart.attached_shop() IS 'where the shop''s tables are; raises 55000 before shopsmart_setup()';

CREATE FUNCTION shopsmart.require_columns(relation regclass, columns text[]) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    missing text;
BEGIN
    SELECT string_agg(wanted.name, ', ' ORDER BY wanted.ordinality) INTO missing
    FROM unnest(columns) WITH ORDINALITY AS wanted(name, ordinality)
    WHERE NOT EXISTS (SELECT FROM pg_attribute a
                      WHERE a.attrelid = relation AND NOT a.attisdropped
                        AND a.attname || ' ' || format_type(a.atttypid, NULL) = wanted.name);
    IF missing IS NOT NULL THEN
        RAISE EXCEPTION 'table "%" exists but cannot serve as a shop table', relation
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  DETAIL = format('It lacks: %s.', missing),
                  HINT = 'Rename that table, or call shopsmart_setup() with another schema.';
    END IF;
END
$$;
COMMENT ON FUNCTION shopsmart.require_columns(regclass, text[]) IS 'raises 55000 unless the table has each "name type" column';

CREATE FUNCTION @extschema@.shopsmart_setup(schema name DEFAULT 'shop', order_index boolean DEFAULT true) RETURNS void
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET client_min_messages = warning
AS $$
DECLARE
    attached shopsmart.shop;
    attached_schema name;
    part record;
BEGIN
    IF schema = '' THEN
        RAISE EXCEPTION 'schema must not be empty' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    -- Two sessions that set up at the same time end up with one shop.
    PERFORM pg_advisory_xact_lock(1397510992, 0);

    SELECT * INTO attached FROM shopsmart.shop;
    SELECT n.nspname INTO attached_schema
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = attached.events;
    IF attached_schema <> schema THEN
        RAISE EXCEPTION 'the shop is already set up in schema "%"', attached_schema
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  HINT = format('Call shopsmart_setup(%L), or delete the row of shopsmart.shop to attach another schema.', attached_schema);
    END IF;

    IF to_regnamespace(quote_ident(schema)) IS NULL THEN
        EXECUTE format('CREATE SCHEMA %I', schema);
        EXECUTE format('COMMENT ON SCHEMA %I IS %L', schema, 'products, users and events of the shop');
    END IF;

    -- Each part is made when it is missing; a table that exists is adopted when it has the columns.
    PERFORM shopsmart.require_columns(format('%I.%I', schema, needed.relation)::regclass, needed.columns)
    FROM (VALUES
        ('categories', '{category_id bigint,parent_id bigint,name text}'::text[]),
        ('products', '{product_id bigint,sku text,name text,description text,brand text,category_id bigint,price numeric,rating numeric,stock integer,image_url text,attributes jsonb,is_active boolean,created_at timestamp with time zone}'),
        ('users', '{user_id bigint,external_id text,created_at timestamp with time zone}'),
        ('event_types', '{event_type text,weight double precision,in_basket boolean}'),
        ('events', '{event_id bigint,user_id bigint,product_id bigint,event_type text,occurred_at timestamp with time zone,session_id text,metadata jsonb}'),
        ('event_keys', '{user_id bigint,idempotency_key text,event_id bigint,product_id bigint,event_type text}')
    ) AS needed(relation, columns)
    WHERE to_regclass(format('%I.%I', schema, needed.relation)) IS NOT NULL;

    -- A table that is made will refer to primary keys, which an adopted one may lack.
    SELECT referred.* INTO part
    FROM (VALUES ('categories', 'category_id', 'products'), ('products', 'product_id', 'events'), ('products', 'product_id', 'event_keys'),
                 ('users', 'user_id', 'events'), ('users', 'user_id', 'event_keys'), ('event_types', 'event_type', 'events'),
                 ('event_types', 'event_type', 'event_keys')) AS referred(relation, key, referrer)
    WHERE to_regclass(format('%I.%I', schema, referred.relation)) IS NOT NULL AND to_regclass(format('%I.%I', schema, referred.referrer)) IS NULL
      AND NOT EXISTS (SELECT FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
                      WHERE i.indrelid = to_regclass(format('%I.%I', schema, referred.relation)) AND i.indisprimary AND i.indnkeyatts = 1
                        AND a.attname = referred.key)
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'table "%" exists but cannot serve as a shop table', format('%I.%I', schema, part.relation)::regclass
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  DETAIL = format('Its primary key is not (%s), to which table "%s" will refer.', part.key, part.referrer),
                  HINT = 'Give it that key, or call shopsmart_setup() with another schema.';
    END IF;

    IF to_regclass(format('%I.categories', schema)) IS NULL THEN
        EXECUTE format($ddl$
            CREATE TABLE %1$I.categories (
                category_id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
                parent_id   bigint REFERENCES %1$I.categories,
                name        text NOT NULL,
                CONSTRAINT categories_parent_differs CHECK (parent_id <> category_id)
            )$ddl$, schema);
    END IF;

    IF to_regclass(format('%I.products', schema)) IS NULL THEN
        EXECUTE format($ddl$
            CREATE TABLE %1$I.products (
                product_id  bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
                sku         text UNIQUE,
                name        text NOT NULL,
                description text,
                brand       text,
                category_id bigint REFERENCES %1$I.categories ON DELETE SET NULL,
                price       numeric(12,2) CONSTRAINT products_price_not_negative CHECK (price >= 0 AND price < 'NaN'),
                rating      numeric(3,2) CONSTRAINT products_rating_0_to_5 CHECK (rating BETWEEN 0 AND 5),
                stock       integer NOT NULL DEFAULT 0 CONSTRAINT products_stock_not_negative CHECK (stock >= 0),
                image_url   text,
                attributes  jsonb NOT NULL DEFAULT '{}',
                is_active   boolean NOT NULL DEFAULT true,
                created_at  timestamptz NOT NULL DEFAULT now()
            )$ddl$, schema);
    END IF;

    IF to_regclass(format('%I.users', schema)) IS NULL THEN
        EXECUTE format($ddl$
            CREATE TABLE %1$I.users (
                user_id     bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
                external_id text NOT NULL UNIQUE CONSTRAINT users_external_id_1_to_255 CHECK (char_length(external_id) BETWEEN 1 AND 255),
                created_at  timestamptz NOT NULL DEFAULT now()
            )$ddl$, schema);
    END IF;

    IF to_regclass(format('%I.event_types', schema)) IS NULL THEN
        EXECUTE format($ddl$
            CREATE TABLE %1$I.event_types (
                event_type text PRIMARY KEY CONSTRAINT event_types_name_1_to_64 CHECK (char_length(event_type) BETWEEN 1 AND 64),
                weight     double precision NOT NULL CONSTRAINT event_types_weight_0_to_1e6 CHECK (weight >= 0 AND weight <= 1e6),
                in_basket  boolean NOT NULL DEFAULT false
            )$ddl$, schema);
        EXECUTE format($ddl$
            INSERT INTO %1$I.event_types (event_type, weight, in_basket)
            VALUES ('view', 1, false), ('add_to_cart', 3, true), ('purchase', 5, true)$ddl$, schema);
    END IF;

    IF to_regclass(format('%I.events', schema)) IS NULL THEN
        EXECUTE format($ddl$
            CREATE TABLE %1$I.events (
                event_id    bigint GENERATED BY DEFAULT AS IDENTITY,
                user_id     bigint NOT NULL REFERENCES %1$I.users ON DELETE CASCADE,
                product_id  bigint NOT NULL REFERENCES %1$I.products ON DELETE CASCADE,
                event_type  text NOT NULL REFERENCES %1$I.event_types ON UPDATE CASCADE,
                occurred_at timestamptz NOT NULL DEFAULT now() CONSTRAINT events_occurred_at_finite CHECK (isfinite(occurred_at)),
                session_id  text CONSTRAINT events_session_id_up_to_255 CHECK (char_length(session_id) <= 255),
                metadata    jsonb,
                PRIMARY KEY (event_id, occurred_at)
            ) PARTITION BY RANGE (occurred_at)$ddl$, schema);
        EXECUTE format('CREATE TABLE %1$I.events_default PARTITION OF %1$I.events DEFAULT', schema);
    END IF;

    -- The event that a client's key stands for, so that a repeated call stores nothing twice.
    IF to_regclass(format('%I.event_keys', schema)) IS NULL THEN
        EXECUTE format($ddl$
            CREATE TABLE %1$I.event_keys (
                user_id         bigint NOT NULL REFERENCES %1$I.users ON DELETE CASCADE,
                idempotency_key text NOT NULL CONSTRAINT event_keys_key_1_to_255 CHECK (char_length(idempotency_key) BETWEEN 1 AND 255),
                event_id        bigint NOT NULL,
                product_id      bigint NOT NULL REFERENCES %1$I.products ON DELETE CASCADE,
                event_type      text NOT NULL REFERENCES %1$I.event_types ON UPDATE CASCADE,
                recorded_at     timestamptz NOT NULL DEFAULT now(),
                PRIMARY KEY (user_id, idempotency_key)
            )$ddl$, schema);
    END IF;

    -- What the read path wants: a user's newest events from one index alone, and products by what filters ask for.
    FOR part IN
        SELECT * FROM (VALUES
            ('categories_parent_id',     'categories', '(parent_id)'),
            ('products_category_id',     'products',   '(category_id)'),
            ('products_brand',           'products',   '(brand)'),
            ('products_price',           'products',   '(price)'),
            ('products_attributes',      'products',   'USING gin (attributes jsonb_path_ops)'),
            ('events_user_history',      'events',     '(user_id, occurred_at DESC, event_id DESC) INCLUDE (product_id, event_type)'),
            ('events_product_id',        'events',     '(product_id)'),
            ('event_keys_product_id',    'event_keys', '(product_id)')
        ) AS wanted(index_name, relation, definition)
    LOOP
        IF to_regclass(format('%I.%I', schema, part.index_name)) IS NULL THEN
            EXECUTE format('CREATE INDEX %I ON %I.%I %s', part.index_name, schema, part.relation, part.definition);
        END IF;
    END LOOP;

    -- Stores nothing. It goes with the extension, which could not serve it otherwise.
    IF order_index AND NOT EXISTS (SELECT FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am a ON a.oid = c.relam
                                   WHERE i.indrelid = format('%I.products', schema)::regclass AND a.amname = 'shopsmart') THEN
        EXECUTE format('CREATE INDEX products_order ON %I.products USING shopsmart (product_id @extschema@.shopsmart_order_ops)', schema);
        EXECUTE format('ALTER INDEX %I.products_order DEPENDS ON EXTENSION shopsmart', schema);
    END IF;

    INSERT INTO shopsmart.shop (categories, products, users, event_types, events, event_keys)
    VALUES (format('%I.categories', schema)::regclass, format('%I.products', schema)::regclass,
            format('%I.users', schema)::regclass, format('%I.event_types', schema)::regclass,
            format('%I.events', schema)::regclass, format('%I.event_keys', schema)::regclass)
    ON CONFLICT (singleton) DO UPDATE SET
        categories = excluded.categories, products = excluded.products, users = excluded.users,
        event_types = excluded.event_types, events = excluded.events, event_keys = excluded.event_keys;

    PERFORM @extschema@.shopsmart_add_partitions();
END
$$;
COMMENT ON FUNCTION @extschema@.shopsmart_setup(name, boolean) IS
'makes the shop''s tables, indexes and partitions in the schema and remembers where they are; calling it again is fine';

-- The strong locks that attaching a partition takes, in the order users, products, event types, default partition: the order of
-- all who write. Readers and writers queue up behind a lock that is asked for, so that it is asked for briefly, and again later.
-- To detach one wants the whole of events besides.
CREATE FUNCTION shopsmart.lock_for_attach(attached shopsmart.shop, default_partition regclass, to_detach boolean DEFAULT false) RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    tries_left integer := 50;
    callers_timeout text := current_setting('lock_timeout');
BEGIN
    LOOP
        BEGIN
            PERFORM set_config('lock_timeout', '30ms', true);
            EXECUTE format('LOCK TABLE %s, %s, %s IN SHARE ROW EXCLUSIVE MODE', attached.users, attached.products, attached.event_types);
            IF to_detach THEN
                EXECUTE format('LOCK TABLE ONLY %s IN ACCESS EXCLUSIVE MODE', attached.events);
            END IF;
            IF default_partition IS NOT NULL THEN
                EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', default_partition);
            END IF;
            EXIT;
        EXCEPTION WHEN lock_not_available THEN
            tries_left := tries_left - 1;
            IF tries_left = 0 THEN
                RAISE EXCEPTION 'the tables of the shop are in use'
                    USING ERRCODE = 'lock_not_available', DETAIL = 'A rebuild, a backup or another long transaction reads them.',
                          HINT = 'Call shopsmart_add_partitions() again when it has ended; until then events go to the default partition.';
            END IF;
            PERFORM pg_sleep(0.2);
        END;
    END LOOP;
    PERFORM set_config('lock_timeout', callers_timeout, true);
END
$$;
COMMENT ON FUNCTION shopsmart.lock_for_attach(shopsmart.shop, regclass, boolean) IS
'takes what ATTACH PARTITION, or DETACH PARTITION too, will lock, without making readers and writers wait for long; raises 55P03 after ten seconds';

-- Partitions that are ranges of time, as their bounds say; an open end is infinite.
CREATE FUNCTION shopsmart.event_ranges() RETURNS TABLE (partition regclass, lower_bound timestamptz, upper_bound timestamptz)
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT bound.partition,
           CASE WHEN bound.expression LIKE 'FOR VALUES FROM (MINVALUE)%' THEN '-infinity'
                ELSE substring(bound.expression FROM $p$FROM \('([^']*)'\)$p$)::timestamptz END,
           CASE WHEN bound.expression LIKE '% TO (MAXVALUE)' THEN 'infinity'
                ELSE substring(bound.expression FROM $p$ TO \('([^']*)'\)$p$)::timestamptz END
    FROM (SELECT c.oid::regclass AS partition, pg_get_expr(c.relpartbound, c.oid) AS expression
          FROM shopsmart.shop s JOIN pg_inherits i ON i.inhparent = s.events JOIN pg_class c ON c.oid = i.inhrelid) AS bound
    WHERE bound.expression <> 'DEFAULT'
$$;
COMMENT ON FUNCTION shopsmart.event_ranges() IS 'the partitions of events but the default one, with the times from which on and before which their events are';

CREATE FUNCTION @extschema@.shopsmart_add_partitions(first date DEFAULT NULL, last date DEFAULT NULL) RETURNS integer
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET "TimeZone" = 'UTC'
AS $$
DECLARE
    attached shopsmart.shop := shopsmart.attached_shop();
    schema name;
    default_partition regclass;
    first_day date := coalesce(first, now()::date);
    last_day date := last;
    month_start timestamptz;
    last_start timestamptz;
    new_months timestamptz[] := '{}';
    partition_name name;
BEGIN
    -- In these years dates have names of four digits, and arithmetic with them cannot overflow.
    IF first_day BETWEEN '0001-01-01' AND '9999-12-31' THEN
        last_day := coalesce(last_day, (first_day + interval '3 months')::date);
        IF last_day BETWEEN '0001-01-01' AND '9999-12-31' THEN
            month_start := date_trunc('month', first_day::timestamp) AT TIME ZONE 'UTC';
            last_start := date_trunc('month', last_day::timestamp) AT TIME ZONE 'UTC';
        END IF;
    END IF;
    IF month_start IS NULL OR last_start < month_start OR last_start > month_start + interval '10 years' THEN
        RAISE EXCEPTION 'first and last must be dates of the years 1 to 9999 in order, at most 10 years apart'
            USING ERRCODE = 'invalid_parameter_value', DETAIL = format('They are %s and %s.', first, last);
    END IF;
    IF (SELECT c.relkind FROM pg_class c WHERE c.oid = attached.events) <> 'p' THEN
        RETURN 0;
    END IF;
    PERFORM pg_advisory_xact_lock(1397510992, 0);
    SELECT n.nspname INTO schema
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = attached.events;
    SELECT nullif(p.partdefid, 0::oid)::regclass INTO default_partition
    FROM pg_partitioned_table p WHERE p.partrelid = attached.events;

    -- Built beside the parent and then attached: CREATE TABLE ... PARTITION OF would lock out every reader.
    WHILE month_start <= last_start LOOP
        partition_name := 'events_' || to_char(month_start, 'YYYY_MM');
        -- (A month that some other partition holds has its place.)
        IF NOT EXISTS (SELECT FROM shopsmart.event_ranges() AS r WHERE r.lower_bound < month_start + interval '1 month' AND r.upper_bound > month_start) THEN
            EXECUTE format('CREATE TABLE %I.%I (LIKE %s INCLUDING ALL EXCLUDING IDENTITY, CHECK (occurred_at >= %L AND occurred_at < %L))',
                           schema, partition_name, attached.events, month_start, month_start + interval '1 month');
            new_months := new_months || month_start;
        END IF;
        month_start := month_start + interval '1 month';
    END LOOP;

    IF new_months <> '{}' THEN
        PERFORM shopsmart.lock_for_attach(attached, default_partition);
    END IF;
    FOREACH month_start IN ARRAY new_months LOOP
        partition_name := 'events_' || to_char(month_start, 'YYYY_MM');
        IF default_partition IS NOT NULL THEN
            EXECUTE format('WITH moved AS (DELETE FROM %s WHERE occurred_at >= %L AND occurred_at < %L RETURNING *)'
                           ' INSERT INTO %I.%I SELECT * FROM moved',
                           default_partition, month_start, month_start + interval '1 month', schema, partition_name);
        END IF;
        EXECUTE format('ALTER TABLE %s ATTACH PARTITION %I.%I FOR VALUES FROM (%L) TO (%L)',
                       attached.events, schema, partition_name, month_start, month_start + interval '1 month');
        EXECUTE format('ALTER TABLE %I.%I DROP CONSTRAINT %I', schema, partition_name, partition_name || '_occurred_at_check');
    END LOOP;
    RETURN cardinality(new_months);
END
$$;
COMMENT ON FUNCTION @extschema@.shopsmart_add_partitions(date, date) IS
'makes the monthly partitions of events that are missing from the month of first to the month of last (default: this month and three ahead) and moves events of these months out of the default partition; returns how many it made';

-- Attaching any partition makes the server read the whole default one under its lock, and moving an event out of it has to be done
-- under that lock too. So when it holds many events, it is not they that go: the table itself becomes the partition of the time in
-- which most of them are, and an empty one takes its place. That takes one such reading, and no event moves but strays of other times.
CREATE FUNCTION shopsmart.retire_default_partition(max_moved bigint) RETURNS text
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET "TimeZone" = 'UTC'
AS $$
DECLARE
    attached shopsmart.shop := shopsmart.attached_shop();
    old_default regclass;
    schema name;
    default_name name;
    new_name name;
    gap record;
    bound text;
BEGIN
    SELECT nullif(p.partdefid, 0::oid)::regclass, n.nspname, c.relname INTO old_default, schema, default_name
    FROM pg_partitioned_table p JOIN pg_class c ON c.oid = p.partdefid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE p.partrelid = attached.events;
    IF old_default IS NULL THEN
        RETURN NULL;
    END IF;
    -- Times without a partition, up to the end of this month: the months to come are made one by one.
    EXECUTE format('SELECT month.lower_bound, month.upper_bound, sum(month.events) AS events, sum(sum(month.events)) OVER () - sum(month.events) AS strays'
                   ' FROM (SELECT stray.events,'
                   '  (SELECT coalesce(max(r.upper_bound), ''-infinity'') FROM shopsmart.event_ranges() AS r WHERE r.upper_bound <= stray.month) AS lower_bound,'
                   '  (SELECT least(min(r.lower_bound), date_trunc(''month'', now()) + interval ''1 month'') FROM shopsmart.event_ranges() AS r WHERE r.lower_bound > stray.month) AS upper_bound'
                   '  FROM (SELECT date_trunc(''month'', occurred_at) AS month, count(*) AS events FROM %s GROUP BY 1) AS stray) AS month'
                   ' GROUP BY 1, 2 ORDER BY 3 DESC LIMIT 1', old_default) INTO gap;
    -- (A stray of another time that comes between this count and the lock makes the run fail; the next one counts it.)
    IF gap.events IS NULL OR gap.events <= max_moved OR gap.strays > max_moved OR gap.lower_bound >= gap.upper_bound THEN
        RETURN NULL;
    END IF;
    PERFORM pg_advisory_xact_lock(1397510992, 0);
    PERFORM shopsmart.lock_for_attach(attached, old_default, true);

    new_name := 'events_before_' || to_char(gap.upper_bound, 'YYYY_MM');
    EXECUTE format('ALTER TABLE %s DETACH PARTITION %s', attached.events, old_default);
    EXECUTE format('ALTER TABLE %s RENAME TO %I', old_default, new_name);
    EXECUTE format('CREATE TABLE %I.%I (LIKE %s INCLUDING ALL EXCLUDING IDENTITY)', schema, default_name, attached.events);
    IF gap.strays > 0 THEN
        EXECUTE format('WITH moved AS (DELETE FROM %s WHERE occurred_at < $1 OR occurred_at >= $2 RETURNING *) INSERT INTO %I.%I SELECT * FROM moved',
                       old_default, schema, default_name) USING gap.lower_bound, gap.upper_bound;
    END IF;
    bound := CASE WHEN gap.lower_bound = '-infinity' THEN 'MINVALUE' ELSE quote_literal(gap.lower_bound) END;
    EXECUTE format('ALTER TABLE %s ATTACH PARTITION %s FOR VALUES FROM (%s) TO (%L)', attached.events, old_default, bound, gap.upper_bound);
    EXECUTE format('ALTER TABLE %s ATTACH PARTITION %I.%I DEFAULT', attached.events, schema, default_name);
    RETURN new_name;
END
$$;
COMMENT ON FUNCTION shopsmart.retire_default_partition(bigint) IS
'when more than max_moved events of the default partition are of a time without partitions, makes that table the partition of this time and an empty one the default; its new name, NULL when there was no need';
