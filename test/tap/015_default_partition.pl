# A default partition full of events becomes the partition of their time while events of every time are written, read and deleted: nobody
# ever sees one missing or doubled, nobody waits long, and a cancel or a crash in the middle leaves it as it was.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ShopNode;
use Test::More;
use Time::HiRes qw(sleep);

time_limit(240);

my $imported = 200_000;
my $node = shop_node('main', conf => "log_lock_waits = on\ndeadlock_timeout = 100ms\nsynchronous_commit = off\nrestart_after_crash = on\n");
fill_shop($node, products => 100, users => 1000, events => 5000);

# What an import of old events leaves, when nobody made their partitions before: eight months in the default partition.
$node->safe_psql('postgres', qq{
	SET session_replication_role = replica;
	INSERT INTO shop.events (user_id, product_id, event_type, occurred_at, session_id)
	SELECT 1 + i % 1000, 1 + i % 100, 'view', now() - interval '6 months' - i * interval '8 months' / $imported, 'imported' FROM generate_series(1, $imported) i;
	ANALYZE});
my $default = q{SELECT count(*) FROM shop.events_default};
my $retire = q{SELECT shopsmart.retire_default_partition(10000)};
is($node->safe_psql('postgres', $default), $imported, 'the imported events are in the default partition');

my $status = q{SELECT state, hint FROM shopsmart_status() WHERE subject = 'partitions'};
ok($node->poll_query_until('postgres', $status, q{warn|SELECT shopsmart_run_job('partitions')}), 'which shopsmart_status() warns of');

# Cut off in the middle, after the exchange and before the commit.
is(sqlstate($node, "BEGIN; $retire; SET LOCAL statement_timeout = '1s'; SELECT pg_sleep(60)"), '57014', 'a cancel');
is($node->safe_psql('postgres', $default), $imported, 'leaves the default partition as it was');
my $session = psql_start($node, "BEGIN; $retire; SELECT pg_sleep(60)", name => 'in the middle');
$node->poll_query_until('postgres', q{SELECT count(*) = 1 FROM pg_stat_activity WHERE application_name = 'in the middle' AND wait_event = 'PgSleep'}) or die 'no middle';
$node->stop('immediate');
psql_finish($session);
$node->start;
is($node->safe_psql('postgres', $default), $imported, 'so does a crash');
is($node->safe_psql('postgres', q{SELECT count(*) FROM pg_class WHERE relname LIKE 'events_before%'}), '0', 'and nothing else');

# Each writer counts what it wrote; each reader counts what must not change.
my $folder = PostgreSQL::Test::Utils::tempdir;
my %scripts = (
	writer => q{
		\set u random(1, 2000)
		\set month random(0, 20)
		SELECT shopsmart_track('writer ' || :u, 1 + :u % 100, occurred_at => now() - make_interval(months => :month), session_id => 'written');
		INSERT INTO shop.events (user_id, product_id, event_type, occurred_at, session_id) VALUES (1 + :u % 500, 1, 'view', now() - make_interval(months => :month), 'written');
	},
	reader => qq{
		\\set u random(1, 500)
		SELECT 1 / (count(*) = $imported / 1000)::int FROM shop.events WHERE user_id = :u AND session_id = 'imported';
		SELECT 1 / (count(*) = 20)::int FROM shopsmart_recommend('u' || :u, 20);
	},
	counter => qq{
		SELECT 1 / (count(*) = $imported / 2)::int FROM shop.events WHERE user_id <= 500 AND session_id = 'imported';
		SELECT 1 / (sum(events_read) > $imported / 2)::int FROM shopsmart_rebuild_similarity('3 years');
	},
	deleter => q{
		\set u random(501, 1000)
		SELECT shopsmart_erase_user('u' || :u);
	});
append_to_file("$folder/$_.sql", $scripts{$_}) for keys %scripts;

sub start_load
{
	my ($script, @options) = @_;
	local $ENV{PGAPPNAME} = $script;
	return {
		script => $script,
		run => IPC::Run::start([ $node->installed_command('pgbench'), '-n', '-f', "$folder/$script.sql", '-T', 6, @options, $node->connstr('postgres') ],
			'<', '/dev/null', '>', "$folder/$script.out", '2>', "$folder/$script.err") };
}

sub finish_load
{
	my ($load) = @_;
	my $good = $load->{run}->finish;
	my ($output, $error) = map { slurp_file("$folder/$load->{script}.$_") } qw(out err);
	my ($made) = $output =~ /transactions actually processed: (\d+)/;
	ok($good, "$load->{script}: no error in " . ($made // 'all') . ' transactions') or diag $output, $error;
	return $made // 0;
}

my $log = -s $node->logfile;
my @loads = (start_load('writer', '-c', 4), start_load('reader', '-c', 4), start_load('counter', '-c', 1, '-R', 4), start_load('deleter', '-c', 1, '-R', 20));
sleep 1;
my $outcome = $node->safe_psql('postgres', q{SELECT status, message FROM shopsmart_run_job('partitions')});
like($outcome, qr/^succeeded\|.*events_before_20\d\d_\d\d was the default partition$/, "the job: $outcome");
my %made = map { $_->{script} => finish_load($_) } @loads;

is($node->safe_psql('postgres', q{SELECT count(*) FROM shop.events WHERE session_id = 'written' AND user_id NOT BETWEEN 501 AND 1000}), 2 * $made{writer}, 'every event that was written is there once');
is($node->safe_psql('postgres', q{SELECT count(*) FROM shop.events e WHERE NOT EXISTS (SELECT FROM shop.users u WHERE u.user_id = e.user_id)}), '0', 'none of a user who was erased');
is($node->safe_psql('postgres', $default), '0', 'the default partition is empty');
is($node->safe_psql('postgres', $status), 'ok|', 'and the warning gone');
is($node->safe_psql('postgres', q{SELECT count(*) - count(DISTINCT event_id) FROM shop.events}), '0', 'no event is there twice');
my @waits = sort { $b <=> $a } map {/\] (?:reader|writer|deleter|counter) .*process \d+ acquired \w+ on .* after ([\d.]+) ms/} split /\n/, substr slurp_file($node->logfile), $log;
cmp_ok($waits[0] // 0, '<=', 400, 'longest wait for a lock: ' . ($waits[0] // 'less than 100') . ' ms');

# The new partition is like any other: keys, rights of the parent, dump and restore.
is(sqlstate($node, q{INSERT INTO shop.events (user_id, product_id, event_type, occurred_at) VALUES (-1, 1, 'view', '2001-01-01')}), '23503', 'its foreign keys hold');
is($node->safe_psql('postgres', q{SELECT count(*) FROM pg_constraint WHERE conrelid IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = 'shop.events'::regclass) AND contype = 'f' AND (NOT convalidated OR conparentid = 0)}), '0', 'as those of every partition');
my $dump = "$folder/shop.dump";
$node->safe_psql('postgres', 'CREATE DATABASE restored');
$node->command_ok([ 'pg_dump', '-Fc', '-f', $dump, $node->connstr('postgres') ], 'dump');
$node->command_ok([ 'pg_restore', '--single-transaction', '--exit-on-error', '-d', $node->connstr('restored'), $dump ], 'strict restore');
my $count = 'SELECT tableoid::regclass::text AS partition, count(*) FROM shop.events GROUP BY 1 ORDER BY 1';
is($node->safe_psql('restored', $count), $node->safe_psql('postgres', $count), 'every event in its partition');

done_testing();
