-- Makes sure that there is an empty shop, and the tables that each data set's script fills.
SET client_min_messages = warning;
SET TimeZone = 'UTC';
CREATE EXTENSION IF NOT EXISTS shopsmart;
SELECT shopsmart_setup() \g /dev/null

DO $$
BEGIN
    IF EXISTS (SELECT FROM shop.products) OR EXISTS (SELECT FROM shop.users) THEN
        RAISE EXCEPTION 'the shop already holds products or users' USING HINT = 'Load into a database of its own.';
    END IF;
END
$$;

\echo reading files
BEGIN;
CREATE TEMP TABLE staged_products (
    product_id bigint,
    sku        text,
    name       text,
    category   text,
    price      numeric,
    attributes jsonb
);

-- In the order of the file. Without occurred_at the log is spread over 60 days.
CREATE TEMP TABLE staged_events (
    line        bigint GENERATED ALWAYS AS IDENTITY,
    user_key    text,
    product_id  bigint,
    event_type  text,
    occurred_at timestamptz,
    session_id  text
);
