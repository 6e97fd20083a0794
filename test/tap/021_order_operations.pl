# The index of an order through what an administrator does: replicas, crashes, dumps and restores, REINDEX, DROP and CREATE of
# the index and of the extension, tables of other kinds; and a package whose main library is missing.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ShopNode;
use Test::More;

time_limit(240);

my $installation = copy_installation();
my $node = shop_node('main', install_path => $installation, streaming => 1, setup => 0);
$node->safe_psql('postgres', q{
	DROP EXTENSION shopsmart;
	CREATE SCHEMA reco;
	CREATE EXTENSION shopsmart SCHEMA reco;
	SELECT reco.shopsmart_setup();
	ALTER DATABASE postgres SET search_path = reco, public});
fill_shop($node, products => 300, users => 200, events => 6000);
$node->safe_psql('postgres', 'SELECT shopsmart_rebuild_similarity(); SELECT shopsmart_refresh_trending()');
my $as_of = $node->safe_psql('postgres', 'SELECT now()');
my $by_index = 'SET enable_seqscan = off; SET enable_sort = off; SET enable_bitmapscan = off;';
my $by_sort = 'SET enable_indexscan = off; SET enable_bitmapscan = off;';

# Whole orders of a table, one line each.
sub orders
{
	my ($server, $settings, %options) = @_;
	my $table = $options{table} // 'shop.products';
	my $column = $options{column} // 'product_id';
	my @rankings = ((map {"shopsmart_user('u$_', '$as_of')"} 1 .. 5), "shopsmart_user('nobody')", 'shopsmart_similar_to(7)', 'shopsmart_cart(ARRAY[3, 17])', "shopsmart_trend(2, '30d')");
	return $server->safe_psql($options{database} // 'postgres', join ' ', 'SET search_path = reco, public;', $settings,
		map {"SELECT string_agg(id::text, ' ') FROM (SELECT $column AS id FROM $table ORDER BY $column <~> $_ OFFSET 0) AS ordered;"} @rankings);
}

# The same by the index and by a sort; returns it.
sub agree
{
	my ($server, $what, %options) = @_;
	my $orders = orders($server, $by_index, %options);
	is(orders($server, $by_sort, %options), $orders, "$what: index and sort give the same");
	return $orders;
}

# That the planner takes the index for the first page, and what the catalogue says of it.
sub index_state
{
	my ($database) = @_;
	return $node->safe_psql($database, q{
		SET search_path = reco, public; SET enable_sort = off; SET enable_seqscan = off;
		SELECT count(*) FROM (SELECT product_id FROM shop.products ORDER BY product_id <~> shopsmart_user('u1') LIMIT 10) AS page;
		SELECT products, stage FROM shopsmart_last_scan();
		SELECT i.indisvalid, pg_relation_size(i.indexrelid), a.amname, d.deptype, e.extname
		FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am a ON a.oid = c.relam
		LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.refclassid = 'pg_extension'::regclass
		LEFT JOIN pg_extension e ON e.oid = d.refobjid
		WHERE i.indrelid = 'shop.products'::regclass AND a.amname = 'shopsmart'});
}

my $orders = agree($node, 'a new shop');
my $fine = index_state('postgres');
like($fine, qr/^10\n\d+\|ranked\nt\|0\|shopsmart\|x\|shopsmart$/, 'the index is valid, takes no space and goes with the extension');

# ---- a replica ----

$node->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby', install_path => $installation);
$standby->init_from_backup($node, 'base', has_streaming => 1);
$standby->append_conf('postgresql.conf', "max_standby_streaming_delay = 30s\nhot_standby_feedback = off\n");
$standby->start;
is(agree($standby, 'the replica'), $orders, 'the replica has the orders of its primary');
my $reader = $standby->background_psql('postgres');
$reader->query_safe("$by_index BEGIN; DECLARE list CURSOR FOR SELECT product_id FROM shop.products ORDER BY product_id <~> shopsmart_user('u1', '$as_of')");
my $shown = $reader->query_safe('FETCH 20 FROM list');
$node->safe_psql('postgres', q{
	DELETE FROM shop.products WHERE product_id % 10 = 3;
	UPDATE shop.products SET price = price + 1 WHERE product_id % 10 = 4;
	VACUUM shop.products});
$node->wait_for_catchup($standby, 'write');
$shown .= "\n" . $reader->query_safe('FETCH ALL FROM list');
is($shown =~ s/\n/ /gr, (split /\n/, $orders)[0], 'a cursor of the replica keeps its snapshot beside DELETE and VACUUM on the primary');
$reader->query_safe('COMMIT');
$reader->quit;
$node->wait_for_catchup($standby);
my $fewer = agree($node, 'after DELETE and VACUUM');
isnt($fewer, $orders, 'products are gone');
is(agree($standby, 'the replica then'), $fewer, 'on the replica as well');
$standby->stop;

# ---- a crash ----

$node->safe_psql('postgres', q{
	CREATE UNLOGGED TABLE public.unlogged AS SELECT * FROM shop.products;
	ALTER TABLE public.unlogged ADD PRIMARY KEY (product_id);
	CREATE INDEX unlogged_order ON public.unlogged USING shopsmart (product_id)});
