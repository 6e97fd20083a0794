# Time-outs, cancels, terminations and shutdowns end a long call at any moment within a second, leave nothing half done, and the
# next call works.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use List::Util qw(min);
use PostgreSQL::Test::Cluster;
use ShopNode;
use Test::More;
use Time::HiRes qw(time usleep);

time_limit(900);
random_seed();

my $node = shop_node('main', conf => "max_wal_size = 4GB\nshared_buffers = 64MB\n");
# Few users with many events each: the pairs take several seconds. Without its indexes, a read of the events takes long as well.
fill_shop($node, products => 30_000, users => 600, events => 600_000, bare => 1);
$node->safe_psql('postgres', q{
	CREATE SCHEMA test;
	-- Cancels or terminates what the application runs, so many seconds after it began; returns how long it took to end.
	-- NULL when it had ended by itself, maybe before it could be seen.
	CREATE FUNCTION test.seconds_to_end(application text, delay float8, way text) RETURNS float8 LANGUAGE plpgsql AS $$
	DECLARE
		target integer;
		begun timestamptz;
	BEGIN
		LOOP
			PERFORM pg_stat_clear_snapshot();
			SELECT pid INTO target FROM pg_stat_activity WHERE application_name = application AND state = 'active' AND query LIKE '%shopsmart%';
			EXIT WHEN FOUND;
			IF clock_timestamp() > statement_timestamp() + interval '10 seconds' THEN
				RETURN NULL;
			END IF;
			PERFORM pg_sleep(0.002);
		END LOOP;
		PERFORM pg_sleep(delay);
		PERFORM pg_stat_clear_snapshot();
		IF NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = target AND state = 'active' AND query LIKE '%shopsmart%') THEN
			RETURN NULL;
		END IF;
		begun := clock_timestamp();
		EXECUTE format('SELECT pg_%s_backend($1)', way) USING target;
		LOOP
			PERFORM pg_stat_clear_snapshot();
			EXIT WHEN NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = target AND state = 'active' AND query LIKE '%shopsmart%');
			PERFORM pg_sleep(0.002);
		END LOOP;
		RETURN extract(epoch FROM clock_timestamp() - begun);
	END $$});

