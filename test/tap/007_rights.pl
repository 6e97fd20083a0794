# Who may do what, from real logins: shopsmart_grant's three kinds of access over every function and table that the extension
# has; planted objects never run; row security and revoked rights hold for answers that a session has in memory.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use PostgreSQL::Test::Cluster;
use ShopNode;
use Test::More;

time_limit(120);

my $node = shop_node('main', conf => "shared_preload_libraries = 'shopsmart'\nshopsmart.job_launcher = off\n");
fill_shop($node, products => 200, users => 200, events => 4000);
$node->safe_psql('postgres', 'SELECT shopsmart_rebuild_similarity(); SELECT shopsmart_refresh_trending(); SELECT shopsmart_setup_search(); SELECT shopsmart_setup_search_log()');
$node->safe_psql('postgres', qq{
	CREATE ROLE $_ LOGIN;
	SELECT shopsmart_grant('$_', '$_') WHERE '$_' <> 'nobody'}) for qw(nobody read write admin);

# The smallest access with which each function can be called; - is nobody but the owner. A call that gets past the rights may
# fail for what it was given.
my %functions = (
	shopsmart_recommend => [ read => "shopsmart_recommend('u1')" ],
	shopsmart_next => [ read => "shopsmart_next('u1')" ],
	shopsmart_explain => [ read => "shopsmart_explain('u1', 1)" ],
	shopsmart_similar => [ read => 'shopsmart_similar(1)' ],
	shopsmart_bought_together => [ read => 'shopsmart_bought_together(ARRAY[1])' ],
	shopsmart_trending => [ read => 'shopsmart_trending()' ],
	shopsmart_parse_query => [ read => "shopsmart_parse_query('prodcut under 5')" ],
	shopsmart_did_you_mean => [ read => "shopsmart_did_you_mean('prodcut')" ],
	shopsmart_facets => [ read => "shopsmart_facets('1')" ],
	shopsmart_suggest => [ read => "shopsmart_suggest('prod')" ],
	shopsmart_search => [ read => "shopsmart_search('1')" ],
	shopsmart_progress => [ read => 'shopsmart_progress()' ],
	shopsmart_user => [ read => "shopsmart_user('u1')" ],
	shopsmart_similar_to => [ read => 'shopsmart_similar_to(1)' ],
	shopsmart_cart => [ read => 'shopsmart_cart(ARRAY[1])' ],
	shopsmart_trend => [ read => 'shopsmart_trend()' ],
	shopsmart_rank => [ read => "1 <~> shopsmart_user('u1')" ],
	shopsmart_seen => [ read => "shopsmart_seen('u1')" ],
	shopsmart_last_scan => [ read => 'shopsmart_last_scan()' ],
	shopsmart_last_sources => [ read => 'shopsmart_last_sources()' ],
	shopsmart_cache_stats => [ admin => 'shopsmart_cache_stats()' ],
	shopsmart_cache_reset => [ admin => 'shopsmart_cache_reset()' ],
	shopsmart_cache_warm => [ admin => 'shopsmart_cache_warm(10)' ],
	shopsmart_ranking_in => [ '-' => "shopsmart_ranking_in('trend:*')" ],
	shopsmart_ranking_out => [ '-' => "shopsmart_ranking_out('trend:*')" ],
	product_exists => [ read => 'shopsmart.product_exists(1)' ],
	shopsmart_track => [ write => "shopsmart_track('new user of ' || current_user, 1, idempotency_key => 'k')" ],
	make_user => [ write => "shopsmart.make_user('made by ' || current_user)" ],
	shopsmart_setup_search_log => [ '-' => 'shopsmart_setup_search_log()' ],
	# (Of the log itself, so that it stays for the tests below.)
	shopsmart_drop_search_log => [ '-' => 'shopsmart_drop_search_log() WHERE false' ],
	shopsmart_log_search => [ write => "shopsmart_log_search('red shoes', 1, user_id => 'searcher of ' || current_user)" ],
	shopsmart_log_click => [ write => 'shopsmart_log_click(NULL, 1, 1)' ],
	attached_search_log => [ write => 'shopsmart.attached_search_log()' ],
	normalized_query => [ write => "shopsmart.normalized_query('x')" ],
	suggest_queries => [ admin => 'shopsmart.suggest_queries(5)' ],
	grant_search_log => [ '-' => "shopsmart.grant_search_log('nobody', 'read')" ],
	shopsmart_rebuild_similarity => [ admin => 'shopsmart_rebuild_similarity()' ],
	shopsmart_rebuild_sessions => [ admin => 'shopsmart_rebuild_sessions()' ],
	shopsmart_refresh_trending => [ admin => 'shopsmart_refresh_trending()' ],
	shopsmart_rebuild_search => [ admin => 'shopsmart_rebuild_search()' ],
	shopsmart_setup_search => [ '-' => 'shopsmart_setup_search()' ],
	shopsmart_evaluate => [ admin => 'shopsmart_evaluate()' ],
	shopsmart_train => [ admin => "shopsmart_train('bm25')" ],
	shopsmart_drop_model => [ admin => 'shopsmart_drop_model(name) FROM shopsmart.models' ],
	shopsmart_autotune => [ admin => "shopsmart_autotune('1 millisecond', dry_run => true)" ],
	tunable_parameters => [ admin => 'shopsmart.tunable_parameters()' ],
	tuning_name => [ admin => "shopsmart.tuning_name('bm25', '{}')" ],
	judged_definitions => [ admin => "shopsmart.judged_definitions('{1}')" ],
	tuning_blends => [ admin => "shopsmart.tuning_blends('{1}')" ],
	tuning_steps => [ admin => "shopsmart.tuning_steps('bm25', '{}')" ],
	tuning_readings => [ admin => "shopsmart.tuning_readings('bm25', '{}')" ],
	newest_days => [ admin => 'shopsmart.newest_days()' ],
	default_model => [ admin => 'shopsmart.default_model()' ],
	shopsmart_setup => [ '-' => 'shopsmart_setup()' ],
	shopsmart_add_partitions => [ admin => 'shopsmart_add_partitions()' ],
	shopsmart_grant => [ '-' => "shopsmart_grant('nobody', 'admin')" ],
	require_columns => [ '-' => "shopsmart.require_columns('shop.users', '{}')" ],
	attached_shop => [ write => 'shopsmart.attached_shop()' ],
	event_ranges => [ admin => 'shopsmart.event_ranges()' ],
	# The tables that it locks are not an admin's.
	lock_for_attach => [ '-' => 'shopsmart.lock_for_attach(s, NULL) FROM shopsmart.shop s' ],
	shopsmart_run_job => [ admin => "shopsmart_run_job('trending')" ],
	shopsmart_schedule_with_pg_cron => [ '-' => 'shopsmart_schedule_with_pg_cron()' ],
	shopsmart_unschedule_from_pg_cron => [ '-' => 'shopsmart_unschedule_from_pg_cron()' ],
	shopsmart_status => [ admin => 'shopsmart_status()' ],
	shopsmart_export_user => [ admin => "shopsmart_export_user('u1')" ],
	shopsmart_erase_user => [ admin => "shopsmart_erase_user('u199')" ],
	redis_state => [ admin => 'shopsmart.redis_state()' ],
	shopsmart_unpublish_user => [ write => "shopsmart_unpublish_user('u1')" ],
	shopsmart_ping_redis => [ admin => 'shopsmart_ping_redis() WHERE false' ],
	library_state => [ admin => 'shopsmart.library_state()' ],
	shop_figures => [ admin => 'shopsmart.shop_figures()' ],
	shopsmart_alter_job => [ '-' => "shopsmart_alter_job('trending')" ],
	shopsmart_add_job => [ '-' => "shopsmart_add_job('own', 'shopsmart.job_history', '1 day')" ],
	shopsmart_drop_job => [ '-' => "shopsmart_drop_job('own')" ],
	(map { ($_ => [ admin => "shopsmart.$_()" ]) } qw(shipped_jobs all_jobs)),
	all_job_stats => [ admin => 'shopsmart.all_job_stats(pg_catalog.now())' ],
	call_job => [ admin => q{shopsmart.call_job('shopsmart.job_history(jsonb)'::regprocedure, current_user::regrole, '{}', 1)} ],
	begin_run => [ admin => "shopsmart.begin_run('history', 'call')" ],
	perform_run => [ admin => "shopsmart.perform_run('history', 0, false)" ],
	weigh_events => [ admin => "shopsmart.weigh_events(0, '1 day')" ],
	pays_to_build => [ admin => "shopsmart.pays_to_build('trending', '1 day', '{}')" ],
	(map { ("job_$_" => [ admin => "shopsmart.job_$_('{}')" ]) } qw(trending similarity search search_log history)),
	search_figures => [ admin => 'shopsmart.search_figures()' ],
	# Those work on tables of which an admin is not the owner.
	retire_default_partition => [ admin => 'shopsmart.retire_default_partition((SELECT NULL::bigint))' ],
	(map { ("job_$_" => [ admin => "shopsmart.job_$_(NULL)" ]) } qw(partitions retention)),
	shopsmart_setup_api => [ '-' => 'shopsmart_setup_api()' ],
	(map { ($_ => [ '-' => "shopsmart.$_()" ]) } qw(api_script api_rights api_roles make_api_roles calling_role)),
	protect_users => [ '-' => 'shopsmart.protect_users(NULL)' ],
	grant_api => [ '-' => q{shopsmart.grant_api('api', s) FROM shopsmart.shop s} ],
	raise_for_http => [ '-' => q{shopsmart.raise_for_http('22023', 'again', '', '')} ],
	begin_request => [ '-' => q{shopsmart.begin_request('no-store')} ],
	shopsmart_pre_request => [ '-' => 'shopsmart_pre_request()' ],
	# (There is no secret.)
	sign_token => [ '-' => q{shopsmart.sign_token('{}')} ],
	verified_claims => [ '-' => q{shopsmart.verified_claims('x')} ],
	anonymous_claims => [ '-' => 'shopsmart.anonymous_claims()' ],
	anonymous_user => [ '-' => q{shopsmart.anonymous_user('x')} ],
	merge_users => [ '-' => q{shopsmart.merge_users('nobody', 'nobody else')} ],
	personal_request => [ '-' => "shopsmart.personal_request('u1')" ],
	require_product => [ '-' => 'shopsmart.require_product(1)' ],
	require_service_for => [ '-' => 'shopsmart.require_service_for(NULL)' ],
	check_batch => [ '-' => "shopsmart.check_batch('[]')" ],
	start_due_run => [ '-' => 'shopsmart.start_due_run(pg_catalog.now())' ],
	check_job_settings => [ '-' => 'shopsmart.check_job_settings(NULL, NULL, NULL, NULL)' ]);