is(agree($node, 'an unlogged table', table => 'public.unlogged'), $fewer, 'whose orders are no others');
$node->safe_psql('postgres', q{
	CHECKPOINT;
	DELETE FROM shop.products WHERE product_id % 10 = 5;
	INSERT INTO shop.products (product_id, name) SELECT i, 'new' FROM generate_series(1000, 1010) i});
my $before_crash = agree($node, 'before a crash');
$node->stop('immediate');
$node->start;
is(agree($node, 'after a crash'), $before_crash, 'an immediate shutdown changes nothing');
is($node->safe_psql('postgres', "$by_index SELECT count(*) FROM (SELECT 1 FROM public.unlogged ORDER BY product_id <~> shopsmart_user('u1') OFFSET 0) AS ordered"), '0', 'and empties the unlogged table');
$node->safe_psql('postgres', 'INSERT INTO public.unlogged SELECT * FROM shop.products');
is(agree($node, 'an unlogged table filled again', table => 'public.unlogged'), $before_crash, 'whose index goes on');

# ---- tables of other kinds ----

$node->safe_psql('postgres', q{
	CREATE TABLE public.hashed (name text, id bigint PRIMARY KEY) PARTITION BY HASH (id);
	CREATE TABLE public.hashed_0 PARTITION OF public.hashed FOR VALUES WITH (MODULUS 3, REMAINDER 0);
	CREATE UNLOGGED TABLE public.hashed_1 (id bigint NOT NULL UNIQUE, gone integer, name text);
	ALTER TABLE public.hashed_1 DROP gone;
	CREATE INDEX hashed_order ON public.hashed USING shopsmart (id);
	ALTER TABLE public.hashed ATTACH PARTITION public.hashed_1 FOR VALUES WITH (MODULUS 3, REMAINDER 1);
	CREATE TABLE public.hashed_2 PARTITION OF public.hashed FOR VALUES WITH (MODULUS 3, REMAINDER 2);
	INSERT INTO public.hashed SELECT name, product_id FROM shop.products;
	ANALYZE public.hashed});
is(agree($node, 'a partitioned table', table => 'public.hashed', column => 'id'), $before_crash, 'its partitions are merged in the order');
like($node->safe_psql('postgres', $by_index . 'EXPLAIN (COSTS OFF) SELECT * FROM public.hashed ORDER BY id <~> shopsmart_user($$u1$$) LIMIT 10'), qr/Merge Append\n.*Sort Key.*\n(?:.*Index Scan using.*\n.*Order By.*\n?){3}/, 'as the plan says');
is($node->safe_psql('postgres', qq{
		CREATE TEMPORARY TABLE mine (id bigint PRIMARY KEY) ON COMMIT DELETE ROWS;
		CREATE INDEX ON mine USING shopsmart (id);
		$by_index
		BEGIN;
		INSERT INTO mine SELECT product_id FROM shop.products;
		SELECT string_agg(id::text, ' ') FROM (SELECT id FROM mine ORDER BY id <~> shopsmart_user('u1', '$as_of') OFFSET 0) AS ordered;
		COMMIT;
		SELECT count(*) FROM (SELECT id FROM mine ORDER BY id <~> shopsmart_user('u1', '$as_of') OFFSET 0) AS ordered;
		DROP TABLE mine}),
	(split /\n/, $before_crash)[0] . "\n0", 'a temporary table');

# ---- dump and restore ----

$node->safe_psql('postgres', 'DROP TABLE public.unlogged, public.hashed');
my $dump = PostgreSQL::Test::Utils::tempdir . '/shop.dump';
$node->command_ok([ 'pg_dump', '-Fc', '-f', $dump, $node->connstr('postgres') ], 'dump');
my %restores = (strict => [ '--single-transaction', '--exit-on-error' ], parallel => [ '--exit-on-error', '-j', 4 ]);
my $rebuild = "SELECT reco.shopsmart_rebuild_similarity(as_of => '$as_of'), reco.shopsmart_refresh_trending('$as_of')";
$node->safe_psql('postgres', $rebuild);
my $rebuilt = agree($node, 'rebuilt');
for my $database (sort keys %restores)
{
	$node->safe_psql('postgres', "CREATE DATABASE $database");
	$node->command_ok([ 'pg_restore', @{ $restores{$database} }, '-d', $node->connstr($database), $dump ], "$database restore");
	agree($node, "$database restore without models", database => $database);
	$node->safe_psql($database, $rebuild);
	is(agree($node, "$database restore", database => $database), $rebuilt, "$database restore: the orders are the same");
	is(index_state($database), $fine, "$database restore: so is the index, with its mark");
}

# ---- the index and the extension, dropped and made again ----

