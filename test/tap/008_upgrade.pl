# Versions: what is installed is what the control file says, and a library that meets tables of another version, or none at all, says
# so (55000; XX001 for contents that it cannot read) and never crashes.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ShopNode;
use Test::More;

time_limit(120);

my $node = shop_node('main', conf => "restart_after_crash = off\n");
fill_shop($node, products => 50, users => 50, events => 1000);
$node->safe_psql('postgres', 'SELECT shopsmart_rebuild_similarity(); SELECT shopsmart_refresh_trending()');

my ($version) = slurp_file("$FindBin::RealBin/../../shopsmart.control") =~ /^default_version = '(.*)'/m;
is($node->safe_psql('postgres', "SELECT extversion FROM pg_extension WHERE extname = 'shopsmart'"), $version, 'the version of the control file');
is(sqlstate($node, 'ALTER EXTENSION shopsmart UPDATE'), '', 'an update to itself');
my @versions = split /\n/, $node->safe_psql('postgres', "SELECT version FROM pg_available_extension_versions WHERE name = 'shopsmart' ORDER BY 1");

# The catalog as far as an update script could get it wrong, without OIDs.
my $catalog = q{
	SELECT pg_describe_object(d.classid, d.objid, d.objsubid), coalesce(pg_get_functiondef(p.oid), pg_get_viewdef(c.oid), ''), p.proacl, c.relacl, c.reloptions,
		(SELECT string_agg(format('%s %s %s %s', a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_get_expr(ad.adbin, ad.adrelid)), ', ' ORDER BY a.attnum)
			FROM pg_attribute a LEFT JOIN pg_attrdef ad ON ad.adrelid = a.attrelid AND ad.adnum = a.attnum WHERE a.attrelid = c.oid AND a.attnum > 0),
		(SELECT string_agg(pg_get_constraintdef(k.oid), ', ' ORDER BY k.conname) FROM pg_constraint k WHERE k.conrelid = c.oid),
		(SELECT string_agg(pg_get_indexdef(i.indexrelid), ', ' ORDER BY i.indexrelid::regclass::text) FROM pg_index i WHERE i.indrelid = c.oid),
		obj_description(d.objid, CASE d.classid WHEN 'pg_proc'::regclass THEN 'pg_proc' WHEN 'pg_class'::regclass THEN 'pg_class' ELSE 'pg_namespace' END::name)
	FROM pg_depend d JOIN pg_extension e ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid AND d.deptype = 'e' AND e.extname = 'shopsmart'
	LEFT JOIN pg_proc p ON d.classid = 'pg_proc'::regclass AND p.oid = d.objid
	LEFT JOIN pg_class c ON d.classid = 'pg_class'::regclass AND c.oid = d.objid
	ORDER BY 1};
my $fresh = $node->safe_psql('postgres', $catalog);
cmp_ok(length $fresh, '>', 10_000, 'there is a catalog to compare');
SKIP:
{
	my @older = grep { $_ ne $version } @versions;
	skip "there is no other version than $version yet, so no update script to compare catalogs after", 1 unless @older;
	for my $older (@older)
	{
		$node->safe_psql('postgres', 'CREATE DATABASE updated');
		$node->safe_psql('updated', "CREATE EXTENSION shopsmart VERSION '$older'; ALTER EXTENSION shopsmart UPDATE");
		is($node->safe_psql('updated', $catalog), $fresh, "$older updated is $version installed");
		$node->safe_psql('postgres', 'DROP DATABASE updated');
	}
}

my @calls = (
	"shopsmart_recommend('u1')", 'shopsmart_similar(1)', 'shopsmart_bought_together(ARRAY[1, 2])', 'shopsmart_trending()', "shopsmart_explain('u1', 1)",
	"shopsmart_track('u1', 1, idempotency_key => 'k')", 'shopsmart_rebuild_similarity()', 'shopsmart_refresh_trending()');