my %rank = (nobody => 0, read => 1, write => 2, admin => 3, '-' => 4);

my @members = split /\n/, $node->safe_psql('postgres', q{
	SELECT DISTINCT p.proname FROM pg_proc p JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
	JOIN pg_extension e ON e.oid = d.refobjid WHERE e.extname = 'shopsmart' AND p.prorettype NOT IN ('index_am_handler'::regtype, 'trigger'::regtype) ORDER BY 1});
is_deeply(\@members, [ sort keys %functions ], 'every function of the extension is in this test');
for my $role (sort { $rank{$a} <=> $rank{$b} } qw(nobody read write admin))
{
	my @wrong;
	for my $name (sort keys %functions)
	{
		my ($needed, $call) = @{ $functions{$name} };
		my $expected = $rank{$role} >= $rank{$needed} ? '' : '42501';
		my $state = sqlstate($node, "SELECT $call", extra_params => [ '-U', $role ]);
		push @wrong, "$call gives " . ($state || 'rows') unless $state eq $expected;
	}
	is_deeply(\@wrong, [], "$role may call what $role should, and nothing else");
}

is($node->safe_psql('postgres', q{
		SELECT string_agg(p.oid::regprocedure::text, ' ') FROM pg_proc p JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
		JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'shopsmart' WHERE has_function_privilege('nobody', p.oid, 'EXECUTE')}),
	'', 'no function is open to everybody');
