# The launcher, a job's worker and the postmaster are killed the hard way at random moments of jobs that run every second: the jobs are
# back within ten seconds, every success that is noted was done once, and the models are whole.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ShopNode;
use Test::More;
use Time::HiRes qw(time sleep usleep);

my $points = $ENV{SHOPSMART_CRASHES} // 20;
time_limit(120 + 3 * 20 * $points);
random_seed();

my $node = shop_node('main', conf => q{
	shared_preload_libraries = 'shopsmart'
	shopsmart.job_naptime = 1s
	restart_after_crash = on});
fill_shop($node, products => 200, users => 300, events => 6000);
$node->safe_psql('postgres', q{
	CREATE TABLE public.done (n bigint GENERATED ALWAYS AS IDENTITY);
	CREATE FUNCTION public.work(config jsonb) RETURNS bigint LANGUAGE plpgsql AS $$
	BEGIN
		INSERT INTO public.done DEFAULT VALUES;
		PERFORM pg_catalog.pg_sleep(0.8);
		RETURN 1;
	END $$;
	SELECT shopsmart_add_job('own', 'public.work', '1 second', retry_pause => '2 seconds');
	SELECT shopsmart_alter_job('trending', '3 seconds', retry_pause => '2 seconds', config => '{"force": true}')});

poll_through_restart($node, q{SELECT count(*) >= 3 FROM shopsmart.job_runs WHERE job = 'own' AND status = 'succeeded'});

sub children
{
	my ($parent) = @_;
	return split ' ', slurp_file("/proc/$parent/task/$parent/children");
}

sub postmaster { return (split /\n/, slurp_file($node->data_dir . '/postmaster.pid'))[0] }

sub is_a
{
	my ($pid, $kind) = @_;
	open my $file, '<', "/proc/$pid/cmdline" or return 0;
	local $/;
	return (<$file> // '') =~ /$kind/;
}

# Kills a process of that kind at a random moment of its life. A worker may be gone before that: then the next one.
sub kill_9
{
	my ($kind) = @_;
	my $end = time + 30;
	while (time < $end)
	{
		usleep 1000;
		my ($pid) = grep { is_a($_, $kind) } children(postmaster()) or next;
		my $moment = time + rand 0.8;
		usleep 1000 while time < $moment && is_a($pid, $kind);
		return if is_a($pid, $kind) && kill 9, $pid;
	}
	die "no $kind";
}

my %ways = (
	'the postmaster' => sub {
		my @children = children(postmaster());
		$node->kill9;
		usleep 10_000 while grep { kill 0, $_ } @children;
		$node->start;
	},
	'the launcher' => sub { kill_9('shopsmart launcher') },
	'a worker' => sub { kill_9('shopsmart job') });

my ($slowest, $cut_off) = (0, 0);
for my $way (sort keys %ways)
{
	for my $point (1 .. $points)
	{
		sleep rand 1;
		# Pauses that grow from point to point would leave the test waiting for something to kill.
		$cut_off += $node->safe_psql('postgres', q{WITH forgotten AS (DELETE FROM shopsmart.job_runs WHERE sqlstate = '57P02' RETURNING 1) SELECT count(*) FROM forgotten});
		my ($last, $now) = split /\|/, $node->safe_psql('postgres', 'SELECT max(run_id), clock_timestamp() FROM shopsmart.job_runs');
		$ways{$way}->();
		my $start = time;
		# The crash of a process restarts all of them; before it does, the server may still answer.
		poll_through_restart($node, "SELECT count(*) = 1 FROM pg_stat_activity WHERE backend_type = 'shopsmart launcher' AND backend_start > '$now'");
		poll_through_restart($node, "SELECT count(*) > 0 FROM shopsmart.job_runs WHERE run_id > $last AND status = 'succeeded'");
		my $seconds = time - $start;
		$slowest = $seconds if $seconds > $slowest;
		cmp_ok($seconds, '<', 10, sprintf 'point %d, kill -9 of %s: jobs succeed again after %.1f s', $point, $way, $seconds);
		my $state = $node->safe_psql('postgres', q{
			SELECT (SELECT count(*) FROM public.done) = (SELECT count(*) FROM shopsmart.job_runs WHERE job = 'own' AND status = 'succeeded'),
				(SELECT count(*) <= 1 FROM shopsmart.job_runs r WHERE status = 'running' AND EXISTS (SELECT FROM shopsmart.job_runs n WHERE n.job = r.job AND n.run_id > r.run_id)),
				(SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'shopsmart launcher')});
		is($state, 't|t|1', 'nothing lost, nothing doubled, one launcher');
		is(model_faults($node, 'trending'), '', 'every model is one generation');
	}
}
diag sprintf 'slowest return: %.1f s', $slowest;
is($node->safe_psql('postgres', q{SELECT count(*) FROM shopsmart.job_runs WHERE status = 'failed' AND sqlstate <> '57P02'}), '0', 'no run failed for another reason');
cmp_ok($cut_off, '>', $points, 'runs that were cut off are noted');

done_testing();