# Functions of the library in a database that has neither extension nor schema: those with no type of ours in their signature.
my $names = join ', ', map { "'$_'" } 'shopsmart_progress', map { /^(\w+)/ } @calls;
$node->safe_psql('postgres', 'CREATE DATABASE bare');
$node->safe_psql('bare', $_) for $node->safe_psql('postgres', q{
	SELECT string_agg(regexp_replace(pg_get_functiondef(p.oid), 'CREATE OR REPLACE FUNCTION', 'CREATE FUNCTION'), '; ')
	FROM pg_proc p WHERE p.proname IN (} . $names . ')');
is(sqlstate($node, "SELECT $_", database => 'bare'), '55000', "without schema shopsmart: $_") for @calls;
is($node->safe_psql('bare', 'SELECT count(*) FROM shopsmart_progress()'), '0', 'progress needs none');
$node->safe_psql('bare', 'CREATE SCHEMA shopsmart');
is(sqlstate($node, "SELECT $_", database => 'bare'), '55000', "with an empty schema shopsmart: $_") for @calls;

# Tables of another shape, each tried in a transaction: every call ends with an answer or with one of the two errors.
# A member that goes by CASCADE would take the extension along.
my $no_views = join ';', map {"ALTER EXTENSION shopsmart DROP VIEW shopsmart.$_; DROP VIEW shopsmart.$_"} qw(item_similarity basket_affinity trending_scores);
my @shapes = (
	(map {"ALTER TABLE shopsmart.$_ RENAME TO away"} qw(shop generations neighbors ranked_lists)),
	(map {"ALTER TABLE shopsmart.$_ RENAME TO away; CREATE TABLE shopsmart.$_ (a integer PRIMARY KEY); INSERT INTO shopsmart.$_ VALUES (1)"}
			qw(shop generations neighbors ranked_lists)),
	(map {"ALTER TABLE shopsmart.$_ RENAME TO away; CREATE VIEW shopsmart.$_ AS SELECT * FROM shopsmart.away"} qw(shop generations neighbors ranked_lists)),
	(map {"ALTER TABLE shopsmart.$_ ADD version_two text DEFAULT 'x'"} qw(shop generations neighbors ranked_lists)),
	(map {"$no_views; ALTER TABLE shopsmart.neighbors DROP COLUMN $_"} qw(product_id neighbor_ids scores co_counts)),
	(map {"$no_views; ALTER TABLE shopsmart.ranked_lists DROP COLUMN $_"} qw(time_window product_ids scores)),
	"$no_views; ALTER TABLE shopsmart.generations DROP COLUMN generation",
	'ALTER TABLE shopsmart.shop DROP COLUMN events',
	'ALTER TABLE shopsmart.neighbors DROP CONSTRAINT neighbors_pkey',
	'ALTER TABLE shopsmart.generations DROP CONSTRAINT generations_pkey',
	"UPDATE shopsmart.neighbors SET scores = scores[2:]",
	"UPDATE shopsmart.neighbors SET neighbor_ids = neighbor_ids || NULL::bigint, scores = scores || 1.0::float8, co_counts = co_counts || 1",
	"UPDATE shopsmart.ranked_lists SET product_ids = ARRAY[product_ids]",
	"$no_views; ALTER TABLE shopsmart.neighbors ALTER scores TYPE text USING 'x'",
	"$no_views; ALTER TABLE shopsmart.neighbors ALTER product_id TYPE text USING 'x' || product_id",
	"$no_views; ALTER TABLE shopsmart.ranked_lists ALTER product_ids TYPE integer[] USING product_ids::integer[]",
	'ALTER SEQUENCE shopsmart.generation_seq RENAME TO away',
	'DROP TABLE shop.events CASCADE', 'DROP TABLE shop.products CASCADE', 'DROP TABLE shop.users CASCADE', 'DROP TABLE shop.event_types CASCADE', 'DROP TABLE shop.categories CASCADE',
	'ALTER TABLE shop.products DROP COLUMN is_active CASCADE', 'ALTER TABLE shop.products DROP COLUMN category_id CASCADE',
	'ALTER TABLE shop.events DROP COLUMN event_type CASCADE', 'ALTER TABLE shop.users DROP COLUMN user_id CASCADE',
	'ALTER TABLE shop.event_types DROP COLUMN weight CASCADE', 'ALTER TABLE shop.categories DROP COLUMN parent_id CASCADE');
for my $shape (@shapes)
{
	my $script = "\\set VERBOSITY sqlstate\nSET client_min_messages = warning;\n";
	for my $call (@calls)
	{
		# Once by a session that knows the tables as they were, once by a new one.
		$script .= "SELECT count(*) FROM shopsmart_recommend('u1');\nBEGIN;\n$shape;\nSELECT count(*) FROM (SELECT $call) AS answer;\nROLLBACK;\n";
	}
	my ($status, $output, $error) = $node->psql('postgres', $script, on_error_stop => 0);
	my %states;
	$states{$_}++ for $error =~ /(?:ERROR|FATAL|PANIC): +(\w{5})/g;
	# A column of the shop's own that is gone may be named by the server itself.
	my $unclear = join ' ', grep { !/^(?:55000|XX001)$/ && !(/^42703$/ && $shape =~ /shop\.\w+ DROP COLUMN/) } sort keys %states;
	is($unclear . ($status ? " psql ended with $status" : ''), '', "after $shape") or diag $error;
}
is($node->safe_psql('postgres', 'SELECT 1'), '1', 'the server never went down');

done_testing();