is($node->safe_psql('postgres', q{SELECT count(*) FROM pg_class WHERE relnamespace = 'shopsmart'::regnamespace AND relkind = 'v' AND NOT coalesce('security_invoker=true' = ANY (reloptions), false)}),
	'0', 'every view reads with the rights of its caller');

# The same for tables: r(ead), a(ppend), w(rite), d(elete).
my %tables = (
	(map { ("shop.$_" => { read => 'r', write => 'r', admin => 'r' }) } qw(categories products event_types)),
	(map { ("shop.$_" => { read => 'r', write => 'ra', admin => 'rad' }) } qw(users events)),
	'shop.event_keys' => { read => '', write => 'ra', admin => 'rad' },
	# (A writer also reads the numbers of searches.)
	(map { ("shop.$_" => { read => '', write => 'a', admin => 'rad' }) } qw(searches search_clicks)),
	(map { ("shop.$_" => { read => '', write => '', admin => 'r' }) } qw(popular_searches searches_without_results search_clicks_by_rank)),
	'shopsmart.search_log' => { read => '', write => 'r', admin => 'r' },
	'shopsmart.shop' => { read => 'r', write => 'r', admin => 'r' },
	(map { ("shopsmart.$_" => { read => 'r', write => 'r', admin => 'rawd' }) } qw(generations neighbors ranked_lists session_lists trained_models)),
	(map { ("shopsmart.$_" => { read => 'r', write => 'r', admin => 'rawd' }) } qw(generations neighbors ranked_lists)),
	(map { ("shopsmart.$_" => { read => 'r', write => 'r', admin => 'rad' }) } qw(search_indexes search_postings search_documents search_words search_names search_phrases search_changes suggested_queries)),
	(map { ("shopsmart.$_" => { read => 'r', write => 'r', admin => 'r' }) } qw(item_similarity basket_affinity trending_scores progress)),
	(map { ("shopsmart.$_" => { read => '', write => '', admin => 'rad' }) } qw(evaluation_runs evaluation_metrics)),
	'shopsmart.erasures' => { read => '', write => '', admin => '' },
	(map { ("shopsmart.$_" => { read => '', write => '', admin => 'rawd' }) } qw(job_runs models model_definitions)),
	'shopsmart.erasures' => { read => '', write => '', admin => 'ra' },
	(map { ("shopsmart.$_" => { read => '', write => '', admin => 'rawd' }) } qw(job_runs models)),
	(map { ("shopsmart.$_" => { read => '', write => '', admin => 'r' }) } qw(jobs job_stats job_settings redis_status)));
