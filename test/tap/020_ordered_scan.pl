# Sessions read whole orders while products are changed, renumbered, deleted, inserted and vacuumed: each product of the
# snapshot comes exactly once, by index lookups alone and with the map of a long scan. That this test can fail is shown by two
# wrong access methods: one that returns the first row version of a key only, one that keeps the map for the next snapshot.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ShopNode;
use Test::More;

my $seconds = $ENV{SHOPSMART_LOAD_SECONDS} // 5;
time_limit(180 + 6 * $seconds);

my $installation = copy_installation();
my $node = shop_node('main', install_path => $installation, conf => "synchronous_commit = off\nmax_wal_size = 4GB\n");
my $folder = PostgreSQL::Test::Utils::tempdir;
$node->safe_psql('postgres', q{
	CREATE SCHEMA test;
	CREATE UNLOGGED TABLE test.drains (shopper text, shown bigint, twice bigint, missing bigint, too_many bigint, lookups bigint, map_used boolean);
	-- Reads the order with pauses, in which others get on, and holds it against a sequential scan of the same snapshot.
	CREATE FUNCTION test.drain(shopper text) RETURNS test.drains LANGUAGE plpgsql
	SET enable_seqscan = off SET enable_sort = off SET enable_bitmapscan = off SET enable_indexonlyscan = off SET max_parallel_workers_per_gather = 0 AS $$
	DECLARE
		shown bigint[] := '{}';
		id bigint;
		result test.drains;
	BEGIN
		FOR id IN SELECT p.product_id FROM shop.products p ORDER BY p.product_id <~> shopsmart_user(shopper) LOOP
			shown := shown || id;
			IF cardinality(shown) % 200 = 0 THEN
				PERFORM pg_sleep(0.001);
			END IF;
		END LOOP;
		SELECT l.lookups, l.map_used INTO result.lookups, result.map_used FROM shopsmart_last_scan() l;
		SET LOCAL enable_seqscan = on;
		SET LOCAL enable_indexscan = off;
		SELECT drain.shopper, cardinality(shown), count(*) FILTER (WHERE times > 1), count(*) FILTER (WHERE times IS NULL), count(*) FILTER (WHERE p.product_id IS NULL),
			result.lookups, result.map_used INTO result
		FROM (SELECT s, count(*) AS times FROM unnest(shown) s GROUP BY s) AS ordered FULL JOIN shop.products p ON p.product_id = s;
		RETURN result;
	END $$});

# Half of the products of a client are at their own id, half of them a million further or not there. No two clients touch the same.
append_to_file("$folder/writer.sql", q{
	\set p 2 * random(1, :products / 2) - :client_id
	\set kind random(1, 8)
	\if :kind <= 2
		UPDATE shop.products SET name = name || '.' WHERE product_id IN (:p, :p + 1000000);
	\elif :kind <= 4
		UPDATE shop.products SET price = random() * 100 WHERE product_id IN (:p, :p + 1000000);
	\elif :kind = 5
		UPDATE shop.products SET product_id = :p + 1000000 WHERE product_id = :p AND NOT EXISTS (SELECT FROM shop.products WHERE product_id = :p + 1000000);
	\elif :kind = 6
		UPDATE shop.products SET product_id = :p WHERE product_id = :p + 1000000 AND NOT EXISTS (SELECT FROM shop.products WHERE product_id = :p);
	\elif :kind = 7
		DELETE FROM shop.products WHERE product_id IN (:p, :p + 1000000);
	\else
		INSERT INTO shop.products (product_id, name) VALUES (:p, 'new') ON CONFLICT DO NOTHING;
	\endif
});
append_to_file("$folder/vacuum.sql", "VACUUM shop.products;\n\\sleep 5 ms\n");
append_to_file("$folder/reader.sql", q{
	\set u random(1, 220)
	BEGIN ISOLATION LEVEL REPEATABLE READ;
	INSERT INTO test.drains SELECT * FROM test.drain('u' || :u);
	COMMIT;
});

# Many events, so that the popularity list holds every product; nothing points at a product, so that all may change their ids.
sub fill
{
	my ($products) = @_;
	$node->safe_psql('postgres', 'TRUNCATE shop.categories, shop.products, shop.users, shop.events, shop.event_keys');
	fill_shop($node, products => $products, users => 200, events => 20 * $products);
	$node->safe_psql('postgres', q{
		ALTER TABLE shop.events DROP CONSTRAINT IF EXISTS events_product_id_fkey;
		SELECT shopsmart_rebuild_similarity(); SELECT shopsmart_refresh_trending()});
	return;
}

# Lets all of them run; returns what the readers found: drains, products twice, missing, too many; the fewest and most lookups,
# how many used the map.
sub run_load
{
	my ($products, $time) = @_;
	$node->safe_psql('postgres', 'TRUNCATE test.drains');
	my @clients = map {
		my ($script, $sessions) = @$_;
		{ script => $script, run => IPC::Run::start(
				[ $node->installed_command('pgbench'), '-n', '-f', "$folder/$script.sql", '-c', $sessions, '-T', $time, '-D', "products=$products", $node->connstr('postgres') ],
				'<', '/dev/null', '>', "$folder/$script.out", '2>', "$folder/$script.err") };
	} ([ writer => 2 ], [ vacuum => 1 ], [ reader => 2 ]);
	for my $client (@clients)
	{
		ok($client->{run}->finish, "$client->{script}: no error") or diag slurp_file("$folder/$client->{script}.err");
	}
	my @found = split /\|/, $node->safe_psql('postgres',
		'SELECT count(*), sum(twice), sum(missing), sum(too_many), min(lookups), max(lookups), count(*) FILTER (WHERE map_used) FROM test.drains');
	note "drains, twice, missing, too many, lookups, maps: @found";
	return @found;
}

