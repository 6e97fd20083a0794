-- Edges of shopsmart_pre_request: claims and limits of all kinds. How many requests it lets through takes several transactions:
-- see test/tap/041_http.pl.
\ir ../fixture/http.psql
SELECT plan(15);

-- What claims may hold: a token of whatever kind counts for the user in it, or for all without one.
CREATE FUNCTION pg_temp.counted(claims text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('request.jwt.claims', claims, true);
    SET LOCAL ROLE shop_user;
    PERFORM shopsmart_pre_request();
    RESET ROLE;
    RETURN 'let through';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE;
END
$$;
SELECT is(pg_temp.counted(claims), 'let through', 'claims ' || left(claims, 30)) FROM unnest(ARRAY[
    '', '{}', '{"sub": "user 1"}', '{"sub": ""}', '{"sub": 1}', '{"sub": null}', '{"sub": ["user 1"]}', '[]', '"user 1"', 'null',
    '{"sub": "' || repeat('ü', 100000) || '"}']) AS claims;
SELECT is(pg_temp.counted('{"sub": '), '22P02', 'claims that are no JSON, which PostgREST never makes');

-- Views cannot set their headers themselves.
SET LOCAL request.method = 'GET';
SET LOCAL request.path = '/products';
SELECT shopsmart_pre_request() \g /dev/null
SELECT is(current_setting('response.headers'), '[{"Cache-Control": "public, max-age=60"}]', 'products may be cached');
SET LOCAL response.headers = '';
SET LOCAL request.path = '/rpc/trending';
SELECT shopsmart_pre_request() \g /dev/null
SELECT is(current_setting('response.headers'), '', 'functions say for themselves');
SET LOCAL request.path = '/products';
SET LOCAL request.method = 'POST';
SELECT shopsmart_pre_request() \g /dev/null
SELECT is(current_setting('response.headers'), '', 'writing is not cached');

SELECT * FROM finish();
ROLLBACK;