my $found = $node->safe_psql('postgres', q{
	SELECT c.oid::regclass, role, concat(
		CASE WHEN has_table_privilege(role, c.oid, 'SELECT') THEN 'r' END, CASE WHEN has_table_privilege(role, c.oid, 'INSERT') THEN 'a' END,
		CASE WHEN has_table_privilege(role, c.oid, 'UPDATE') THEN 'w' END, CASE WHEN has_table_privilege(role, c.oid, 'DELETE') THEN 'd' END,
		CASE WHEN has_table_privilege(role, c.oid, 'TRUNCATE, TRIGGER, REFERENCES') THEN '!' END)
	FROM pg_class c CROSS JOIN unnest(ARRAY['nobody', 'read', 'write', 'admin']) role
	WHERE c.relnamespace IN ('shop'::regnamespace, 'shopsmart'::regnamespace) AND c.relkind IN ('r', 'p', 'v') AND NOT c.relispartition});
my %found;
$found{$_->[0]}{$_->[1]} = $_->[2] for map { [ split /\|/, $_, 3 ] } split /\n/, $found;
$_->{nobody} = '' for values %tables;
is_deeply(\%found, \%tables, 'rights on every table and view, found in the catalog');
is($node->safe_psql('postgres', q{
		SELECT count(*) FROM pg_class c CROSS JOIN unnest(ARRAY['nobody', 'read', 'write', 'admin']) role WHERE c.relispartition AND has_table_privilege(role, c.oid, 'SELECT, INSERT, UPDATE, DELETE')}),
	'0', 'partitions are reached through their parent alone');

