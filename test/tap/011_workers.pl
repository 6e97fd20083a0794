# The launcher and its workers, preloaded, with periods of a second: jobs run unattended, and every fault of a job, a process, a
# database or the extension is survived, recorded and made up for.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ShopNode;
use Test::More;
use Time::HiRes qw(time sleep);

time_limit(600);

my $node = shop_node('main', conf => q{
	shared_preload_libraries = 'shopsmart'
	shopsmart.job_naptime = 1s
	shopsmart.job_workers = 4
	max_worker_processes = 12
	log_line_prefix = '%m [%p] %b '});
fill_shop($node, products => 200, users => 300, events => 6000);

sub launcher { return $node->safe_psql('postgres', q{SELECT pid FROM pg_stat_activity WHERE backend_type = 'shopsmart launcher'}) }

# Waits until a query gives true, and returns the seconds that took.
sub wait_for
{
	my ($sql, %options) = @_;
	my $start = time;
	$node->poll_query_until($options{database} // 'postgres', $sql, 't') or die "waited in vain for $sql";
	return time - $start;
}

sub log_since
{
	my ($position) = @_;
	return substr slurp_file($node->logfile), $position;
}

# A job of the shop's own that adds a row a run and takes as long as its configuration says.
my $own_job = q{
	CREATE TABLE IF NOT EXISTS public.done (at timestamptz DEFAULT clock_timestamp());
	CREATE OR REPLACE FUNCTION public.work(config jsonb) RETURNS bigint LANGUAGE plpgsql AS $$
	BEGIN
		INSERT INTO public.done DEFAULT VALUES;
		PERFORM pg_catalog.pg_sleep(coalesce((config ->> 'seconds')::float8, 0));
		IF config ? 'error' THEN RAISE EXCEPTION '%', config ->> 'error'; END IF;
		RETURN 1;
	END $$;
	SELECT shopsmart_add_job('own', 'public.work', '1 second', retry_pause => '2 seconds')};
my $own = q{(SELECT r FROM shopsmart.job_runs r WHERE job = 'own' ORDER BY run_id DESC LIMIT 1)};
my $running = q{SELECT count(*) = 1 FROM shopsmart.job_runs WHERE job = 'own' AND status = 'running' AND started_at > now() - interval '1 minute'};

sub alter_own
{
	my ($arguments, %options) = @_;
	$node->safe_psql($options{database} // 'postgres', "SELECT shopsmart_alter_job('own', $arguments)");
	return;
}

sub has_failed { return "SELECT count(*) > 0 FROM shopsmart.job_runs WHERE job = 'own' AND status = 'failed' AND sqlstate = '$_[0]'" }

# Waits for a successful run that starts later than now.
sub goes_on
{
	my ($test, %options) = @_;
	my $now = $node->safe_psql('postgres', 'SELECT clock_timestamp()');
	my $seconds = wait_for("SELECT count(*) > 0 FROM shopsmart.job_runs WHERE job = 'own' AND status = 'succeeded' AND started_at > '$now'", %options);
	cmp_ok($seconds, '<', $options{within} // 10, sprintf '%s: the job runs again after %.1f s', $test, $seconds);
	return;
}

sub once_each
{
	my ($test, %options) = @_;
	is($node->safe_psql($options{database} // 'postgres', q{SELECT (SELECT count(*) FROM public.done) = (SELECT count(*) FROM shopsmart.job_runs WHERE job = 'own' AND status = 'succeeded')}),
		't', "$test: as many successes as there was work done");
	return;
}

# A run of 30 seconds that is in the middle of its work.
sub start_long_run
{
	my (%options) = @_;
	alter_own(q{config => '{"seconds": 30}'}, %options);
	wait_for($running, %options);
	wait_for(q{SELECT count(*) = 1 FROM pg_stat_activity WHERE query = 'shopsmart job own' AND wait_event = 'PgSleep' AND datname = current_database()}, %options);
	return $node->safe_psql($options{database} // 'postgres', q{SELECT pid FROM pg_stat_activity WHERE query = 'shopsmart job own' AND datname = current_database()});
}

# Unattended.
my $seconds = wait_for(q{SELECT bool_and(last_success IS NOT NULL) FROM shopsmart.job_stats WHERE enabled});
cmp_ok($seconds, '<', 30, sprintf 'the shipped jobs ran by themselves within %.1f s', $seconds);
is($node->safe_psql('postgres', q{SELECT DISTINCT started_by FROM shopsmart.job_runs}), 'worker', 'in workers');
is(model_faults($node, qw(similarity baskets popularity trending)), '', 'and built every model');
# (It has both for the moment in which it lists the databases.)
ok($node->poll_query_until('postgres', q{SELECT datname IS NULL, backend_xmin IS NULL AND backend_xid IS NULL, (SELECT count(*) FROM pg_locks l WHERE l.pid = a.pid)
	FROM pg_stat_activity a WHERE backend_type = 'shopsmart launcher'}, 't|t|0'), 'the launcher is in no database and holds no snapshot and no lock');
$node->safe_psql('postgres', $own_job);
goes_on('a job of the shop');
is(sqlstate($node, q{SET ROLE pg_monitor; SELECT shopsmart_run_job('own')}), '42501', 'others have no business with it');

# Errors, cancels, limits: recorded, told once, tried again.
my $log = -s $node->logfile;
alter_own(q{config => '{"error": "no luck"}'});
wait_for(q{SELECT failures_in_a_row >= 2 FROM shopsmart.job_stats WHERE job = 'own'});
is($node->safe_psql('postgres', "SELECT ($own).status, ($own).sqlstate, ($own).message"), 'failed|P0001|no luck', 'an error is recorded');
my @lines = log_since($log) =~ /job "own" failed: no luck/g;
is(scalar @lines, 1, 'and one line of the log tells of it');
alter_own(q{config => '{"error": null}'});
goes_on('after errors', within => 20);
# (A run keeps the configuration that it began with; the next one must not be as long.)
my $pid = start_long_run();
alter_own(q{config => '{"seconds": null}'});
is($node->safe_psql('postgres', "SELECT pg_cancel_backend($pid)"), 't', 'a run is cancelled');
wait_for(has_failed('57014'));
goes_on('after a cancel');
alter_own(q{config => '{"seconds": 30}', max_runtime => '1 second'});
wait_for(has_failed('53400'));
pass('a run that takes too long is cancelled');
alter_own(q{config => '{"seconds": null}', max_runtime => '1 hour'});
goes_on('after its limit', within => 20);
$pid = start_long_run();
alter_own(q{config => '{"seconds": null}'});
$node->safe_psql('postgres', "SELECT pg_terminate_backend($pid)");
wait_for(has_failed('57P02'));
pass('a terminated run is found to be cut off');
goes_on('after SIGTERM of a worker');
once_each('errors');

# The launcher ends; its workers do not, and get no second beside them.
for my $signal (qw(TERM INT))
{
	$pid = start_long_run();
	my $launcher = launcher();
	kill $signal, $launcher;
	$seconds = wait_for("SELECT count(*) = 1 FROM pg_stat_activity WHERE backend_type = 'shopsmart launcher' AND pid <> $launcher");
	cmp_ok($seconds, '<', 10, sprintf 'SIG%s: another launcher after %.1f s', $signal, $seconds);
	sleep 2.5;
	is($node->safe_psql('postgres', "SELECT count(*), min(pid) = $pid FROM pg_stat_activity WHERE backend_type = 'shopsmart job' AND datname = 'postgres'"), '1|t', 'the run goes on alone');
	alter_own(q{config => '{"seconds": null}'});
	$node->safe_psql('postgres', "SELECT pg_cancel_backend($pid)");
	goes_on("after SIG$signal of the launcher", within => 20);
}

# What an operator is told of that.
my $status = q{SELECT state FROM shopsmart_status() WHERE subject = 'workers'};
is($node->safe_psql('postgres', $status), 'ok', 'shopsmart_status() sees the launcher');
my $launcher = launcher();
kill 'TERM', $launcher;
wait_for("SELECT count(*) = 0 FROM pg_stat_activity WHERE pid = $launcher");
is($node->safe_psql('postgres', $status), 'error', 'and misses it');
wait_for("SELECT count(*) = 1 FROM pg_stat_activity WHERE backend_type = 'shopsmart launcher'");

# Settings are read again.
$node->append_conf('postgresql.conf', 'shopsmart.job_launcher = off');
reload_settings($node);
sleep 2.5;
my $runs = $node->safe_psql('postgres', 'SELECT count(*) FROM shopsmart.job_runs');
sleep 2.5;
is($node->safe_psql('postgres', 'SELECT count(*) FROM shopsmart.job_runs'), $runs, 'no runs while the launcher is off');
is($node->safe_psql('postgres', $status), 'warn', 'of which shopsmart_status() warns');
$node->append_conf('postgresql.conf', 'shopsmart.job_launcher = on');
reload_settings($node);
goes_on('after it is on again');

# A run by hand and the worker: one of them. (The call is refused while a worker has the job.)
my $session = $node->background_psql('postgres');
$session->query_safe(q{
	BEGIN;
	DO $$
	BEGIN
		WHILE NOT EXISTS (SELECT FROM shopsmart_run_job('own', only_if_due => true)) LOOP
			PERFORM pg_sleep(0.01);
		END LOOP;
	END $$});
my $before = $node->safe_psql('postgres', q{SELECT count(*) FROM shopsmart.job_runs WHERE job = 'own'});
sleep 3;
is($node->safe_psql('postgres', q{SELECT count(*) FROM shopsmart.job_runs WHERE job = 'own'}), $before, 'while a call runs the job, no worker does');
$session->query_safe('COMMIT');
$session->quit;
goes_on('after the call');
once_each('calls and workers');

# What a database sets as defaults for everybody does not stop its jobs.
$node->safe_psql('postgres', q{
	ALTER DATABASE postgres SET default_transaction_read_only = on; ALTER DATABASE postgres SET default_transaction_isolation = 'serializable';
	ALTER DATABASE postgres SET lock_timeout = '1ms'; ALTER DATABASE postgres SET search_path = nowhere});
goes_on('with odd defaults');
$node->safe_psql('postgres', 'SET default_transaction_read_only = off; ALTER DATABASE postgres RESET ALL');

# A second database, and what may become of it.
$node->safe_psql('postgres', 'CREATE DATABASE second');
$node->safe_psql('second', 'CREATE EXTENSION shopsmart; SELECT shopsmart_setup()');
$node->safe_psql('second', $own_job);
goes_on('a new database', database => 'second');
$node->safe_psql('postgres', 'ALTER DATABASE second RENAME TO renamed');
goes_on('a renamed database', database => 'renamed');
$node->safe_psql('postgres', 'ALTER DATABASE renamed ALLOW_CONNECTIONS false');
sleep 2.5;
$log = -s $node->logfile;
sleep 2.5;
unlike(log_since($log), qr/FATAL/, 'a database that allows no connections is left alone');
$node->safe_psql('postgres', 'ALTER DATABASE renamed ALLOW_CONNECTIONS true');
goes_on('a database that allows them again', database => 'renamed');
$node->safe_psql('postgres', 'ALTER DATABASE renamed IS_TEMPLATE true');
sleep 2.5;
$before = $node->safe_psql('renamed', 'SELECT count(*) FROM shopsmart.job_runs');
sleep 2.5;
is($node->safe_psql('renamed', 'SELECT count(*) FROM shopsmart.job_runs'), $before, 'a template is left alone');
$node->safe_psql('postgres', 'CREATE DATABASE copy TEMPLATE renamed');
goes_on('a copy of it', database => 'copy');
$node->safe_psql('postgres', 'ALTER DATABASE renamed IS_TEMPLATE false');
alter_own(q{enabled => false}, database => 'renamed');
sleep 2;
is(sqlstate($node, 'DROP DATABASE renamed'), '', 'an idle database is dropped');
start_long_run(database => 'copy');
my $start = time;
is(sqlstate($node, 'DROP DATABASE copy WITH (FORCE)'), '', 'one with a running job is dropped by force');
cmp_ok(time - $start, '<', 5, sprintf 'in %.1f s', time - $start);
$log = -s $node->logfile;
sleep 3;
unlike(log_since($log), qr/FATAL|ERROR/, 'nobody asks for them any more');
goes_on('after other databases went');

# DROP EXTENSION in the middle of a run, and while readers read.
start_long_run();
my $done = $node->safe_psql('postgres', 'SELECT count(*) FROM public.done');
$start = time;
is(sqlstate($node, 'DROP EXTENSION shopsmart'), '', 'DROP EXTENSION during a run');
cmp_ok(time - $start, '<', 5, sprintf 'takes %.1f s', time - $start);
is($node->safe_psql('postgres', 'SELECT count(*) FROM public.done'), $done, 'the work of that run is undone');
$log = -s $node->logfile;
sleep 3;
unlike(log_since($log), qr/ERROR|FATAL/, 'without the extension nothing happens, nor is anything said');
is($node->safe_psql('postgres', q{SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'shopsmart job' AND state IS NOT NULL}), '0', 'no worker stays');
$node->safe_psql('postgres', 'CREATE EXTENSION shopsmart; SELECT shopsmart_setup(); TRUNCATE public.done');
$node->safe_psql('postgres', $own_job);
goes_on('a new extension');

# Shutdown does not wait for a job.
start_long_run();
alter_own(q{config => '{"seconds": null}'});
$start = time;
$node->stop('fast');
cmp_ok(time - $start, '<', 5, sprintf 'a fast shutdown during a run takes %.1f s', time - $start);
$node->start;
goes_on('after a restart');
once_each('restarts');

# No process is free.
$node->append_conf('postgresql.conf', "max_worker_processes = 2\nmax_parallel_workers = 0\nmax_logical_replication_workers = 0");
$node->stop;
$node->append_conf('postgresql.conf', 'max_worker_processes = 1') unless $node->pg_version >= 16;
$log = -s $node->logfile;
$node->start;
SKIP:
{
	wait_for(q{SELECT count(*) <= 1 FROM pg_stat_activity WHERE backend_type = 'shopsmart launcher'});
	sleep 5;
	@lines = log_since($log) =~ /WARNING: +no background worker is free for the jobs of shopsmart/g;
	skip 'this version has a process to spare', 1 unless @lines;
	is(scalar @lines, 1, 'without a free process there is one warning');
	like(log_since($log), qr/HINT: +Raise max_worker_processes/, 'with a hint');
}
$node->append_conf('postgresql.conf', 'max_worker_processes = 12');
$node->restart;
goes_on('with processes again');

# A thousand visits (SHOPSMART_VISITS) leave the launcher as it is.
alter_own(q{enabled => false});
my $visits = $ENV{SHOPSMART_VISITS} // 60;
my $databases = 8;
$node->safe_psql('postgres', "CREATE DATABASE idle_$_") for 1 .. $databases;
$node->append_conf('postgresql.conf', "shopsmart.job_workers = 10\nlog_min_messages = debug1");
$node->reload;
sleep 3;
sub memory { return (slurp_file('/proc/' . launcher() . '/status') =~ /^RssAnon:\s+(\d+)/m)[0] }
sub visits_made { my $count = () = slurp_file($node->logfile) =~ /registering background worker "shopsmart job"/g; return $count }
my ($memory, $made) = (memory(), visits_made());
sleep 1 while visits_made() < $made + $visits;
cmp_ok(memory() - $memory, '<=', 64, (visits_made() - $made) . ' visits: the launcher has grown by ' . (memory() - $memory) . ' kB');
my $now = $node->safe_psql('postgres', 'SELECT clock_timestamp()');
ok($node->poll_query_until('postgres', "SELECT count(*) = 0 FROM pg_stat_activity WHERE datname LIKE 'idle%' AND backend_start < '$now'"), 'no visitor stays');

# Idle: at most one wake-up a second.
$node->append_conf('postgresql.conf', "shopsmart.job_naptime = 1h\nlog_min_messages = warning");
$node->reload;
sleep 3;
sub wake_ups { return (slurp_file('/proc/' . launcher() . '/status') =~ /^voluntary_ctxt_switches:\s+(\d+)/m)[0] }
my $woken = wake_ups();
sleep 10;
cmp_ok(wake_ups() - $woken, '<=', 11, 'idle for ten seconds: woken up ' . (wake_ups() - $woken) . ' times');

done_testing();
