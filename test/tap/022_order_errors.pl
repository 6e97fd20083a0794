# Whatever ends an ordered scan in its middle, a time-out, a cancel or an error in a row, the session goes on and gives the same
# answers, with nothing left behind; so does a scan through a catalogue cache that forgets everything at each turn.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ShopNode;
use Test::More;
use Time::HiRes qw(time);

time_limit(300);
random_seed();

my $node = shop_node('main', conf => "max_wal_size = 4GB\nsynchronous_commit = off\n");
fill_shop($node, products => 20_000, users => 300, events => 60_000);
$node->safe_psql('postgres', q{
	SELECT shopsmart_rebuild_similarity(); SELECT shopsmart_refresh_trending();
	-- Most of what the lists name is gone: a scan goes through thousands of products without a row to give.
	ALTER TABLE shop.events DROP CONSTRAINT events_product_id_fkey;
	DELETE FROM shop.products WHERE product_id % 50 > 1;
	INSERT INTO shop.products (product_id, name) SELECT i, 'new' FROM generate_series(30_000, 60_000) i;
	ANALYZE shop.products;
	CREATE FUNCTION public.whole_order(shopper text) RETURNS text LANGUAGE sql STABLE
	SET enable_seqscan = off SET enable_sort = off SET enable_bitmapscan = off
	RETURN (SELECT md5(string_agg(product_id::text, ' ')) FROM (SELECT product_id FROM shop.products ORDER BY product_id <~> shopsmart_user(shopper) OFFSET 0) AS ordered)} =~ s/(\d)_(\d)/$1$2/gr);
my $whole = "SELECT whole_order('u' || u) FROM generate_series(1, 3) u";
my $answer = $node->safe_psql('postgres', $whole);
my $start = time;
is($node->safe_psql('postgres', $whole), $answer, 'the same twice');
my $milliseconds = 1000 * (time - $start);
note sprintf 'it takes %.0f ms', $milliseconds;

# Time-outs at any moment, in one session.
my $points = 60;
my $script = join '', map { sprintf "SET statement_timeout = %d;\n%s;\nRESET statement_timeout;\nSELECT product_id FROM shop.products ORDER BY product_id <~> 'user:u%d' LIMIT 5 \\g /dev/null\n", 1 + rand $milliseconds, $whole, 1 + rand 300 } 1 .. $points;
my ($status, $output, $error) = $node->psql('postgres', "\\set VERBOSITY sqlstate\n$script$whole", on_error_stop => 0);
my $hits = () = $error =~ /ERROR: +57014/g;
cmp_ok($hits, '>', $points / 4, "$hits of $points time-outs hit");
unlike($error, qr/ERROR: ++(?!57014)/, 'no other error');
is(join("\n", (split /\n/, $output)[ -3 .. -1 ]), $answer, 'and the session goes on with the same answers');

# Errors in rows, in subtransactions of one transaction: a product of any stage divides by zero.
is($node->safe_psql('postgres', q{
		DO $$
		DECLARE
			wrong bigint;
			caught integer := 0;
		BEGIN
			SET LOCAL enable_seqscan = off;
			SET LOCAL enable_sort = off;
			FOR wrong IN SELECT product_id FROM shop.products TABLESAMPLE SYSTEM (20) REPEATABLE (1) LIMIT 150 LOOP
				BEGIN
					PERFORM 1 / (p.product_id - wrong) FROM shop.products p ORDER BY p.product_id <~> 'user:u1';
				EXCEPTION WHEN division_by_zero THEN
					caught := caught + 1;
				END;
			END LOOP;
			IF caught < 50 THEN
				RAISE EXCEPTION 'only % errors', caught;
			END IF;
		END $$;
		SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND relation = 'shop.products_order'::regclass} . ";$whole"),
	"0\n$answer", 'errors in rows leave nothing behind');

# A cursor that began in a savepoint, or was read in one that is rolled back.
my $declare = q{DECLARE list CURSOR FOR SELECT product_id FROM shop.products ORDER BY product_id <~> shopsmart_user('u1')};
my $plain = $node->safe_psql('postgres', "SET enable_sort = off; BEGIN; $declare; FETCH 3000 FROM list; COMMIT");
is($node->safe_psql('postgres', "SET enable_sort = off; BEGIN; $declare; SAVEPOINT a; FETCH 10 FROM list; ROLLBACK TO a; FETCH 2990 FROM list; COMMIT"), $plain, 'a savepoint that is rolled back leaves a cursor as it is');
is($node->safe_psql('postgres', "SET enable_sort = off; BEGIN; SAVEPOINT a; $declare; FETCH 10 FROM list; RELEASE a; FETCH 2990 FROM list; COMMIT"), $plain, 'one that is released as well');
is(sqlstate($node, "SET enable_sort = off; BEGIN; SAVEPOINT a; $declare; FETCH 10 FROM list; ROLLBACK TO a; FETCH 10 FROM list"), '34000', 'a cursor of a savepoint goes with it');

# A loop that commits: the server keeps the rest of the rows for it.
is($node->safe_psql('postgres', q{
		SET enable_sort = off;
		SET enable_seqscan = off;
		CREATE TABLE public.passed (place bigint GENERATED ALWAYS AS IDENTITY, product_id bigint);
		DO $$
		DECLARE
			passed record;
		BEGIN
			FOR passed IN SELECT product_id FROM shop.products ORDER BY product_id <~> shopsmart_user('u1') LIMIT 3000 LOOP
				INSERT INTO public.passed (product_id) VALUES (passed.product_id);
				IF passed.product_id % 100 = 1 THEN
					COMMIT;
				END IF;
			END LOOP;
		END $$;
		SELECT product_id FROM public.passed ORDER BY place}), $plain, 'a loop that commits gets the same rows');

# Ranks computed by parallel workers.
my $parallel = 'SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0; SET enable_indexscan = off; SET enable_indexonlyscan = off; SET enable_bitmapscan = off;';
my $sorted = q{SELECT product_id FROM shop.products ORDER BY product_id <~> shopsmart_user('u1') OFFSET 0 LIMIT 3000};
like($node->safe_psql('postgres', "$parallel EXPLAIN (COSTS OFF) $sorted"), qr/Gather/, 'workers take part');
is($node->safe_psql('postgres', "$parallel $sorted"), $plain, 'and agree with the index');

SKIP:
{
	my ($state) = sqlstate($node, 'SET debug_discard_caches = 1');
	skip 'this server is built without debug_discard_caches', 2 if $state ne '';
	my $first = "SELECT string_agg(product_id::text, ' ') FROM (SELECT product_id FROM shop.products ORDER BY product_id <~> shopsmart_user('u1') LIMIT 100) AS page";
	for my $settings ('SET enable_sort = off; SET enable_seqscan = off;', 'SET enable_indexscan = off;')
	{
		is($node->safe_psql('postgres', "$settings SET debug_discard_caches = 1; $first"), $node->safe_psql('postgres', $first), "with caches that forget everything, $settings");
	}
}

unlike(slurp_file($node->logfile), qr/WARNING|PANIC|TRAP|leak/, 'the server had nothing to complain about');

done_testing();