# Objects of the same names, first in the search path or in pg_temp, count their calls in a sequence, which no rollback resets.
$node->safe_psql('postgres', q{
	CREATE SCHEMA planted;
	CREATE SEQUENCE planted.calls;
	CREATE TABLE planted.shop AS SELECT * FROM shopsmart.shop WHERE false;
	CREATE TABLE planted.generations AS SELECT * FROM shopsmart.generations WHERE false;
	CREATE TABLE planted.products AS SELECT * FROM shop.products WHERE false;
	CREATE TABLE planted.events AS SELECT * FROM shop.events WHERE false;
	CREATE TABLE planted.pg_class AS SELECT * FROM pg_class WHERE false;
	CREATE DOMAIN planted.regclass AS text CHECK (nextval('planted.calls') > 0);
	DO $do$
	DECLARE
		planted record;
	BEGIN
		-- Every operator and every plain function that a call might look up by name.
		FOR planted IN SELECT * FROM (VALUES ('bigint', 'bigint'), ('text', 'text'), ('oid', 'oid'), ('name', 'name'), ('timestamptz', 'timestamptz'), ('jsonb', 'jsonb')) AS of_type(l, r)
			CROSS JOIN unnest(ARRAY['=', '<>', '<', '>', '<=', '>=']) operator
		LOOP
			EXECUTE format('CREATE OR REPLACE FUNCTION planted.compare(%s, %s) RETURNS boolean LANGUAGE plpgsql AS $$BEGIN PERFORM pg_catalog.nextval(''planted.calls''); RETURN true; END$$', planted.l, planted.r);
			EXECUTE format('CREATE OPERATOR planted.%s (FUNCTION = planted.compare, LEFTARG = %s, RIGHTARG = %s)', planted.operator, planted.l, planted.r);
		END LOOP;
		FOR planted IN SELECT p.proname, pg_get_function_identity_arguments(p.oid) arguments, pg_get_function_result(p.oid) result FROM pg_proc p
			WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.prokind = 'f' AND NOT p.proretset AND p.provariadic = 0
				AND p.proname IN ('now', 'length', 'to_regclass', 'to_regnamespace', 'quote_ident', 'format_type', 'coalesce', 'date_trunc', 'to_char', 'isfinite', 'cardinality', 'pg_advisory_xact_lock', 'set_config', 'current_setting', 'nextval', 'pg_get_serial_sequence', 'array_position', 'timezone')
				AND pg_get_function_identity_arguments(p.oid) !~ 'any'
		LOOP
			EXECUTE format('CREATE FUNCTION planted.%I(%s) RETURNS %s LANGUAGE plpgsql AS $$BEGIN PERFORM pg_catalog.nextval(''planted.calls'');%s END$$',
				planted.proname, planted.arguments, planted.result, CASE planted.result WHEN 'void' THEN '' ELSE ' RETURN NULL;' END);
		END LOOP;
	END $do$;
	GRANT USAGE ON SCHEMA planted TO PUBLIC; GRANT ALL ON ALL TABLES IN SCHEMA planted TO PUBLIC; GRANT ALL ON ALL SEQUENCES IN SCHEMA planted TO PUBLIC});
my $path = q{SET search_path = planted, pg_catalog, public; CREATE TEMP TABLE shop (a int); CREATE TEMP TABLE products (a int); CREATE TEMP TABLE events (a int);};
# (Set-up of the API would change the rows that the roles below see, and some of its functions want its roles.)
my @calls = map { my ($needed, $call) = @{ $functions{$_} }; $call =~ s/new user of /planted /r } grep { !/^(?:lock_for_attach|shopsmart_schedule_with_pg_cron|shopsmart_setup_api|make_api_roles|protect_users|grant_api|raise_for_http|sign_token|anonymous_user|personal_request|check_batch)$/ } sort keys %functions;
for my $call (@calls, map {"(SELECT count(*) FROM shopsmart.$_)"} qw(item_similarity basket_affinity trending_scores progress))
{
	is(sqlstate($node, "$path SELECT $call"), '', "with planted objects: $call");
}
is($node->safe_psql('postgres', "$path SELECT shopsmart_add_partitions('2041-01-01', '2041-02-01')"), '2', 'with planted objects: new partitions');
is($node->safe_psql('postgres', 'SELECT is_called FROM planted.calls'), 'f', 'none of them ran');
is(sqlstate($node, "$path SELECT 1::bigint = 1::bigint") . $node->safe_psql('postgres', 'SELECT is_called FROM planted.calls'), 't', 'though they would have');

