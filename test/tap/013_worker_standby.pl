# A standby runs no jobs and answers every read; promoted, it runs them within ten seconds, also those that its primary had begun.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use PostgreSQL::Test::Cluster;
use ShopNode;
use Test::More;
use Time::HiRes qw(time sleep);

time_limit(180);

my $primary = shop_node('primary', streaming => 1, conf => "shared_preload_libraries = 'shopsmart'\nshopsmart.job_naptime = 1s\n");
fill_shop($primary, products => 200, users => 300, events => 6000);
$primary->poll_query_until('postgres', q{SELECT bool_and(last_success IS NOT NULL) FROM shopsmart.job_stats WHERE enabled}) or die 'no jobs';
$primary->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'base', has_streaming => 1);
$standby->append_conf('postgresql.conf', "max_standby_streaming_delay = 30s\n");
$standby->start;

# A standby that must confirm, and goes away, holds up no job.
$primary->append_conf('postgresql.conf', "synchronous_standby_names = '*'");
reload_settings($primary);
$primary->safe_psql('postgres', q{
	SET synchronous_commit = local;
	CREATE FUNCTION public.work(config jsonb) RETURNS bigint LANGUAGE sql AS $$SELECT 1::bigint FROM pg_sleep((config ->> 'seconds')::float8)$$;
	SELECT shopsmart_add_job('own', 'public.work', '1 second', '{"seconds": 0}', retry_pause => '2 seconds')});
$standby->stop;
my $runs = $primary->safe_psql('postgres', q{SELECT count(*) FROM shopsmart.job_runs});
ok($primary->poll_query_until('postgres', "SELECT count(*) >= $runs + 3 FROM shopsmart.job_runs WHERE status = 'succeeded'"), 'jobs do not wait for a standby that is not there');
my $start = time;
$primary->stop('fast');
cmp_ok(time - $start, '<', 5, 'nor does the shutdown');
$primary->append_conf('postgresql.conf', "synchronous_standby_names = ''");
$primary->start;
$standby->start;
$primary->wait_for_catchup($standby);

my $answers = answers($primary);
is($standby->safe_psql('postgres', q{SELECT count(*) FROM pg_stat_activity WHERE backend_type LIKE 'shopsmart%'}), '0', 'a standby has no launcher');
is(answers($standby), $answers, 'and answers every read like its primary');
is($standby->safe_psql('postgres', q{SELECT state, message FROM shopsmart_status() WHERE subject = 'workers'}), 'ok|a standby: jobs run on the primary', 'where shopsmart_status() says so');
is($standby->safe_psql('postgres', q{SELECT count(*) >= 5 FROM shopsmart.jobs}) . $standby->safe_psql('postgres', q{SELECT count(*) >= 5 FROM shopsmart.job_stats}), 'tt', 'its operator sees the jobs of the primary');
is(sqlstate($standby, $_), '25006', "25006: $_")
	for q{SELECT shopsmart_run_job('trending')}, q{SELECT shopsmart_alter_job('trending', '1 day')}, q{SELECT shopsmart_add_job('x', 'public.work', '1 day')}, q{SELECT shopsmart_drop_job('own')};

# The primary dies in the middle of a run.
$primary->safe_psql('postgres', q{SELECT shopsmart_alter_job('own', config => '{"seconds": 60}')});
$primary->poll_query_until('postgres', q{SELECT count(*) = 1 FROM shopsmart.job_runs WHERE job = 'own' AND status = 'running' AND started_at < now() - interval '1 second'}) or die 'no run';
$primary->safe_psql('postgres', q{SELECT shopsmart_alter_job('own', config => '{"seconds": 0}')});
$primary->wait_for_catchup($standby);
$primary->stop('immediate');
my $last = $standby->safe_psql('postgres', q{SELECT max(run_id) FROM shopsmart.job_runs});
$standby->promote;
$start = time;
$standby->poll_query_until('postgres', "SELECT count(*) > 0 FROM shopsmart.job_runs WHERE run_id > $last AND status IN ('succeeded', 'skipped')") or die 'no jobs';
cmp_ok(time - $start, '<', 10, sprintf 'a promoted standby runs jobs after %.1f s', time - $start);
is($standby->safe_psql('postgres', "SELECT status, sqlstate FROM shopsmart.job_runs WHERE job = 'own' AND run_id <= $last ORDER BY run_id DESC LIMIT 1"), 'failed|57P02', 'the run of the old primary is noted as cut off');

done_testing();