my $model = q{
	SELECT string_agg(format('%s %s %s', kind, generation, built_at), ',' ORDER BY kind) FROM shopsmart.generations;
	SELECT count(*), sum(cardinality(neighbor_ids)) FROM shopsmart.neighbors;
	SELECT count(*), sum(cardinality(product_ids)) FROM shopsmart.ranked_lists;
	SELECT count(*), sum(cardinality(window_products)) FROM shopsmart.session_lists;
	SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'; SELECT count(*) FROM shopsmart_progress()};
my $as_of = $node->safe_psql('postgres', 'SELECT now()');
my %calls = (
	rebuild => "SELECT pairs_kept FROM shopsmart_rebuild_similarity(as_of => '$as_of')",
	refresh => "SELECT scores_kept FROM shopsmart_refresh_trending('$as_of')",
	sessions => "SELECT sessions FROM shopsmart_rebuild_sessions(as_of => '$as_of')",
	evaluate => "SELECT min(users) FROM shopsmart_evaluate(split => 'leave_last_out', as_of => '$as_of')",
	recommend => q{SELECT count(*) FROM shopsmart_recommend('u1', 1000, filter => '{"brand": "none"}')},
	'many calls' => q{SELECT count(*) FROM generate_series(1, 20) u, shopsmart_similar(u, 1000, '{"attributes": {"of": "none"}}')});
my (%seconds, %result);
for my $call (sort keys %calls)
{
	for (1 .. 2)
	{
		my $start = time;
		$result{$call} = $node->safe_psql('postgres', $calls{$call});
		$seconds{$call} = min($seconds{$call} // 'inf', time - $start);
	}
	note sprintf '%s takes %.2f s', $call, $seconds{$call};
}
my $stored = $node->safe_psql('postgres', $model);
my %points = (rebuild => 5, refresh => 3, sessions => 3, evaluate => 5, recommend => 3, 'many calls' => 2);

for my $call (sort keys %calls)
{
	for my $way (qw(cancel terminate))
	{
		my ($tried, $hits, $worst, $wrong_state) = (0, 0, 0, 0);
		# A machine with less to do than when the call was timed is through with it before many a point.
		while ($tried < $points{$call} || !$hits && $tried < 20)
		{
			$tried++;
			my $delay = rand(0.9) * $seconds{$call};
			# A session that was cancelled goes on: one thread is left of it, and it can work.
			my $session = psql_start($node, "\\set VERBOSITY sqlstate\n$calls{$call};\n" .
				"SELECT 'threads', substring(pg_read_file('/proc/self/status') from 'Threads:\\s+(\\d+)')", name => 'long call');
			my $took = $node->safe_psql('postgres', "SELECT test.seconds_to_end('long call', $delay, '$way')");
			my ($status, $output, $error) = psql_finish($session);
			# The signal may come when the answer is out already.
			if ($took eq '' || $output =~ /^\Q$result{$call}\E$/m)
			{
				$stored = $node->safe_psql('postgres', $model);
				next;
			}
			$hits++;
			$worst = $took if $took > $worst;
			$wrong_state++ unless $error =~ ($way eq 'cancel' ? qr/ERROR: +57014/ : qr/FATAL: +57P01/);
			$wrong_state++ if $way eq 'cancel' && $output !~ /^threads\|1$/m;
		}
		cmp_ok($hits, '>', 0, "$way hit $call at $hits of $tried points");
		cmp_ok($worst, '<', 1, sprintf 'which ended within %.3f s', $worst);
		is($wrong_state, 0, 'with the right error');
	}
	is($node->safe_psql('postgres', $model), $stored, 'and left the models, and no lock');

	my $milliseconds = int(1000 * $seconds{$call} / 4) + 1;
	my $start = time;
	is(sqlstate($node, "SET statement_timeout = $milliseconds;\n$calls{$call}"), '57014', "statement_timeout ends $call");
	cmp_ok(time - $start, '<', 1 + $milliseconds / 1000, 'in time');
	is($node->safe_psql('postgres', $model), $stored, 'and leaves the models');
}

# A transaction that goes on behind a savepoint: the cancelled rebuild left nothing in it, and a second one may run.
is($node->safe_psql('postgres', qq{
		BEGIN;
		SET LOCAL statement_timeout = @{[ int(200 * $seconds{rebuild}) + 1 ]};
		DO 'BEGIN PERFORM shopsmart_rebuild_similarity(); EXCEPTION WHEN query_canceled THEN NULL; END';
		SET LOCAL statement_timeout = 0;
		$calls{rebuild};
		ROLLBACK}),
	$result{rebuild}, 'after a cancelled rebuild the same transaction can run the next one');
is($node->safe_psql('postgres', $model), $stored, 'which its rollback takes back');

for my $call (qw(rebuild refresh))
{
	# Again and again, so that it runs when the shutdown comes, however quick it is.
	my $session = psql_start($node, "\\set VERBOSITY sqlstate\nBEGIN;\n" . "$calls{$call};\n" x 100);
	$node->poll_query_until('postgres', 'SELECT count(*) = 1 FROM shopsmart_progress()') or die "no $call";
	usleep rand(0.5e6) * $seconds{$call};
	my $start = time;
	$node->stop('fast');
	cmp_ok(time - $start, '<', 5, sprintf 'a fast shutdown during a %s takes %.1f s', $call, time - $start);
	like((psql_finish($session))[2], qr/FATAL: +57P01/, 'and says so to the client');
	$node->start;
	is($node->safe_psql('postgres', $model), $stored, 'models and locks are as they were');
}
is($node->safe_psql('postgres', $calls{$_}), $result{$_}, "the next $_ works") for qw(rebuild refresh);
is(model_faults($node, qw(similarity baskets popularity trending)), '', 'the models are whole');

done_testing();