# Row security: the same products as a SELECT with that policy, for two roles that share a session and its memory.
$node->safe_psql('postgres', q{
	CREATE ROLE cheap; CREATE ROLE dear; CREATE ROLE shared LOGIN;
	GRANT cheap, dear TO shared;
	SELECT shopsmart_grant('cheap', 'read'); SELECT shopsmart_grant('dear', 'read');
	ALTER TABLE shop.products ENABLE ROW LEVEL SECURITY; ALTER TABLE shop.products FORCE ROW LEVEL SECURITY;
	CREATE POLICY cheap ON shop.products TO cheap USING (price < 50);
	CREATE POLICY dear ON shop.products TO dear USING (price >= 50)});
my $shown = q{
	SELECT current_user, count(*), bool_and(product_id IN (SELECT product_id FROM shop.products)),
		(SELECT count(*) FROM shop.products p WHERE p.is_active AND NOT EXISTS (SELECT FROM shop.events e JOIN shop.users u USING (user_id) WHERE u.external_id = 'u1' AND e.product_id = p.product_id)) = count(*)
	FROM shopsmart_recommend('u1', 1000);
	SELECT string_agg(product_id || ' ' || score, ',') FROM shopsmart_similar(1, 1000);
	SELECT string_agg(product_id || ' ' || score, ',') FROM shopsmart_recommend('u1', 1000, filter => '{"in_stock": true}');
	SELECT string_agg(product_id || ' ' || score, ',') FROM shopsmart_trending(1000);
	SELECT count(*), bool_and(similar_product_id IN (SELECT product_id FROM shop.products)) FROM shopsmart.item_similarity};
