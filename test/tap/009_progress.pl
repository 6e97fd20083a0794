# A rebuild and a refresh can be watched from another session while they run, by those who may, and are gone from sight at their end,
# however it comes.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use PostgreSQL::Test::Cluster;
use ShopNode;
use Test::More;

time_limit(240);

my $node = shop_node('main', conf => "max_wal_size = 4GB\n");
fill_shop($node, products => 20_000, users => 20_000, events => 400_000, bare => 1);
$node->safe_psql('postgres', q{
	CREATE ROLE worker LOGIN; CREATE ROLE friend LOGIN; CREATE ROLE stranger LOGIN; CREATE ROLE monitor LOGIN; CREATE ROLE keeper LOGIN;
	SELECT shopsmart_grant('worker', 'admin'), shopsmart_grant('friend', 'read'), shopsmart_grant('stranger', 'read'), shopsmart_grant('monitor', 'read'), shopsmart_grant('keeper', 'admin');
	GRANT worker TO friend;
	GRANT pg_read_all_stats TO monitor;
	CREATE DATABASE elsewhere});
$node->safe_psql('elsewhere', 'CREATE EXTENSION shopsmart');
is($node->safe_psql('postgres', 'SELECT count(*) FROM shopsmart.progress'), '0', 'nothing runs');

# Every phase that a watcher sees within the run, in the order in which it saw them.
my $watch = q{
	SET client_min_messages = notice;
	DO $$
	DECLARE
		seen record;
		last_phase text := '';
		last_done bigint := 0;
	BEGIN
		-- First wait for it, then watch until it is gone.
		WHILE NOT EXISTS (SELECT FROM shopsmart.progress) LOOP PERFORM pg_stat_clear_snapshot(), pg_sleep(0.001); END LOOP;
		LOOP
			PERFORM pg_stat_clear_snapshot(), pg_sleep(0.001);
			SELECT * INTO seen FROM shopsmart.progress;
			EXIT WHEN NOT FOUND;
			IF seen.phase <> last_phase THEN
				RAISE NOTICE 'phase %: %', seen.task, seen.phase;
				last_phase := seen.phase;
				last_done := 0;
			END IF;
			IF seen.total > 0 AND seen.done > seen.total THEN RAISE NOTICE 'beyond its end: % of % in %', seen.done, seen.total, seen.phase; END IF;
			IF seen.done < last_done THEN RAISE NOTICE 'backwards: % after % in %', seen.done, last_done, seen.phase; END IF;
			IF seen.started_at > clock_timestamp() OR seen.started_at < clock_timestamp() - interval '2 minutes' THEN RAISE NOTICE 'started at %', seen.started_at; END IF;
			last_done := seen.done;
		END LOOP;
	END $$};

sub watched
{
	my ($call) = @_;
	my $watcher = psql_start($node, $watch, name => 'watcher');
	$node->poll_query_until('postgres', q{SELECT count(*) = 1 FROM pg_stat_activity WHERE application_name = 'watcher' AND state = 'active'}) or die 'no watcher';
	$node->safe_psql('postgres', "SELECT $call");
	return (psql_finish($watcher))[2];
}

my $rebuild = watched('shopsmart_rebuild_similarity()');
my @phases = $rebuild =~ /phase rebuild_similarity: (\w+)/g;
note "phases of a rebuild: @phases";
cmp_ok(scalar @phases, '>=', 2, 'a rebuild shows how far it is');
is_deeply([ grep { !/^(?:scan|similarity|baskets|write)$/ } @phases ], [], 'in phases that are documented');
unlike($rebuild, qr/beyond|backwards|started at/, 'forwards and to the end');
my $refresh = watched('shopsmart_refresh_trending()');
like($refresh, qr/phase refresh_trending: scan/, 'a refresh too');
unlike($refresh, qr/beyond|backwards|started at/, 'likewise');

# A transaction that holds the rebuild open shows nothing: the work is done. One that still works is seen by those who may.
my $worker = psql_start($node, 'SELECT shopsmart_rebuild_similarity() FROM generate_series(1, 10000)', user => 'worker', name => 'worker');
$node->poll_query_until('postgres', q{SELECT count(*) > 0 FROM shopsmart.progress}) or die 'no rebuild';
my $see = 'SELECT count(*) FROM shopsmart_progress()';
# Between two rebuilds there is a moment without one.
ok($node->poll_query_until('postgres', 'SET ROLE friend; SELECT count(*) = 1 FROM shopsmart_progress()', "SET\nt"), 'a member of its role sees it');
ok($node->poll_query_until('postgres', 'SET ROLE monitor; SELECT count(*) = 1 FROM shopsmart_progress()', "SET\nt"), 'so does who may read all statistics');
ok($node->poll_query_until('postgres', 'SET ROLE keeper; SELECT count(*) = 1 FROM shopsmart.progress', "SET\nt"), 'and who has access admin, whoever runs it');
is($node->safe_psql('postgres', "SET ROLE stranger; $see"), '0', 'another role does not') for 1 .. 5;
is($node->safe_psql('elsewhere', $see), '0', 'nor does another database') for 1 .. 5;
is($node->safe_psql('postgres', q{
		SELECT count(*) FROM pg_stat_progress_vacuum UNION ALL SELECT count(*) FROM pg_stat_progress_copy UNION ALL SELECT count(*) FROM pg_stat_progress_create_index
		UNION ALL SELECT count(*) FROM pg_stat_progress_analyze UNION ALL SELECT count(*) FROM pg_stat_progress_cluster}) =~ s/\n//gr,
	'00000', "the server's own views of progress show none of it");
ok($node->poll_query_until('postgres', q{SELECT pid = (SELECT pid FROM pg_stat_activity WHERE application_name = 'worker') FROM shopsmart.progress}), 'pid is its backend');

# Gone after a cancel, and after its backend died.
$node->safe_psql('postgres', q{SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE application_name = 'worker'});
like((psql_finish($worker))[2], qr/canceling statement/, 'cancelled');
is($node->safe_psql('postgres', $see), '0', 'a cancelled rebuild is gone');
my $session = $node->background_psql('postgres');
$session->query_safe('BEGIN; SELECT pairs_kept FROM shopsmart_rebuild_similarity()');
is($node->safe_psql('postgres', $see), '0', 'a finished one is gone before its transaction ends');
$session->query_safe('ROLLBACK; SELECT 1 FROM shopsmart.progress');
$session->quit;

done_testing();
