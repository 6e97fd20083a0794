# The search index under writers, rebuilds, a crash, a standby and a restore: what a session may see is found, always.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ShopNode;
use Test::More;

time_limit(300);
my $primary = shop_node('primary', streaming => 1);
fill_shop($primary, products => 2000, users => 10, events => 100);
$primary->safe_psql('postgres', q{SELECT shopsmart_setup_search('simple')});

# Each product has one word of its own, which says how often it was renamed. Whoever looks must find exactly the word that the
# product has, in one snapshot, however many rebuilds and renames go on.
$primary->safe_psql('postgres', q{
	UPDATE shop.products SET name = 'p' || product_id || 'v0 thing';
	CREATE TABLE faults (what text);
	CREATE FUNCTION look_for_faults() RETURNS bigint LANGUAGE sql AS $$
		WITH wrong AS (
			SELECT p.product_id, p.name FROM shop.products p
			WHERE p.product_id <= 100 AND NOT EXISTS (SELECT FROM shopsmart_search(split_part(p.name, ' ', 1), 1) s WHERE s.product_id = p.product_id))
		SELECT count(*) FROM wrong $$});
my $rename = q{\set p random(1, 100)
UPDATE shop.products SET name = 'p' || product_id || 'v' || (regexp_match(name, 'v(\d+)'))[1]::int + 1 || ' thing' WHERE product_id = :p;};
my $look = 'INSERT INTO faults SELECT look_for_faults() || \' products not found\' WHERE look_for_faults() > 0;';
my $rebuild = q{SELECT shopsmart_rebuild_search();};
my ($writers, $readers, $rebuilders) = map { start_pgbench($primary, @$_) } [ $rename, 2, 600 ], [ $look, 1, 30 ], [ $rebuild, 1, 12 ];
finish_pgbench($_) for $writers, $readers, $rebuilders;
is($primary->safe_psql('postgres', 'SELECT count(*), min(what) FROM faults'), '0|', 'in every snapshot each product is found by its name');
is($primary->safe_psql('postgres', 'SELECT look_for_faults()'), '0', 'and at the end');
cmp_ok($primary->safe_psql('postgres', q{SELECT sum((regexp_match(name, 'v(\d+)'))[1]::int) FROM shop.products}), '==', 1200, 'after all the renames');
cmp_ok($primary->safe_psql('postgres', 'SELECT count(*) FROM shopsmart.search_changes'), '<', 1200, 'rebuilds took over what was noted');
is($primary->safe_psql('postgres', q{SELECT string_agg(product_id::text, ' ') FROM shopsmart_search('p7v0 p8v0', 10)}), '', 'nothing is found by what it was called');

# A change that a rebuild does not see survives it, and the rebuild does not wait for it.
my $open = $primary->background_psql('postgres');
$open->query_safe(q{BEGIN; UPDATE shop.products SET name = 'uncommitted thing' WHERE product_id = 200});
$primary->safe_psql('postgres', 'SELECT shopsmart_rebuild_search()');
is($primary->safe_psql('postgres', q{SELECT count(*) FROM shopsmart_search('uncommitted')}), '0', 'others do not find it before it commits');
$open->query_safe('COMMIT');
is($primary->safe_psql('postgres', q{SELECT product_id FROM shopsmart_search('uncommitted')}), '200', 'and find it then');
$open->query_safe(q{BEGIN; SELECT shopsmart_rebuild_search()});
is(sqlstate($primary, 'SELECT shopsmart_rebuild_search()'), '55P03', 'one rebuild at a time');
$primary->safe_psql('postgres', q{SET lock_timeout = '5s'; UPDATE shop.products SET name = 'written meanwhile' WHERE product_id = 201});
is($primary->safe_psql('postgres', q{SELECT product_id FROM shopsmart_search('meanwhile')}), '201', 'writers do not wait for it');
$open->query_safe('COMMIT');
$open->quit;
is($primary->safe_psql('postgres', q{SELECT product_id FROM shopsmart_search('meanwhile')}), '201', 'what they wrote is found beside the new index');