my %alone = map { $_ => $node->safe_psql('postgres', "SET ROLE $_; $shown", extra_params => [ '-U', 'shared' ]) } qw(cheap dear);
like($alone{$_}, qr/^$_\|\d+\|t\|t$/m, "$_ is recommended exactly what $_ may see") for qw(cheap dear);
isnt($alone{cheap} =~ s/cheap//r, $alone{dear} =~ s/dear//r, 'and that differs');
is($node->safe_psql('postgres', join(';', map {"SET ROLE $_; $shown"} qw(cheap dear cheap)), extra_params => [ '-U', 'shared' ]),
	join("\n", @alone{qw(cheap dear cheap)}), 'taking turns in one session they see the same as alone');
is(sqlstate($node, 'SELECT * FROM shopsmart_recommend($$u1$$)', extra_params => [ '-U', 'shared' ]), '', 'who inherits both may call');
$node->safe_psql('postgres', 'ALTER TABLE shop.products DISABLE ROW LEVEL SECURITY');

# Orders of rows, with an index plan and with a sort.
my %plans = (index => 'SET enable_seqscan = off; SET enable_sort = off;', sort => 'SET enable_indexscan = off; SET enable_seqscan = on; SET enable_sort = on;');
sub order_by
{
	my ($ranking) = @_;
	return "SELECT string_agg(product_id::text, ' ') FROM (SELECT product_id FROM shop.products ORDER BY product_id <~> $ranking OFFSET 0) AS ordered;";
}
$node->safe_psql('postgres', q{
	CREATE ROLE "no events" LOGIN; SELECT shopsmart_grant('no events', 'read'); REVOKE SELECT ON shop.events FROM "no events";
	CREATE ROLE "no users" LOGIN; SELECT shopsmart_grant('no users', 'read'); REVOKE SELECT ON shop.users FROM "no users";
	CREATE ROLE "no models" LOGIN; SELECT shopsmart_grant('no models', 'read'); REVOKE SELECT ON shopsmart.neighbors FROM "no models";
	CREATE ROLE "only products" LOGIN; GRANT USAGE ON SCHEMA shop, shopsmart TO "only products"; GRANT SELECT ON shop.products TO "only products";
	GRANT EXECUTE ON FUNCTION shopsmart_user, shopsmart_trend, shopsmart_rank TO "only products";
	CREATE VIEW shop.page_of_u1 AS SELECT product_id FROM shop.products ORDER BY product_id <~> shopsmart_user('u1') LIMIT 10;
	ALTER VIEW shop.page_of_u1 OWNER TO read;
	CREATE FUNCTION shop.page_of_u1() RETURNS SETOF bigint LANGUAGE sql STABLE SECURITY DEFINER RETURN (SELECT product_id FROM shop.products ORDER BY product_id <~> shopsmart_user('u1') LIMIT 1);
	ALTER FUNCTION shop.page_of_u1() OWNER TO read;
	GRANT SELECT ON shop.page_of_u1 TO "no events", "only products", write});
for my $plan (sort keys %plans)
{
	my %asked = (
		'the order of a shopper' => order_by("shopsmart_user('u1')"), 'the rank of a product' => "SELECT 1 <~> shopsmart_user('u1')", 'what a shopper has seen' => "SELECT shopsmart_seen('u1')",
		'a literal' => order_by("'user:u1'"), 'a view of one who may' => 'SELECT * FROM shop.page_of_u1',
		'the order of each user' => "SELECT l.* FROM generate_series(1, 3) u, LATERAL (SELECT product_id FROM shop.products ORDER BY product_id <~> shopsmart_user('u' || u) LIMIT 2) l");
	my %refused = map { $_ => sqlstate($node, "$plans{$plan} $asked{$_}", extra_params => [ '-U', 'no events' ]) } keys %asked;
	is_deeply(\%refused, { map { $_ => '42501' } keys %asked }, "$plan: who may not read events is not told an order that comes from them");
	is(sqlstate($node, "$plans{$plan} @{[ order_by($_) ]}", extra_params => [ '-U', 'no events' ]), '', "$plan: but other orders: $_") for 'shopsmart_trend()', 'shopsmart_similar_to(1)', 'shopsmart_cart(ARRAY[1])';
	is(sqlstate($node, "$plans{$plan} @{[ order_by(q{shopsmart_user('u1')}) ]}", extra_params => [ '-U', $_ ]), '42501', "$plan: $_: refused") for 'no users', 'no models', 'only products';
	is(sqlstate($node, "$plans{$plan} @{[ order_by('shopsmart_trend()') ]}", extra_params => [ '-U', 'only products' ]), '42501', "$plan: trends want the right to read them");
	is(sqlstate($node, "$plans{$plan} SELECT * FROM shop.page_of_u1", extra_params => [ '-U', 'only products' ]), '42501', "$plan: a view does not lend the rights of its owner to an order");
	is($node->safe_psql('postgres', "$plans{$plan} SELECT count(*) FROM shop.page_of_u1", extra_params => [ '-U', 'write' ]), '10', "$plan: who has them reads it");
	is($node->safe_psql('postgres', "$plans{$plan} SELECT count(*) FROM shop.page_of_u1()", extra_params => [ '-U', 'no events' ]), '1', "$plan: a function that is SECURITY DEFINER does");
	is(sqlstate($node, "$plans{$plan} SET ROLE read; BEGIN; DECLARE list CURSOR FOR SELECT product_id FROM shop.products ORDER BY product_id <~> shopsmart_user('u1'); SET ROLE \"no events\"; FETCH 1 FROM list"),
		'42501', "$plan: a cursor asks for the rights of who begins to read it");
}

# Row security on events: one's own history makes one's own order, that of others is the order of somebody new.
$node->safe_psql('postgres', q{
	CREATE ROLE u1 LOGIN; CREATE ROLE u2 LOGIN; SELECT shopsmart_grant(r, 'read') FROM unnest('{u1,u2}'::name[]) r;
	ALTER TABLE shop.events ENABLE ROW LEVEL SECURITY;
	CREATE POLICY own ON shop.events TO u1, u2 USING (user_id = (SELECT u.user_id FROM shop.users u WHERE u.external_id = current_user))});
for my $plan (sort keys %plans)
{
	my @all = split /\n/, $node->safe_psql('postgres', $plans{$plan} . join '', map { order_by("shopsmart_user('$_')") } qw(u1 u2 nobody));
	my %seen_by = map { my $role = $_; $role => [ split /\n/, $node->safe_psql('postgres', $plans{$plan} . join('', map { order_by("shopsmart_user('$_')") } qw(u1 u2)), extra_params => [ '-U', $role ]) ] } qw(u1 u2);
	is_deeply(\%seen_by, { u1 => [ @all[ 0, 2 ] ], u2 => [ @all[ 2, 1 ] ] }, "$plan: a policy on events hides the orders of others");
	isnt($all[$_], $all[2], 'which do differ') for 0, 1;
	is($node->safe_psql('postgres', "$plans{$plan} SET ROLE u1; @{[ order_by(q{shopsmart_user('u2')}) ]} SET ROLE u2; @{[ order_by(q{shopsmart_user('u2')}) ]} SELECT count(*) FROM shopsmart_seen('u1')"),
		"$all[2]\n$all[1]\n0", "$plan: in one session as well");
}
# A policy that asks for a setting, which a function changes between two ranks; the last product of u1 is the last of the order.
$node->safe_psql('postgres', q{
	CREATE ROLE tenants LOGIN; SELECT shopsmart_grant('tenants', 'read');
	CREATE POLICY tenant ON shop.events TO tenants USING (user_id = current_setting('shop.tenant')::bigint)});
is(sqlstate($node, q{
		DO $$
		DECLARE
			product bigint;
			ranks bigint[];
		BEGIN
			PERFORM set_config('shop.tenant', '1', true);
			SELECT product_id INTO product FROM shop.events ORDER BY occurred_at DESC, event_id DESC LIMIT 1;
			FOR tenant IN 1 .. 2 LOOP
				PERFORM set_config('shop.tenant', tenant::text, true);
				ranks[tenant] := shopsmart_rank(product, 'user:u1');
			END LOOP;
			IF NOT ranks[1] > ranks[2] OR NOT ranks[1] > 1::bigint << 60 THEN
				RAISE EXCEPTION 'ranks %', ranks;
			END IF;
		END $$}, extra_params => [ '-U', 'tenants' ]), '', 'a policy holds for each evaluation in a function');
$node->safe_psql('postgres', 'ALTER TABLE shop.events DISABLE ROW LEVEL SECURITY');

# Row security on products: the rows that one may see, in the same order by each way.
$node->safe_psql('postgres', 'ALTER TABLE shop.products ENABLE ROW LEVEL SECURITY');
for my $role (qw(cheap dear))
{
	for my $ranking ("shopsmart_user('u1')", 'shopsmart_similar_to(1)', 'shopsmart_cart(ARRAY[1, 2])', 'shopsmart_trend()')
	{
		my @ordered = map { $node->safe_psql('postgres', "SET ROLE $role; $plans{$_} " . order_by($ranking), extra_params => [ '-U', 'shared' ]) } sort keys %plans;
		is($ordered[0], $ordered[1], "$role: index and sort agree on $ranking");
		is($node->safe_psql('postgres', "SET ROLE $role; SELECT count(*) FROM shop.products", extra_params => [ '-U', 'shared' ]), scalar(my @ids = split / /, $ordered[0]), 'which is all that there is to see');
	}
	is($node->safe_psql('postgres', "SET ROLE $role; $plans{index} SELECT string_agg(product_id::text, ' ') FROM (SELECT product_id FROM shop.products WHERE is_active AND product_id NOT IN (SELECT shopsmart_seen('u1')) ORDER BY product_id <~> shopsmart_user('u1') LIMIT 50) AS o",
			extra_params => [ '-U', 'shared' ]),
		$node->safe_psql('postgres', "SET ROLE $role; SELECT string_agg(product_id::text, ' ') FROM shopsmart_recommend('u1', 50)", extra_params => [ '-U', 'shared' ]), "$role: and what shopsmart_recommend() says");
}
$node->safe_psql('postgres', 'ALTER TABLE shop.products DISABLE ROW LEVEL SECURITY');

# A right that is taken away is gone for a session that has everything in memory.
my $session = $node->background_psql('postgres', extra_params => [ '-U', 'read' ], on_error_stop => 0);
cmp_ok($session->query_safe('SELECT count(*) FROM shopsmart_similar(1)'), '>', 0, 'a session has read a model');
for my $table (qw(shopsmart.neighbors shopsmart.generations shop.products))
{
	$node->safe_psql('postgres', "REVOKE SELECT ON $table FROM read");
	$session->query('SELECT count(*) FROM shopsmart_similar(1)');
	like($session->{stderr}, qr/permission denied for table @{[ $table =~ s{.*\.}{}r ]}/, "without SELECT on $table it may not go on");
	$session->{stderr} = '';
	$node->safe_psql('postgres', "GRANT SELECT ON $table TO read");
}
cmp_ok($session->query_safe('SELECT count(*) FROM shopsmart_similar(1)'), '>', 0, 'given back, it may');
$session->quit;

done_testing();
