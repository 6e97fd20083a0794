# Lists in shared memory: an answer from there equals the one from the tables, row for row, beside writers, rebuilds that commit
# or do not, other databases, a crash; and the memory holds what was committed, as much as it may, and nothing of anybody else.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ShopNode;
use Test::More;

my $seconds = $ENV{SHOPSMART_LOAD_SECONDS} // 10;
time_limit(540 + 6 * $seconds);
random_seed();

my $node = shop_node('main', streaming => 1, conf => q{
	shared_preload_libraries = 'shopsmart'
	shopsmart.job_launcher = off
	shopsmart.shared_cache = 1MB
	restart_after_crash = on
	max_connections = 50
	synchronous_commit = off
});
fill_shop($node, products => 600, users => 400, events => 20_000);
$node->safe_psql('postgres', q{
	SELECT shopsmart_rebuild_similarity();
	SELECT shopsmart_rebuild_sessions();
	SELECT shopsmart_refresh_trending();
	-- What shared memory and the tables answer in one snapshot. NULL: the same.
	CREATE FUNCTION public.difference(n bigint) RETURNS text LANGUAGE plpgsql AS $$
	DECLARE
		question text;
		answers text[];
		way text;
	BEGIN
		FOREACH question IN ARRAY ARRAY[
			format('shopsmart_recommend(%L, 20)', 'u' || n), format('shopsmart_recommend(%L, 5, 1 + %s %% 20)', 'u' || n, n),
			format('shopsmart_similar(%s, 30)', n), format('shopsmart_bought_together(ARRAY[%s, %s])', n, n + 1),
			format('shopsmart_explain(%L, %s)', 'u' || n, 1 + n % 5)] LOOP
			answers := '{}';
			FOREACH way IN ARRAY ARRAY['on', 'on', 'off'] LOOP
				PERFORM set_config('shopsmart.use_shared_cache', way, true);
				EXECUTE format('SELECT $1 || coalesce(string_agg(q::text, '' ''), ''nothing'') FROM %s AS q', question) INTO answers USING answers;
			END LOOP;
			IF answers[1] <> answers[3] OR answers[2] <> answers[3] THEN
				RETURN question || ' ' || answers::text;
			END IF;
		END LOOP;
		RETURN NULL;
	END $$;
	ALTER FUNCTION public.difference(bigint) SET shopsmart.session_cache = 0;
	ALTER FUNCTION public.difference(bigint) SET shopsmart.kept_neighbors = 1000});

