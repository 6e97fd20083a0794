# Jobs in a cluster: what was altered comes through dump and restore and the jobs go on, a cancelled call leaves nothing, a run that a
# crash cut off is noted, nothing runs on a standby, and a shop whose owner is no superuser has its jobs run with that owner's rights.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ShopNode;
use Test::More;

time_limit(180);

my $node = shop_node('main', conf => "restart_after_crash = on\nmax_prepared_transactions = 2\n");
fill_shop($node, products => 200, users => 300, events => 6000);

sub run_job
{
	my ($arguments, %options) = @_;
	return $node->safe_psql($options{database} // 'postgres', ($options{before} // '') . "SELECT status, sqlstate FROM shopsmart_run_job($arguments)");
}

# A failure, recorded from inside; a cancel of the caller, which is none.
$node->safe_psql('postgres', q{
	CREATE FUNCTION public.rest(config jsonb) RETURNS bigint LANGUAGE sql AS $$SELECT 1::bigint FROM pg_sleep(60)$$;
	SELECT shopsmart_add_job('rest', 'public.rest', '1 day', max_runtime => '1 second')});
is(run_job(q{'rest'}), 'failed|53400', 'a job that takes too long');
is(sqlstate($node, q{SET statement_timeout = '200ms'; SELECT shopsmart_run_job('rest')}), '57014', 'a caller with less time');
is($node->safe_psql('postgres', q{SELECT count(*) FROM shopsmart.job_runs WHERE job = 'rest'}), '1', 'leaves no run');
is(run_job(q{'rest'}, before => q{SET statement_timeout = '20s'; }), 'failed|53400', 'one with more time is told of the job\'s limit');
is($node->safe_psql('postgres', q{SET statement_timeout = '3s'; SELECT shopsmart_run_job('history') \g /dev/null
	SELECT 'alive' FROM pg_sleep(1.5)}), 'alive', 'a limit ends with its job');
is(sqlstate($node, q{BEGIN; SELECT shopsmart_run_job('trending'); PREPARE TRANSACTION 'run'; ROLLBACK PREPARED 'run'}), '', 'a run in a prepared transaction');

# Dump and restore, strictly, of what an operator altered, with partitions that a job made and one that retention dropped.
$node->safe_psql('postgres', q{
	SELECT shopsmart_alter_job('similarity', schedule => '12 hours', config => '{"min_change": 0.5}');
	SELECT shopsmart_alter_job('retention', enabled => true, config => '{"keep": "20 years"}');
	SELECT shopsmart_add_partitions('2001-01-01', '2001-02-01');
	SELECT shopsmart_run_job('retention');
	SELECT shopsmart_track('stray', 1, occurred_at => now() - interval '5 months');
	SELECT shopsmart_run_job('partitions');
	SELECT shopsmart_run_job('trending'); SELECT shopsmart_run_job('similarity'); SELECT shopsmart_run_job('search'); SELECT shopsmart_run_job('search_log')});
my $dump = PostgreSQL::Test::Utils::tempdir . '/shop.dump';
$node->safe_psql('postgres', 'CREATE DATABASE restored');
$node->command_ok([ 'pg_dump', '-Fc', '-f', $dump, $node->connstr('postgres') ], 'dump');
$node->command_ok([ 'pg_restore', '--single-transaction', '--exit-on-error', '-d', $node->connstr('restored'), $dump ], 'strict restore');
my $jobs = 'SELECT * FROM shopsmart.jobs';
is($node->safe_psql('restored', $jobs), $node->safe_psql('postgres', $jobs), 'every job is as it was altered');
is($node->safe_psql('restored', 'SELECT count(*) FROM shopsmart.job_runs'), '0', 'runs are not dumped');
is($node->safe_psql('restored', q{SELECT job FROM shopsmart.job_stats WHERE next_start <= clock_timestamp() ORDER BY 1}), "history\npartitions\nrest\nretention\nsearch\nsearch_log\nsimilarity\ntrending", 'so every job that is on is due');
is(run_job(q{'similarity'}, database => 'restored'), 'succeeded|', 'models are built anew, whatever their share of change');
is(run_job(q{'partitions'}, database => 'restored'), 'succeeded|', 'and the jobs go on');
is($node->safe_psql('restored', 'SELECT count(*) FROM shop.events'), $node->safe_psql('postgres', 'SELECT count(*) FROM shop.events'), 'with every event');
$node->safe_psql('restored', 'DROP EXTENSION shopsmart');
is($node->safe_psql('restored', q{SELECT count(*) FROM pg_class WHERE relname LIKE 'job%'}), '0', 'DROP EXTENSION leaves no job');

# A worker's run that the server's end cut off.
$node->safe_psql('postgres', q{SELECT shopsmart_alter_job('rest', enabled => false)});
my $worker = psql_start($node, q{
	SELECT job FROM shopsmart.start_due_run(clock_timestamp() + interval '1 year') \gset
	SELECT pg_sleep(60)});
$node->poll_query_until('postgres', q{SELECT count(*) = 1 FROM shopsmart.job_runs WHERE status = 'running'}) or die 'no run';
my $job = $node->safe_psql('postgres', q{SELECT job FROM shopsmart.job_runs WHERE status = 'running'});
is($node->safe_psql('postgres', "SELECT count(*) FROM shopsmart_run_job('$job', only_if_due => true)"), '0', 'while it runs nobody else runs it');
is(sqlstate($node, "SELECT shopsmart_run_job('$job')"), '55P03', '55P03 for who insists');
$node->stop('immediate');
psql_finish($worker);
$node->start;
is($node->safe_psql('postgres', "SELECT last_status FROM shopsmart.job_stats WHERE job = '$job'"), 'running', 'after the crash the run is still noted');
is($node->safe_psql('postgres', 'SELECT job IS NULL FROM shopsmart.start_due_run(clock_timestamp())'), 't', 'the next worker finds it cut off and leaves it a pause');
is($node->safe_psql('postgres', "SELECT last_status, last_sqlstate, failures_in_a_row FROM shopsmart.job_stats WHERE job = '$job'"), 'failed|57P02|1', 'which is a failure');
is(run_job("'$job', force => true"), 'succeeded|', 'and it can be run');

# A shop of a role that is no superuser, with a trigger that would like to be one.
$node->safe_psql('postgres', q{
	CREATE ROLE shopkeeper LOGIN; CREATE ROLE clerk LOGIN; CREATE DATABASE kept});
$node->safe_psql('kept', q{
	CREATE EXTENSION shopsmart;
	GRANT CREATE ON DATABASE kept TO shopkeeper;
	GRANT USAGE ON SCHEMA shopsmart TO shopkeeper; GRANT ALL ON shopsmart.shop TO shopkeeper;
	GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA shopsmart, public TO shopkeeper;
	SET ROLE shopkeeper; SELECT shopsmart_setup(); RESET ROLE;
	SELECT shopsmart_grant('shopkeeper', 'admin'); SELECT shopsmart_grant('clerk', 'admin');
	INSERT INTO shop.products (product_id, name) VALUES (1, 'one');
	SELECT shopsmart_track('ana', 1, occurred_at => now() - interval '5 months');
	SET ROLE shopkeeper;
	CREATE TABLE shop.seen (name text);
	CREATE FUNCTION shop.spy() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN INSERT INTO shop.seen VALUES (current_user); RETURN NEW; END$$;
	CREATE TRIGGER spy AFTER DELETE ON shop.events FOR EACH ROW EXECUTE FUNCTION shop.spy()});
is(run_job(q{'partitions'}, database => 'kept'), 'succeeded|', 'a superuser runs a job of a shop that is not his');
is($node->safe_psql('kept', 'SELECT DISTINCT name FROM shop.seen'), 'shopkeeper', 'triggers run with the rights of the shop\'s owner');
is(run_job(q{'trending'}, database => 'kept', before => 'SET ROLE shopkeeper; '), 'succeeded|', 'the owner runs it');
is(run_job(q{'similarity'}, database => 'kept', before => 'SET ROLE clerk; '), 'succeeded|', 'so does an admin');
is(run_job(q{'partitions'}, database => 'kept', before => 'SET ROLE clerk; '), 'failed|42501', 'with his own rights, which do not suffice for partitions');
is(sqlstate($node, q{SET ROLE clerk; SELECT shopsmart_alter_job('trending', '1 day')}, database => 'kept'), '42501', 'but he does not alter them');

done_testing();
