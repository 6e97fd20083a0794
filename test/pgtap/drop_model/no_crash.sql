-- shopsmart_drop_model with boundary values: done, or one of its documented errors.
\ir ../fixture/start.psql
\ir ../fixture/boundary_values.psql
INSERT INTO shopsmart.models (name, kind) VALUES ('own', 'bm25');
SELECT plan(7);

SELECT * FROM pg_temp.survives('shopsmart_drop_model', ARRAY[$$'own'$$], '{42704}');
SELECT * FROM pg_temp.survives_as_each_role('shopsmart_drop_model', ARRAY[$$'own'$$], '{42704}');

SELECT * FROM finish();
ROLLBACK;