# A standby answers like the primary; a crash loses nothing that was committed.
my $backup = $primary->backup('backup');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'backup', has_streaming => 1);
$standby->start;
$primary->safe_psql('postgres', q{UPDATE shop.products SET name = 'streamed thing' WHERE product_id = 202});
$primary->wait_for_catchup($standby);
is($standby->safe_psql('postgres', q{SELECT product_id FROM shopsmart_search('streamed')}), '202', 'a standby finds what was streamed');
is($standby->safe_psql('postgres', 'SELECT look_for_faults()'), '0', 'and all the rest');
is(sqlstate($standby, 'SELECT shopsmart_rebuild_search()'), '25006', 'it cannot rebuild');
$standby->stop;

$primary->safe_psql('postgres', q{UPDATE shop.products SET name = 'survivor thing' WHERE product_id = 203});
my $cut = $primary->background_psql('postgres');
$cut->query_safe(q{BEGIN; UPDATE shop.products SET name = 'lost thing' WHERE product_id = 203; SELECT shopsmart_rebuild_search()});
$primary->stop('immediate');
$primary->start;
is($primary->safe_psql('postgres', q{SELECT product_id FROM shopsmart_search('survivor lost')}), '203', 'a crash keeps what was committed');
is($primary->safe_psql('postgres', q{SELECT count(*) FROM shopsmart_search('lost')}), '0', 'and nothing else');
is($primary->safe_psql('postgres', 'SELECT look_for_faults(), count(DISTINCT generation) FROM shopsmart.search_indexes'), '0|1', 'the index is whole');

# A dump holds the triggers and not the index.
my $dump = $primary->basedir . '/shop.sql';
$primary->command_ok([ 'pg_dump', '-f', $dump, $primary->connstr('postgres') ], 'dump');
$primary->safe_psql('postgres', 'CREATE DATABASE restored');
$primary->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', $dump, $primary->connstr('restored') ], 'restore');
is(sqlstate($primary, q{SELECT shopsmart_search('survivor')}, database => 'restored'), '55000', 'a restored shop has no index yet');
$primary->safe_psql('restored', q{INSERT INTO shop.products (product_id, name) VALUES (9000, 'early bird'); SELECT shopsmart_rebuild_search('simple')});
is($primary->safe_psql('restored', q{SELECT product_id FROM shopsmart_search('survivor bird')}), "203\n9000", 'a rebuild makes it');
$primary->safe_psql('restored', q{UPDATE shop.products SET name = 'late bird' WHERE product_id = 9000});
is($primary->safe_psql('restored', q{SELECT product_id FROM shopsmart_search('late')}), '9000', 'and the triggers keep it');

# A long search can be stopped.
$primary->safe_psql('postgres', q{UPDATE shop.products SET description = repeat('thing ', 100)});
like(($primary->psql('postgres', q{SET statement_timeout = '200ms'; SELECT count(*) FROM generate_series(1, 1000000), LATERAL shopsmart_search('thing', 1000)}))[2],
	qr/canceling statement due to statement timeout/, 'statement_timeout stops it');
$primary->stop;
done_testing();

sub start_pgbench
{
	my ($node, $script, $clients, $transactions) = @_;
	my $file = $node->basedir . "/pgbench_$clients\_$transactions.sql";
	append_to_file($file, "$script\n");
	my ($out, $err) = ('', '');
	my $handle = IPC::Run::start([ $node->installed_command('pgbench'), '-n', '-c', $clients, '-t', $transactions, '-f', $file, $node->connstr('postgres') ],
		'>', \$out, '2>', \$err);
	return [ $handle, \$err ];
}

sub finish_pgbench
{
	my ($handle, $err) = @{ $_[0] };
	ok($handle->finish, 'pgbench ran to its end') or diag($$err);
	return;
}
