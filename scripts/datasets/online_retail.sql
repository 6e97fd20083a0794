-- Online Retail: the invoices of a gift shop. Left out: returns (negative quantity), lines without a customer, and stock codes
-- that are no products (postage, fees, adjustments: they do not start with five digits).
CREATE TEMP TABLE raw (invoice text, stock_code text, description text, quantity int, ts timestamp, unit_price numeric,
                       customer_id text, country text);
\copy raw FROM PROGRAM 'zcat "$DATA_FOLDER/transactions.csv.gz"' WITH (FORMAT csv, HEADER)

DELETE FROM raw WHERE quantity <= 0 OR customer_id IS NULL OR stock_code !~ '^[0-9]{5}';
UPDATE raw SET stock_code = upper(stock_code) WHERE stock_code <> upper(stock_code);

-- A product is written in several ways; the most frequent one wins.
INSERT INTO staged_products (product_id, sku, name, price)
SELECT row_number() OVER (ORDER BY stock_code), stock_code,
       mode() WITHIN GROUP (ORDER BY btrim(description)),
       percentile_disc(0.5) WITHIN GROUP (ORDER BY unit_price)
FROM raw GROUP BY stock_code;

INSERT INTO staged_events (user_key, product_id, event_type, occurred_at, session_id)
SELECT raw.customer_id, p.product_id, 'purchase', raw.ts AT TIME ZONE 'UTC', raw.invoice
FROM raw JOIN staged_products p ON p.sku = raw.stock_code
ORDER BY raw.ts, raw.invoice;