for my $action (
	'REINDEX INDEX shop.products_order', 'REINDEX INDEX CONCURRENTLY shop.products_order', 'REINDEX TABLE CONCURRENTLY shop.products',
	'VACUUM FULL shop.products', 'CLUSTER shop.products USING products_pkey', 'DROP INDEX shop.products_order; SELECT reco.shopsmart_setup()',
	'DROP INDEX CONCURRENTLY shop.products_order; CREATE INDEX CONCURRENTLY products_order ON shop.products USING shopsmart (product_id); ALTER INDEX shop.products_order DEPENDS ON EXTENSION shopsmart',
	'SELECT reco.shopsmart_setup()', 'ALTER TABLE shop.products DROP CONSTRAINT products_pkey CASCADE, ADD UNIQUE (product_id)')
{
	$node->safe_psql('parallel', $_) for split /; /, $action;
	is(agree($node, $action, database => 'parallel'), $rebuilt, "after $action the orders are the same");
	is(index_state('parallel'), $fine, 'and so is the index');
}
my $products = $node->safe_psql('strict', 'SELECT count(*), sum(hashtext(p::text)) FROM shop.products p');
$node->safe_psql('strict', 'DROP EXTENSION shopsmart');
is($node->safe_psql('strict', q{SELECT to_regclass('shop.products_order'), count(*), sum(hashtext(p::text)) FROM shop.products p}), "|$products", 'DROP EXTENSION takes the index along and leaves the products');
$node->safe_psql('strict', 'CREATE EXTENSION shopsmart SCHEMA reco; SELECT reco.shopsmart_setup(order_index => false)');
is($node->safe_psql('strict', q{SELECT to_regclass('shop.products_order')}), '', 'the next set-up leaves it out when told so');
$node->safe_psql('strict', 'SELECT reco.shopsmart_setup()');
$node->safe_psql('strict', $rebuild);
is(agree($node, 'a new extension', database => 'strict'), $rebuilt, 'or makes it again');
is(index_state('strict'), $fine, 'as it was');

is($node->safe_psql('parallel', q{
		CREATE TABLE public.plain (id bigint PRIMARY KEY, note text, price numeric) WITH (fillfactor = 10);
		CREATE INDEX ON public.plain USING shopsmart (id);
		INSERT INTO public.plain SELECT i FROM generate_series(1, 100) i;
		UPDATE public.plain SET note = 'new', price = 1;
		SELECT FROM pg_stat_force_next_flush()}) . $node->safe_psql('parallel', q{SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_user_tables WHERE relname = 'plain'}),
	'100|100', 'HOT updates stay HOT');

# ---- the main library is missing ----

chomp(my $libraries = `'$installation/bin/pg_config' --pkglibdir`);
SKIP:
{
	skip 'no readelf', 1 if system('readelf --version >/dev/null 2>&1');
	my @needed = map {/\(NEEDED\).*\[(.*)\]/} `readelf -d '$libraries/shopsmart_order.so'`;
	is_deeply([ grep { !/^libc\./ } @needed ], [], "the access method needs nothing but the C library: @needed");
}
rename "$libraries/shopsmart.so", "$libraries/shopsmart.away" or die $!;
for my $statement (
	'SELECT count(*) FROM shop.products', 'SELECT * FROM shop.products WHERE product_id = 1', q{INSERT INTO shop.products (product_id, name) VALUES (5000, 'still here')},
	q{UPDATE shop.products SET price = 1, name = 'still here' WHERE product_id = 2}, 'DELETE FROM shop.products WHERE product_id = 5000', 'SELECT * FROM shop.products FOR UPDATE',
	'VACUUM shop.products', 'VACUUM FULL shop.products', 'ANALYZE shop.products', 'REINDEX TABLE shop.products', 'ALTER TABLE shop.products ADD note text',
	'CREATE INDEX ON shop.products (rating)', 'SELECT shopsmart_setup()', 'EXPLAIN SELECT * FROM shop.products ORDER BY product_id')
{
	is(sqlstate($node, $statement), '', "without the main library: $statement");
}
for my $statement (
	q{SELECT product_id FROM shop.products ORDER BY product_id <~> shopsmart_user('u1') LIMIT 10},
	"SET plan_cache_mode = force_generic_plan; $by_index PREPARE page(shopsmart_ranking) AS SELECT product_id FROM shop.products ORDER BY product_id <~> \$1 LIMIT 10; EXECUTE page(NULL)")
{
	my ($status, $output, $error) = $node->psql('postgres', $statement);
	like($error, qr{ERROR: +could not access file "(?:\$libdir/)?shopsmart": No such file or directory}, "but not: $statement");
}
is(sqlstate($node, 'DROP INDEX shop.products_order'), '', 'without the main library: DROP INDEX');
is(sqlstate($node, 'DROP EXTENSION shopsmart', database => 'strict'), '', 'and DROP EXTENSION');
is($node->safe_psql('strict', q{SELECT to_regclass('shop.products_order') IS NULL, count(*) > 0 FROM shop.products}), 't|t', 'which leaves the products');
rename "$libraries/shopsmart.away", "$libraries/shopsmart.so" or die $!;
$node->safe_psql('postgres', 'SELECT shopsmart_setup()');
is(index_state('postgres'), $fine, 'with the library back all is as before');

done_testing();
