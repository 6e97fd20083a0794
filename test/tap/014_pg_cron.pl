# The jobs through the real pg_cron, without workers, then beside them: each due job runs once.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ShopNode;
use Test::More;

my $library = `$ENV{PG_CONFIG} --pkglibdir` if $ENV{PG_CONFIG};
$library //= `pg_config --pkglibdir`;
chomp $library;
plan skip_all => "pg_cron is not installed in $library (Debian: postgresql-NN-cron)" unless -e "$library/pg_cron.so";

time_limit(600);

my $node = shop_node('main', conf => q{
	shared_preload_libraries = 'shopsmart, pg_cron'
	cron.database_name = 'postgres'
	cron.use_background_workers = on
	max_worker_processes = 30
	shopsmart.job_naptime = 1s
	shopsmart.job_launcher = off});
fill_shop($node, products => 200, users => 300, events => 6000);
is(sqlstate($node, 'SELECT shopsmart_schedule_with_pg_cron()'), '55000', '55000 without pg_cron');
$node->safe_psql('postgres', q{
	CREATE EXTENSION pg_cron;
	CREATE TABLE public.done (at timestamptz DEFAULT clock_timestamp());
	CREATE FUNCTION public.work(config jsonb) RETURNS bigint LANGUAGE plpgsql AS $$
	BEGIN
		INSERT INTO public.done DEFAULT VALUES;
		PERFORM pg_catalog.pg_sleep(0.5);
		RETURN 1;
	END $$;
	SELECT shopsmart_add_job('quote '' and "name"', 'public.work', '1 second');
	SELECT shopsmart_alter_job(job, '5 minutes') FROM shopsmart.jobs WHERE is_shipped;
	SELECT cron.schedule('of somebody else', '0 0 1 1 *', 'SELECT 1')});
is($node->safe_psql('postgres', 'SELECT shopsmart_schedule_with_pg_cron()'), '8', 'one entry a job');
is($node->safe_psql('postgres', 'SELECT shopsmart_schedule_with_pg_cron()'), '8', 'also when called twice');
is($node->safe_psql('postgres', q{SELECT count(*), count(DISTINCT jobname) FROM cron.job WHERE jobname LIKE 'shopsmart %'}), '8|8', 'there are no more');

ok($node->poll_query_until('postgres', q{SELECT count(*) = 7 FROM shopsmart.job_stats WHERE last_success IS NOT NULL}), 'every job that is on has run');
is($node->safe_psql('postgres', q{SELECT DISTINCT started_by FROM shopsmart.job_runs}), 'call', 'called by pg_cron');
is($node->safe_psql('postgres', q{SELECT count(*) FROM cron.job_run_details WHERE status = 'failed'}), '0', 'which saw no failure');
is(model_faults($node, qw(similarity baskets popularity trending)), '', 'every model is there');

# Both at once, while the minute turns.
$node->append_conf('postgresql.conf', 'shopsmart.job_launcher = on');
$node->reload;
my $calls = $node->safe_psql('postgres', 'SELECT count(*) FROM cron.job_run_details');
ok($node->poll_query_until('postgres', "SELECT count(*) >= $calls + 6 FROM cron.job_run_details WHERE status <> 'running'"), 'pg_cron went on');
ok($node->poll_query_until('postgres', q{SELECT count(*) > 5 FROM shopsmart.job_runs WHERE started_by = 'worker'}), 'and so did workers');
is($node->safe_psql('postgres', q{
		SELECT count(*) FROM shopsmart.job_runs a JOIN shopsmart.job_runs b ON a.job = b.job AND a.run_id < b.run_id
		WHERE tstzrange(a.started_at, a.finished_at) && tstzrange(b.started_at, b.finished_at) OR b.started_at < a.started_at + interval '1 second'}),
	'0', 'no two runs of a job overlap or share a period');
is($node->safe_psql('postgres', q{SELECT count(*) - (SELECT count(*) FROM shopsmart.job_runs WHERE job LIKE 'quote%' AND status = 'succeeded') FROM public.done}), '0', 'each success was done once');

# Away again; and after DROP EXTENSION the entries remove themselves.
is($node->safe_psql('postgres', 'SELECT shopsmart_unschedule_from_pg_cron()'), '8', 'unscheduled');
is($node->safe_psql('postgres', 'SELECT jobname FROM cron.job'), 'of somebody else', 'entries of others stay');
is($node->safe_psql('postgres', 'SELECT shopsmart_unschedule_from_pg_cron()'), '0', 'twice is fine');
$node->safe_psql('postgres', q{SELECT shopsmart_schedule_with_pg_cron(); UPDATE cron.job SET schedule = '* * * * *' WHERE jobname LIKE 'shopsmart %'; DROP EXTENSION shopsmart});
ok($node->poll_query_until('postgres', q{SELECT count(*) = 1 FROM cron.job}), 'without the extension entries remove themselves');
# (pg_cron calls a run cancelled whose entry went while it ran.)
is($node->safe_psql('postgres', q{SELECT DISTINCT return_message FROM cron.job_run_details WHERE status = 'failed' AND return_message !~ 'cancel'}), '', 'without an error');

done_testing();
