# Dump and restore by the strictest route, extension in a schema of its own: the shop comes over whole, derived tables are
# rebuilt, and until then the fallbacks answer. DROP EXTENSION leaves the shop alone; the next CREATE EXTENSION adopts it.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ShopNode;
use Test::More;

time_limit(120);

my $node = shop_node('main', setup => 0);
$node->safe_psql('postgres', q{
	DROP EXTENSION shopsmart;
	CREATE SCHEMA reco;
	CREATE EXTENSION shopsmart SCHEMA reco;
	CREATE ROLE reader;
	SET search_path = reco, public;
	SELECT shopsmart_setup();
	SELECT shopsmart_grant('reader', 'read');
});
$node->safe_psql('postgres', 'ALTER DATABASE postgres SET search_path = reco, public');
fill_shop($node, products => 200, users => 300, events => 6000);
$node->safe_psql('postgres', q{
	-- What a customer changes and what time brings.
	UPDATE shop.event_types SET weight = 2.5 WHERE event_type = 'add_to_cart';
	INSERT INTO shop.event_types VALUES ('wish', 1.5, false);
	DELETE FROM shop.users WHERE external_id = 'u7';
	UPDATE shop.products SET is_active = false WHERE product_id = 3;
	SELECT shopsmart_track('ana', 5, 'wish', metadata => '{"from": "mail"}', idempotency_key => 'k');
	SELECT shopsmart_track('ana', 6, 'purchase', occurred_at => '2001-02-03');
	SELECT shopsmart_track('ana', 9, 'purchase', occurred_at => now() - interval '1 hour');
	SELECT shopsmart_add_partitions('2001-02-01', '2001-03-01');
	SELECT shopsmart_track('ana', 7, 'purchase', occurred_at => '2001-02-04');
	SELECT shopsmart_rebuild_similarity();
	SELECT shopsmart_refresh_trending();
	SELECT shopsmart_setup_search_log();
	SELECT shopsmart_log_click(shopsmart_log_search('red shoes', 2, 'words', 'ana'), 5, 1);
});

# The same as_of for both databases, so that trending scores are equal too.
my $as_of = $node->safe_psql('postgres', 'SELECT now()');
my $rebuild = qq{INSERT INTO shopsmart.models (name, kind, parameters, is_default) VALUES ('walks', 'rp3beta', '{"beta": 0.4}', true) ON CONFLICT DO NOTHING;
	SELECT reco.shopsmart_rebuild_similarity(as_of => '$as_of'); SELECT reco.shopsmart_refresh_trending('$as_of')};
$node->safe_psql('postgres', $rebuild);
my $answers = answers($node, schema => 'reco');
my $contents = q{
	SELECT * FROM shop.categories ORDER BY 1; SELECT * FROM shop.products ORDER BY 1; SELECT * FROM shop.users ORDER BY 1;
	SELECT * FROM shop.event_types ORDER BY 1; SELECT tableoid::regclass, * FROM shop.events ORDER BY event_id;
	SELECT * FROM shop.event_keys ORDER BY 1, 2; SELECT * FROM shopsmart.model_definitions; SELECT * FROM shopsmart.shop;
	SELECT * FROM shop.searches; SELECT * FROM shop.search_clicks; SELECT * FROM shop.popular_searches; SELECT * FROM shopsmart.search_log};
my $shop = $node->safe_psql('postgres', $contents);

my $dump = PostgreSQL::Test::Utils::tempdir . '/shop.dump';

sub restore
{
	my ($database) = @_;
	$node->safe_psql('postgres', "CREATE DATABASE $database");
	$node->command_ok([ 'pg_restore', '--single-transaction', '--exit-on-error', '-d', $node->connstr($database), $dump ], "restore into $database");
	return;
}

$node->command_ok([ 'pg_dump', '-Fc', '-f', $dump, $node->connstr('postgres') ], 'dump');
restore('restored');
is($node->safe_psql('restored', $contents), $shop, 'every row of the shop is there, and in its partition');
is($node->safe_psql('restored', q{
		SELECT count(*) FROM shopsmart.generations; SELECT count(*) FROM shopsmart.neighbors; SELECT count(*) FROM shopsmart.ranked_lists}),
	"0\n0\n0", 'derived tables are not dumped');