# Replaces the access method by one that was changed by these substitutions.
sub change_method
{
	my (%changes) = @_;
	my $copy = PostgreSQL::Test::Utils::tempdir('mutant');
	my $source = "$FindBin::RealBin/../..";
	system_or_bail('cp', '-r', "$source/Makefile", "$source/shopsmart.control", "$source/sql", "$source/src", $copy);
	for my $file (sort keys %changes)
	{
		my $text = slurp_file("$copy/src/order/$file");
		for my $change (@{ $changes{$file} })
		{
			my ($old, $new) = @$change;
			my $places = () = $text =~ /\Q$old\E/g;
			die "$file has no single \"$old\"" unless $places == 1;
			$text =~ s/\Q$old\E/$new/;
		}
		open my $handle, '>', "$copy/src/order/$file" or die $!;
		print $handle $text;
		close $handle;
	}
	unlink glob "$copy/src/order/*.o";
	system_or_bail('make', '-s', '-C', $copy, 'shopsmart_order.so');
	my $libraries = `'$installation/bin/pg_config' --pkglibdir`;
	chomp $libraries;
	# A new file, for open sessions still run the old one.
	rename "$copy/shopsmart_order.so", "$libraries/shopsmart_order.so" or system_or_bail('install', "$copy/shopsmart_order.so", "$libraries/shopsmart_order.so");
	return;
}

my %products = ('index lookups' => 800, 'the map' => 3000);
for my $way ('index lookups', 'the map')
{
	fill($products{$way});
	my ($drains, $twice, $missing, $too_many, $fewest, $most, $maps) = run_load($products{$way}, $seconds);
	cmp_ok($drains, '>', 10, "by $way: $drains drains");
	cmp_ok($fewest, '>', 100, 'all of them by the index');
	is($maps, $way eq 'the map' ? $drains : 0, 'with the map where it pays');
	is("$twice, $missing, $too_many", '0, 0, 0', 'no product twice, none missing, none that is not in the snapshot');
	is($node->safe_psql('postgres', q{SELECT n_tup_upd > n_tup_hot_upd AND n_tup_hot_upd > 0 AND n_tup_del > 0 FROM pg_stat_user_tables WHERE relname = 'products'}),
		't', 'while rows were updated in both ways and deleted');
}

# A cursor that rests, in any stage, does not keep VACUUM waiting for its pages.
fill($products{'index lookups'});
$node->safe_psql('postgres', q{INSERT INTO shop.products (product_id, name) SELECT i, 'new' FROM generate_series(1001, 1500) i});
my $reader = $node->background_psql('postgres');
for my $rows (100, 1000, 1200)
{
	$node->safe_psql('postgres', "DELETE FROM shop.products WHERE product_id % 100 = $rows % 7");
	$reader->query_safe("SET enable_seqscan = off; SET enable_sort = off; BEGIN; DECLARE list CURSOR FOR SELECT product_id FROM shop.products ORDER BY product_id <~> 'user:u1'; MOVE $rows FROM list");
	is(sqlstate($node, "SET statement_timeout = '10s';\nVACUUM (INDEX_CLEANUP ON) shop.products"), '', "VACUUM beside a cursor that rests behind $rows rows");
	$reader->query_safe('COMMIT');
}
$reader->quit;

SKIP:
{
	my $compiler = $ENV{CXX} // 'g++';
	my $headers = `'$installation/bin/pg_config' --includedir-server`;
	chomp $headers;
	skip "no make or no $compiler to build a wrong access method with", 8 if system("make --version >/dev/null 2>&1") || system("$compiler --version >/dev/null 2>&1");
	skip "no $headers/postgres.h to build a wrong access method with", 8 unless -e "$headers/postgres.h";

	change_method('access_method.cpp' => [ [ 'if (state->in_group && next_of_group(scan, state)) {', "if (state->in_group && next_of_group(scan, state)) {\n state->in_group = false;" ] ]);
	fill($products{'index lookups'});
	my ($drains, $twice, $missing) = run_load($products{'index lookups'}, 2);
	cmp_ok($missing, '>', 0, "one row version of a key alone is found out: $missing products missing in $drains drains");

	change_method(
		'btree_map.hpp' => [ [ 'static_cast<Entry*>(palloc(', 'static_cast<Entry*>(MemoryContextAlloc(TopMemoryContext, ' ] ],
		'access_method.cpp' => [
			[ 'OrderScan* state_of(', "shopsmart::order::BtreeMap kept;\n\nOrderScan* state_of(" ],
			[ 'state->map = {};', 'state->map = kept;' ],
			[ 'state->map.read(state->lookup);', "state->map.read(state->lookup);\n kept = state->map;" ] ]);
	fill($products{'the map'});
	($drains, $twice, $missing) = run_load($products{'the map'}, 2);
	cmp_ok($missing + $twice, '>', 0, "a map kept for the next snapshot is found out: $twice products twice, $missing missing in $drains drains");
}

done_testing();