sub stats
{
	my ($columns, $on) = @_;
	return ($on // $node)->safe_psql('postgres', "SELECT $columns FROM shopsmart_cache_stats()");
}

sub sources { return $node->safe_psql('postgres', "SELECT FROM $_[0] \\g /dev/null\nSELECT session, shared, stored FROM shopsmart_last_sources()") }

# ---- from the table, from shared memory, from the session's own ----

is(stats('hits, misses, entries, bytes, size > 1000000'), '0|0|0|0|t', 'there is room, and nothing in it');
my ($lists) = sources("shopsmart_recommend('u1')") =~ /^0\|0\|(\d+)$/;
cmp_ok($lists // 0, '>', 0, 'the first session reads the table');
is(stats('hits, stored, entries'), "0|$lists|$lists", '... and leaves the lists to others');
is(sources("shopsmart_recommend('u1')"), "0|$lists|0", 'the next session reads no table');
is($node->safe_psql('postgres', "SELECT FROM shopsmart_recommend('u1') \\g /dev/null\nSELECT FROM shopsmart_recommend('u1') \\g /dev/null\nSELECT * FROM shopsmart_last_sources()"),
	"$lists|0|0", '... and the second time not even shared memory');
is($node->safe_psql('postgres', "SET shopsmart.$_ = off; SELECT FROM shopsmart_recommend('u1') \\g /dev/null\nSELECT * FROM shopsmart_last_sources()"),
	"0|0|$lists", "it is passed by with $_ = off") for qw(use_shared_cache direct_reads);
like(sources('shopsmart_similar(1)'), qr/^0\|[01]\|[01]$/, 'one list for similar products');
is(sources('shopsmart_similar(1)'), '0|1|0', '... which is shared, too');
is(sources("shopsmart_recommend('nobody')"), '0|0|0', 'who has no history needs no list');
is($node->safe_psql('postgres', 'SELECT count(*), string_agg(d, E\'\n\') FROM generate_series(1, 400) n, public.difference(n) d WHERE d IS NOT NULL'), '0|',
	'the same answers with shared memory and without');

# ---- nothing uncommitted ----

my $open = $node->background_psql('postgres');
my $before = stats('stored');
$open->query_safe('BEGIN; DELETE FROM shop.events WHERE product_id % 2 = 0; SELECT shopsmart_rebuild_similarity()');
cmp_ok($open->query_safe("SELECT count(*) FROM generate_series(1, 50) u, shopsmart_recommend('u' || u)"), '>', 0, 'a session reads its uncommitted model');
is($open->query_safe('SELECT shared, stored > 0 FROM shopsmart_last_sources(), shopsmart_recommend(\'u1\') LIMIT 1'), '0|t', '... from the table');
is(stats('stored'), $before, '... and leaves none of it to others');
is($node->safe_psql('postgres', 'SELECT count(*) FROM generate_series(1, 50) n, public.difference(n) d WHERE d IS NOT NULL'), '0', 'who read the committed one beside it');
$open->query_safe('ROLLBACK');
is($open->query_safe('SELECT count(*) FROM generate_series(1, 50) n, public.difference(n) d WHERE d IS NOT NULL'), '0', '... as the same session does after a rollback');
$open->quit;

# ---- many writers, rebuilds that commit and that do not, and resets ----

my $folder = PostgreSQL::Test::Utils::tempdir;
my %scripts = (
	writer => q{
		\set u random(1, 400)
		\set p random(1, 600)
		SELECT shopsmart_track('u' || :u, :p, (ARRAY['view', 'add_to_cart', 'purchase'])[1 + :p % 3]);
		UPDATE shop.products SET is_active = NOT is_active, price = :u WHERE product_id = :p;
	},
	# Rows change places: two users their keys, products by dying and being born where another one was.
	mover => q{
		\set u random(1, 399)
		\set p random(601, 700)
		BEGIN;
		UPDATE shop.users SET external_id = 'moving' WHERE external_id = 'u' || :u;
		UPDATE shop.users SET external_id = 'u' || :u WHERE external_id = 'u' || (:u + 1);
		UPDATE shop.users SET external_id = 'u' || (:u + 1) WHERE external_id = 'moving';
		COMMIT;
		INSERT INTO shop.products (product_id, name) VALUES (:p, 'passing') ON CONFLICT DO NOTHING;
		SELECT shopsmart_track('u' || :u, :p, 'view');
		DELETE FROM shop.events WHERE product_id = :p;
		DELETE FROM shop.products WHERE product_id = :p;
		VACUUM shop.products;
		VACUUM shop.users;
	},
	reader => q{
		\set n random(1, 400)
		BEGIN ISOLATION LEVEL REPEATABLE READ;
		SELECT 1 / (public.difference(:n) IS NULL)::int;
		COMMIT;
	},
	# Lists of all lengths, the longest of two thirds of a partition.
	rebuild => q{
		\set most random(1, 1000)
		SET shopsmart.kept_neighbors = :most;
		SET shopsmart.min_co_count = 1;
		SELECT shopsmart_rebuild_similarity();
	},
	undone => q{
		BEGIN;
		DELETE FROM shop.events WHERE event_id % 3 = 0;
		SELECT shopsmart_refresh_trending();
		SELECT count(*) FROM generate_series(1, 20) u, shopsmart_recommend('u' || u);
		ROLLBACK;
	},
	reset => q{
		SELECT shopsmart_cache_reset();
		\sleep 50 ms
	});
append_to_file("$folder/$_.sql", $scripts{$_}) for keys %scripts;
my $seed = int rand 1_000_000;
my $cancelled = psql_start($node, join '', map { "SET statement_timeout = $_; SELECT count(*) FROM generate_series(1, 400) u, shopsmart_recommend('u' || u);\n" }
	map { 1 + int rand 20 } 1 .. 100);
my @loads;
for (([ writer => 3 ], [ mover => 1 ], [ reader => 6 ], [ rebuild => 1 ], [ undone => 1 ], [ reset => 1 ]))
{
	my ($script, $clients) = @$_;
	my $load = { script => $script };
	$load->{run} = IPC::Run::start([ $node->installed_command('pgbench'), '-n', '-T', $seconds, '-c', $clients, "--random-seed=$seed",
		'-f', "$folder/$script.sql", '-d', $node->connstr('postgres') ], '<', '/dev/null', '>', \$load->{output}, '2>', \$load->{error});
	push @loads, $load;
}
for my $load (@loads)
{
	$load->{run}->finish;
	is($load->{error} =~ /(ERROR.*)/ ? $1 : '', '', "$load->{script}: no error");
	my ($transactions) = $load->{output} =~ /actually processed: (\d+)/;
	cmp_ok($transactions // 0, '>', 0, "$load->{script}: " . ($transactions // 'no') . ' transactions');
}
my @cancels = (psql_finish($cancelled))[2] =~ /statement timeout/g;
cmp_ok(scalar @cancels, '>', 10, @cancels . ' statements were cancelled beside them');
my ($hits, $evictions, $removed, $bytes, $size) = split /\|/, stats('hits, evictions, invalidations, bytes, size');
diag "hits $hits, evictions $evictions, removed $removed, bytes $bytes of $size";
cmp_ok($_, '>', 0) for $hits, $evictions, $removed;
cmp_ok($bytes, '<=', $size, 'no more than there is room for');

# ---- a place where somebody without a key was born ----

$node->safe_psql('postgres', $_) for 'ALTER TABLE shop.users ALTER external_id DROP NOT NULL', 'VACUUM FULL shop.users', "INSERT INTO shop.users (external_id) VALUES ('leaver')";
my $place = q{SELECT ctid FROM shop.users WHERE external_id IS NOT DISTINCT FROM };
my $left = $node->safe_psql('postgres', "SELECT FROM shopsmart_recommend('leaver') \\g /dev/null\n$place 'leaver'");
$node->safe_psql('postgres', $_) for "DELETE FROM shop.users WHERE external_id = 'leaver'", 'VACUUM shop.users', 'INSERT INTO shop.users (external_id) VALUES (NULL)';
is($node->safe_psql('postgres', "$place NULL"), $left, 'a user without a key took the place of another');
is($node->safe_psql('postgres', q{SELECT count(*) FILTER (WHERE strategy = 'personalized') FROM shopsmart_recommend('leaver')}), '0', '... and is not taken for him');
$node->safe_psql('postgres', 'DELETE FROM shop.users WHERE external_id IS NULL; ALTER TABLE shop.users ALTER external_id SET NOT NULL');

# ---- other databases ----

# A copy has the same numbers of tables and generations. Both have short lists, so that there is room for all.
$node->safe_psql('postgres', 'SET shopsmart.kept_neighbors = 5; SELECT shopsmart_rebuild_similarity(); SELECT count(*) FROM generate_series(1, 100) n, public.difference(n)');
$node->safe_psql('template1', 'CREATE DATABASE other TEMPLATE postgres');
$node->safe_psql('other', 'UPDATE shopsmart.neighbors SET scores = ARRAY(SELECT s / 2 FROM unnest(scores) WITH ORDINALITY AS x(s, n) ORDER BY n)');
is($node->safe_psql('other', 'SELECT count(*) FROM generate_series(1, 100) n, public.difference(n) d WHERE d IS NOT NULL'), '0', 'another database has its own lists');
my $entries = stats('entries');
cmp_ok($node->safe_psql('other', 'SELECT shopsmart_cache_reset()'), '>', 0, 'a reset says what it took away');
cmp_ok(stats('entries'), '>', 0, '... and leaves those of other databases');
$node->safe_psql('postgres', 'DROP DATABASE other');
is($node->safe_psql('postgres', 'SELECT shopsmart_cache_reset() > 0, (SELECT entries FROM shopsmart_cache_stats())'), 't|0', 'after resets in all of them nothing is left');

# Brought there on purpose: the users of the newest events need no table.
is($node->safe_psql('postgres', 'SELECT shopsmart_cache_warm(50)'), '50', 'as many users as were asked for');
my $warmed = stats('entries');
cmp_ok($warmed, '>', 0, '... have their lists in shared memory');
# A bucket of the index may have been full now and then.
my $stored = stats('stored');
cmp_ok($node->safe_psql('postgres', q{
		SELECT count(r) FROM (SELECT user_id FROM shop.events GROUP BY user_id ORDER BY max(event_id) DESC LIMIT 50) AS newest
			JOIN shop.users USING (user_id), shopsmart_recommend(external_id) r \g /dev/null
		SELECT stored FROM shopsmart_cache_stats()}) - $stored, '<', 1 + $warmed / 50, '... and nobody has to read them again');

# ---- a standby, a crash, a new extension, no memory ----

$node->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'base', has_streaming => 1);
$standby->start;
$node->wait_for_catchup($standby);
is($standby->safe_psql('postgres', 'SELECT count(*) FROM generate_series(1, 100) n, public.difference(n) d WHERE d IS NOT NULL'), '0', 'a standby answers alike');
cmp_ok(stats('hits', $standby), '>', 0, '... from shared memory of its own');
$standby->stop;

my $victim = $node->background_psql('postgres', on_error_stop => 0);
my $pid = $victim->query_safe('SELECT pg_backend_pid()');
$node->safe_psql('postgres', "SELECT count(*) FROM shopsmart_recommend('u1')");
kill 'KILL', $pid;
eval { $victim->quit };
poll_through_restart($node, 'SELECT entries = 0 AND stored = 0 FROM shopsmart_cache_stats()');
is($node->safe_psql('postgres', 'SELECT count(*) FROM generate_series(1, 100) n, public.difference(n) d WHERE d IS NOT NULL'), '0', 'a crash leaves the memory empty, and good');
cmp_ok(stats('hits'), '>', 0, '... and in use');

$node->safe_psql('postgres', q{
	SET client_min_messages = warning;
	DROP EXTENSION shopsmart;
	CREATE EXTENSION shopsmart;
	SELECT shopsmart_setup();
	DELETE FROM shop.events WHERE product_id % 3 = 0;
	SELECT shopsmart_rebuild_similarity()});
is($node->safe_psql('postgres', 'SELECT count(*) FROM generate_series(1, 100) n, public.difference(n) d WHERE d IS NOT NULL'), '0',
	'a new extension, which counts its generations from one again, has its own lists');

for my $size ('0', '1kB', '100MB')
{
	$node->append_conf('postgresql.conf', "shopsmart.shared_cache = $size");
	$node->restart;
	is($node->safe_psql('postgres', 'SELECT count(*) FROM generate_series(1, 100) n, public.difference(n) d WHERE d IS NOT NULL'), '0', "$size: the same answers");
	my $has_room = $size eq '0' ? 'f' : 't';
	is(stats('size > 0, hits > 0, entries > 0'), "$has_room|$has_room|$has_room", '... with the memory that was asked for');
}
is($node->safe_psql('postgres', 'SELECT size > 104000000 AND size <= 104857600, evictions FROM shopsmart_cache_stats()'), 't|0', 'what fits stays');
is(sqlstate($node, "SET shopsmart.shared_cache = '1MB'"), '55P02', 'its size is set before the server starts');

done_testing();
