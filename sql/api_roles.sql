-- Roles and row security of the API. Roles belong to the whole server: one that is there already is used, if it is harmless.

-- What each role is for, and what it may be. The web's roles have short timeouts; an administrator's jobs have none.
CREATE FUNCTION shopsmart.api_roles()
RETURNS TABLE (role_name name, purpose text, logs_in boolean, bypasses_policies boolean, acts_as name[], setting text, value text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 7
BEGIN ATOMIC
    SELECT * FROM (VALUES
        ('web_anon'::name, 'requests without a token', false, false, '{}'::name[], 'statement_timeout', '1s'),
        ('shop_user', 'requests of the user in the token', false, false, '{}', 'statement_timeout', '5s'),
        ('shop_service', 'requests of the shop''s own servers, for any user', false, false, '{}', 'statement_timeout', '30s'),
        -- A model is made from everybody's events, so whoever rebuilds one must see them all.
        ('shop_admin', 'requests of administrators', false, true, '{}', NULL, NULL),
        ('shop_api', 'owner of the functions for HTTP; row security shows it one user at a time', false, false, '{}', NULL, NULL),
        ('authenticator', 'login of the PostgREST that the public reaches', true, false, '{web_anon,shop_user}', 'idle_in_transaction_session_timeout', '10s'),
        ('staff_authenticator', 'login of a PostgREST that only the shop''s own servers reach', true, false, '{web_anon,shop_service,shop_admin}',
         'idle_in_transaction_session_timeout', '60s')
    ) AS role (role_name, purpose, logs_in, bypasses_policies, acts_as, setting, value);
END;
COMMENT ON FUNCTION shopsmart.api_roles() IS 'the roles of the API: what for, whether they log in, whether row security is off for them, which roles they may become';

CREATE FUNCTION shopsmart.make_api_roles() RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    wanted record;
    granted name;
    dangerous text;
BEGIN
    FOR wanted IN SELECT * FROM shopsmart.api_roles() LOOP
        IF NOT EXISTS (SELECT FROM pg_roles r WHERE r.rolname = wanted.role_name) THEN
            EXECUTE format('CREATE ROLE %I %s %s NOINHERIT', wanted.role_name, CASE WHEN wanted.logs_in THEN 'LOGIN' ELSE 'NOLOGIN' END,
                           CASE WHEN wanted.bypasses_policies THEN 'BYPASSRLS' ELSE 'NOBYPASSRLS' END);
            EXECUTE format('COMMENT ON ROLE %I IS %L', wanted.role_name, 'shopsmart: ' || wanted.purpose);
        END IF;
        -- A timeout that somebody has chosen stays.
        IF wanted.setting IS NOT NULL AND NOT EXISTS (
               SELECT FROM pg_roles r CROSS JOIN unnest(r.rolconfig) AS setting(line)
               WHERE r.rolname = wanted.role_name AND setting.line LIKE wanted.setting || '=%') THEN
            EXECUTE format('ALTER ROLE %I SET %I = %L', wanted.role_name, wanted.setting, wanted.value);
        END IF;
        FOREACH granted IN ARRAY wanted.acts_as LOOP
            IF NOT pg_has_role(wanted.role_name, granted, 'MEMBER') THEN
                EXECUTE format('GRANT %I TO %I', granted, wanted.role_name);
            END IF;
        END LOOP;
    END LOOP;

    SELECT string_agg(r.rolname, ', ' ORDER BY r.rolname) INTO dangerous
    FROM shopsmart.api_roles() AS known JOIN pg_roles r ON r.rolname = known.role_name
    WHERE r.rolsuper OR r.rolcreaterole OR r.rolcreatedb OR r.rolreplication OR r.rolcanlogin AND NOT known.logs_in
       OR r.rolbypassrls AND NOT known.bypasses_policies OR r.rolinherit AND known.logs_in
       OR EXISTS (SELECT FROM pg_roles other WHERE other.oid <> r.oid AND other.rolname <> ALL (known.acts_as) AND pg_has_role(r.oid, other.oid, 'MEMBER'));
    IF dangerous IS NOT NULL THEN
        RAISE EXCEPTION 'roles of the API may do more than they should: %', dangerous
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  HINT = 'They were there before. Take away what they need not have (attributes, memberships; logins have NOINHERIT), or rename them.';
    END IF;
    IF EXISTS (SELECT FROM pg_roles r WHERE r.rolname = 'shop_admin' AND NOT r.rolbypassrls) THEN
        RAISE WARNING 'role "shop_admin" cannot rebuild models while row security applies to it' USING HINT = 'ALTER ROLE shop_admin BYPASSRLS';
    END IF;
END
$$;
COMMENT ON FUNCTION shopsmart.make_api_roles() IS 'makes those roles of the API that are missing; raises 55000 when one that was there may do more than it should';

-- Who had rights on a table before row security was switched on keeps them whole.
CREATE FUNCTION shopsmart.protect_users(attached shopsmart.shop) RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    log shopsmart.search_log := shopsmart.attached_search_log();
    own_users text := format('user_id = ANY (ARRAY(SELECT u.user_id FROM %s u))', attached.users);
    protected record;
    staff text;
BEGIN
    FOR protected IN
        SELECT t.relation, t.own, c.relrowsecurity AS is_protected, c.relowner
        FROM (VALUES (attached.users, 'external_id = ANY (nullif(current_setting(''shop_api.acting_for'', true), '''')::text[])'),
                     (attached.events, own_users), (attached.event_keys, own_users), (log.searches, own_users),
                     (log.search_clicks, format('search_id IN (SELECT s.search_id FROM %s s)', log.searches))) AS t (relation, own)
        JOIN pg_class c ON c.oid = t.relation
    LOOP
        SELECT string_agg(DISTINCT CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END, ', ') INTO staff
        FROM pg_class c CROSS JOIN aclexplode(c.relacl) AS a
        WHERE c.oid = protected.relation AND a.grantee <> c.relowner
          AND (a.grantee = 'shop_service'::regrole OR NOT protected.is_protected AND a.grantee <> 'shop_api'::regrole);
        EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', protected.relation);
        IF NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = protected.relation AND p.polname = 'shopsmart_api') THEN
            EXECUTE format('CREATE POLICY shopsmart_api ON %s TO shop_api USING (%s)', protected.relation, protected.own);
        END IF;
        IF NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = protected.relation AND p.polname = 'shopsmart_staff') THEN
            EXECUTE format('CREATE POLICY shopsmart_staff ON %s TO %s USING (true)', protected.relation, staff);
        END IF;
    END LOOP;
END
$$;
COMMENT ON FUNCTION shopsmart.protect_users(shopsmart.shop) IS
'switches row security on for all tables with user ids: the owner of the functions for HTTP sees the user for whom it acts, the shop''s own roles see all';
