-- What the catalogue says of shopsmart_facets.
\ir ../fixture/start.psql
\ir ../fixture/contract.psql
SELECT plan(11);

SELECT * FROM pg_temp.contract('shopsmart_facets',
    'query text, filter jsonb DEFAULT NULL::jsonb, facets text[] DEFAULT ''{brand,category,price,rating}''::text[], k integer DEFAULT 20, correct boolean DEFAULT true, understand boolean DEFAULT true',
    'TABLE(facet text, value text, products bigint, adds jsonb)',
    's', false, 'r', 'c');

SELECT * FROM finish();
ROLLBACK;