is($node->safe_psql('restored', "SELECT count(*), min(strategy) FROM reco.shopsmart_recommend('u1', 25)"), '25|newest', 'until the rebuild the fallback answers');
is($node->safe_psql('restored', "SELECT reco.shopsmart_track('ana', 5, 'wish', idempotency_key => 'k')"),
	$node->safe_psql('postgres', "SELECT event_id FROM shop.event_keys WHERE idempotency_key = 'k'"), 'a key used before the dump still stands for its event');
$node->safe_psql('restored', $rebuild);
is(answers($node, database => 'restored', schema => 'reco'), $answers, 'after the rebuild every answer is the same');
is($node->safe_psql('restored', "SELECT reco.shopsmart_track('after', 1) > (SELECT max(event_id) FROM shop.events)"), 't', 'sequences go on where they were');
is($node->safe_psql('restored', q{SELECT reco.shopsmart_log_search('tent', 1)}), '2', 'searches are logged again');
is($node->safe_psql('restored', 'SELECT reco.shopsmart_add_partitions(), (SELECT count(*) FROM shop.events_default)'), '0|0', 'partitions need no repair');
is($node->safe_psql('restored', "SET ROLE reader; SELECT count(*) FROM reco.shopsmart_recommend('u1')"), '10', 'grants came along');
is(sqlstate($node, 'SET ROLE reader; SELECT reco.shopsmart_rebuild_similarity()', database => 'restored'), '42501', 'and no more than these');

# DROP EXTENSION takes what it made and leaves what is the shop's.
my $tables_only = $contents =~ s/;\s*SELECT \* FROM shopsmart\.\w+//gr;
my $before_drop = $node->safe_psql('restored', $tables_only);
$node->safe_psql('restored', 'DROP EXTENSION shopsmart');
is($node->safe_psql('restored', $tables_only), $before_drop, 'DROP EXTENSION leaves the shop as it was');
is($node->safe_psql('restored', q{
		SELECT (SELECT count(*) FROM pg_proc WHERE proname ~ '^shopsmart_') + (SELECT count(*) FROM pg_namespace WHERE nspname = 'shopsmart')
			+ (SELECT count(*) FROM pg_depend WHERE refclassid = 'pg_extension'::regclass AND refobjid NOT IN (SELECT oid FROM pg_extension))}),
	'0', 'and nothing of its own');

# A dump of that database knows no extension; adopting the tables brings everything back.
$node->command_ok([ 'pg_dump', '-Fc', '-f', $dump, $node->connstr('restored') ], 'dump without the extension');
restore('adopted');
for my $database ('restored', 'adopted')
{
	$node->safe_psql($database, 'CREATE EXTENSION shopsmart SCHEMA reco');
	is(sqlstate($node, "SELECT reco.shopsmart_recommend('u1')", database => $database), '55000', "$database: no shop before setup");
	$node->safe_psql($database, 'SELECT reco.shopsmart_setup()');
	is($node->safe_psql($database, $tables_only), $before_drop, "$database: setup adopts the tables with all their rows");
	$node->safe_psql($database, "DELETE FROM shop.users WHERE external_id = 'after'; $rebuild");
	is(answers($node, database => $database, schema => 'reco'), $answers, "$database: and the answers are back");
}

# Into a database that lost its extension after a restore, and whose schema shopsmart is gone with it.
$node->safe_psql('adopted', 'DROP EXTENSION shopsmart; DROP SCHEMA shop CASCADE; DROP SCHEMA reco');
$node->command_ok([ 'pg_dump', '-Fc', '-f', $dump, $node->connstr('postgres') ], 'dump again');
$node->command_ok([ 'pg_restore', '--single-transaction', '--exit-on-error', '-d', $node->connstr('adopted'), $dump ], 'restore where the extension was dropped before');
is($node->safe_psql('adopted', $contents), $shop, 'the shop is whole');

done_testing();
