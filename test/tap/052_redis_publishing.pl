# Answers in Redis: what is published when, what takes it away, what never gets there.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use JSON::PP;
use List::Util qw(max min uniq);
use POSIX ();
use PostgreSQL::Test::Utils;
use RedisServer;
use ShopNode;
use Test::More;
use Time::HiRes qw(sleep time);

time_limit(240);

my $redis = RedisServer->real or plan skip_all => 'no server of Redis or Valkey is installed';
my $node = shop_node('main', streaming => 1, conf => "shared_preload_libraries = 'shopsmart'\nshopsmart.redis_url = 'unix://$redis->{socket}?db=0'\nshopsmart.redis_timeout = 50ms\n");
plan skip_all => 'built without hiredis' if sqlstate($node, 'SELECT shopsmart_ping_redis()') eq '0A000';
fill_shop($node, products => 300, users => 200, events => 6000);
$node->safe_psql('postgres', 'SELECT shopsmart_rebuild_similarity(); SELECT shopsmart_refresh_trending()');

my $publish = 'SET shopsmart.redis_publish = on;';
sub status { my ($columns, $server) = @_; return ($server // $node)->safe_psql('postgres', "SELECT $columns FROM shopsmart.redis_status") }
sub key { my ($subject, $id) = @_; return "shopsmart:1:postgres:$subject:$id" }
sub published { my ($subject, $id, $name) = @_; return scalar $redis->command('HGET', key($subject, $id), $name) }
sub flush { return $redis->command('FLUSHALL') }

# Makes a call that publishes, and returns what it says. On a busy machine Redis may not answer in time, which status() tells; then the
# call is made again.
sub publish
{
	my ($server, $query) = @_;
	my $answer;
	for (1 .. 10)
	{
		my $failures = status('failures', $server);
		$answer = $server->safe_psql('postgres', "$publish $query");
		last if status('failures', $server) == $failures;
	}
	return $answer;
}

# ---- what is published is the answer ----

my $json = JSON::PP->new;
# Scores of SQL and JSON are compared as the numbers that they are, to the last bit.
sub exact { my ($text) = @_; return $text =~ s/(?<=\|)(\d+(?:\.\d+)?(?:e-?\d+)?)(?=\||$)/sprintf '%.17g', $1/gmer }
sub answered { my ($server, $query) = @_; return exact(publish($server, $query)) }
sub rows { my ($text, @columns) = @_; return join "\n", map { my $row = $_; join '|', map { my $value = $row->{$_} // ''; ref $value ? '{' . join(',', @$value) . '}' : $_ eq 'score' ? sprintf '%.17g', $value : $value } @columns } @{ $json->decode($text // '{"products": []}')->{products} } }

my $answer = answered($node, "SELECT product_id, score, strategy, because FROM shopsmart_recommend('u7', 12)");
is(rows(published('user', 'u7', 'recommend:12'), qw(product_id score strategy because)), $answer, 'recommend: what SQL answered');
is($json->decode(published('user', 'u7', 'recommend:12'))->{user}, 'u7', 'it says whose answer it is');
cmp_ok(abs(time - $json->decode(published('user', 'u7', 'recommend:12'))->{computed_at}), '<', 30, 'and when it was computed');
$answer = answered($node, "SELECT product_id, score, co_count, strategy FROM shopsmart_similar(3, 60)");
is(rows(published('product', 3, 'similar:60'), qw(product_id score co_count strategy)), $answer, 'similar');
$answer = answered($node, "SELECT product_id, score FROM shopsmart_trending(9)");
is(rows(published('trend', '7d', 'trending:9'), qw(product_id score)), $answer, 'trending');
$answer = answered($node, "SELECT product_id, score FROM shopsmart_trending(9, 2, '24h')");
is(rows(published('trend', '24h:2', 'trending:9'), qw(product_id score)), $answer, 'trending of a category');
is(join(' ', sort grep { /:/ } $redis->command('HKEYS', key('user', 'u7'))), 'recommend:12', 'a key holds nothing else');
publish($node, "SELECT count(*) FROM shopsmart_recommend('u7', 3)");
is(join(' ', sort grep { /:/ } $redis->command('HKEYS', key('user', 'u7'))), 'recommend:12 recommend:3', 'a longer answer is not replaced by a shorter one');

# Odd names.
for my $user ("it's", 'a"b\\c', "line\nbreak", 'Zoë:1', ' ', '*')
{
	my $literal = $user =~ s/'/''/gr;
	publish($node, "SELECT count(*) FROM shopsmart_recommend('$literal', 2)");
	utf8::decode(my $characters = $user);
	is($json->decode(do { my $text = published('user', $user, 'recommend:2') // 'null'; utf8::decode($text); $text })->{user}, $characters, 'user ' . ($user =~ s/\n/\\n/r));
}

# ---- what is not ----

flush();
$node->safe_psql('postgres', "SELECT count(*) FROM shopsmart_recommend('u7'), shopsmart_similar(3), shopsmart_trending()");
is($redis->command('DBSIZE'), 0, 'off by default');
$node->safe_psql('postgres', "$publish SELECT count(*) FROM $_") for
	"shopsmart_recommend('u7', category_id => 1)", "shopsmart_recommend('u7', filter => '{}')", "shopsmart_recommend('u7', exclude => '{1}')",
	"shopsmart_recommend('u7', as_of => now())", "shopsmart_recommend('u7', include_seen => true)", "shopsmart_recommend('u7', model => (SELECT g.model FROM shopsmart.generations g WHERE g.kind = 'similarity'))",
	"shopsmart_recommend('u7', again => '{view}')", "shopsmart_next('u7')", "shopsmart_similar(3, 5, '{}')", "shopsmart_trending(5, NULL, NULL, '{}')",
	"shopsmart_bought_together('{1}')";
is($redis->command('DBSIZE'), 0, 'answers to other questions are not published');
publish($node, "SELECT count(*) FROM generate_series(1, 20) u, shopsmart_recommend('u' || u, 1000)");
is($redis->command('DBSIZE'), 20, 'answers of some 20 kB are') or diag status('*');
is(published('user', 'u1', 'recommend:1000') =~ tr/{//, 1 + 300 - $node->safe_psql('postgres', q{
	SELECT count(DISTINCT product_id) FROM (SELECT e.product_id FROM shop.events e JOIN shop.users USING (user_id) WHERE external_id = 'u1' ORDER BY occurred_at DESC LIMIT 50) e}), 'and whole');

flush();
$node->safe_psql('postgres', q{
	CREATE ROLE reader LOGIN; SELECT shopsmart_grant('reader', 'read');
	CREATE ROLE publisher LOGIN; SELECT shopsmart_grant('publisher', 'write'); ALTER ROLE publisher SET shopsmart.redis_publish = on;
	ALTER TABLE shop.events ENABLE ROW LEVEL SECURITY; CREATE POLICY all_events ON shop.events USING (true)});
is(sqlstate($node, "LOAD 'shopsmart'; SET shopsmart.redis_publish = on", extra_params => [ '-U', 'reader' ]), '42501', 'not everybody may publish');
$node->safe_psql('postgres', q{SELECT count(*) FROM shopsmart_recommend('u7')}, extra_params => [ '-U', 'publisher' ]);
is($redis->command('DBSIZE'), 0, 'nothing is published where row security applies');
$node->safe_psql('postgres', 'ALTER TABLE shop.events DISABLE ROW LEVEL SECURITY');
$node->safe_psql('postgres', q{SELECT count(*) FROM shopsmart_recommend('u7')}, extra_params => [ '-U', 'publisher' ]);
is($redis->command('DBSIZE'), 1, 'else by a role whose setting says so');

# ---- only with a commit ----

flush();
$node->safe_psql('postgres', "$publish BEGIN; SELECT count(*) FROM shopsmart_recommend('u1'); ROLLBACK");
is($redis->command('DBSIZE'), 0, 'not with a rollback');
$node->psql('postgres', "$publish BEGIN; SELECT count(*) FROM shopsmart_recommend('u1'); SELECT 1/0; COMMIT");
is($redis->command('DBSIZE'), 0, 'nor with an error');
$node->psql('postgres', "$publish SELECT 1 / (count(*) - 10) FROM shopsmart_recommend('u1')");
is($redis->command('DBSIZE'), 0, 'nor with one in the same statement');
publish($node, q{
	BEGIN;
	SELECT count(*) FROM shopsmart_recommend('u1');
	SAVEPOINT a; SELECT count(*) FROM shopsmart_recommend('u2');
	SAVEPOINT b; SELECT count(*) FROM shopsmart_recommend('u3'); RELEASE b;
	ROLLBACK TO a; SELECT count(*) FROM shopsmart_recommend('u4'); RELEASE a;
	SAVEPOINT c; SELECT count(*) FROM shopsmart_recommend('u5');
	SAVEPOINT d; SELECT count(*) FROM shopsmart_recommend('u6'); ROLLBACK TO d; RELEASE c;
	COMMIT});
is(join(' ', sort map { /user:(.*)/ } $redis->command('KEYS', '*')), 'u1 u4 u5', 'not with a rollback to a savepoint');
flush();
my $session = $node->background_psql('postgres');
$session->query_safe("$publish BEGIN; SELECT count(*) FROM shopsmart_recommend('u1')");
is($redis->command('DBSIZE'), 0, 'not before the commit');
$session->query_safe('COMMIT');
is($redis->command('DBSIZE'), 1, 'but with it');
flush();
$session->query_safe(q{DO $$ BEGIN FOR i IN 1 .. 3 LOOP PERFORM shopsmart_recommend('u' || i); IF i <> 2 THEN COMMIT; ELSE ROLLBACK; END IF; END LOOP; END $$});
is(join(' ', sort map { /user:(.*)/ } $redis->command('KEYS', '*')), 'u1 u3', 'a procedure publishes with each of its commits');
flush();
$session->query_safe("BEGIN READ ONLY; SELECT count(*) FROM shopsmart_recommend('u1'); COMMIT");
is($redis->command('DBSIZE'), 1, 'a transaction that only reads may publish');

# ---- taken away ----

sub answers_of { my ($user) = @_; return join ' ', sort grep { /^\w+:\d+$/ } $redis->command('HKEYS', key('user', $user)) }
sub publish_user { my ($user) = @_; publish($node, "SELECT count(*) FROM shopsmart_recommend('$user')"); return answers_of($user) }

for ([ "SELECT shopsmart_track('u7', 1)", 'an event' ], [ "SELECT shopsmart_unpublish_user('u7')", 'shopsmart_unpublish_user()' ], [ "SELECT * FROM shopsmart_erase_user('u7')", 'an erased user' ])
{
	my ($statement, $what) = @$_;
	is(publish_user('u7'), 'recommend:10', 'an answer is there');
	publish_user('u8');
	$node->safe_psql('postgres', "BEGIN; $statement; ROLLBACK; BEGIN; SAVEPOINT a; $statement; ROLLBACK TO a; COMMIT");
	is(answers_of('u7'), 'recommend:10', "$what, rolled back, leaves it");
	$node->safe_psql('postgres', $statement);
	is(answers_of('u7'), '', "$what takes it away");
	is(answers_of('u8'), 'recommend:10', '... and none of others');
}

# Whoever saw less cannot bring an old answer back.
$session->query_safe("BEGIN; SELECT count(*) FROM shopsmart_recommend('u9')");
$node->safe_psql('postgres', "SELECT shopsmart_track('u9', 1)");
$session->query_safe('COMMIT');
is(answers_of('u9'), '', 'an answer from before an event that committed first is refused');
is(status('refused > 0'), 't', 'and counted');
is(publish_user('u9'), 'recommend:10', 'one from after it is not');
$session->query_safe("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM shopsmart_recommend('u10')");
my $newer = do { publish_user('u10'); $node->safe_psql('postgres', "SELECT shopsmart_track('u11', 1)"); publish_user('u10'); published('user', 'u10', 'recommend:10') };
$session->query_safe("SELECT count(*) FROM shopsmart_recommend('u10'); COMMIT");
is(published('user', 'u10', 'recommend:10'), $newer, 'nor does an older snapshot replace the answer of a newer one');
# An event of a transaction that is still open: an answer that does not know of it goes when it commits.
my $writer = $node->background_psql('postgres');
$writer->query_safe("BEGIN; SELECT shopsmart_track('u12', 1)");
is(publish_user('u12'), 'recommend:10', 'an answer beside an event that is not committed');
$session->query_safe("BEGIN; SELECT count(*) FROM shopsmart_recommend('u12', 11)");
$writer->query_safe('COMMIT');
is(answers_of('u12'), '', 'goes with its commit');
$session->query_safe('COMMIT');
is(answers_of('u12'), '', 'and what was computed meanwhile does not come');
$writer->quit;
$session->query_safe("BEGIN; SELECT shopsmart_track('u13', 1); SELECT count(*) FROM shopsmart_recommend('u13'); COMMIT");
is(answers_of('u13'), '', 'in one transaction the event wins over the answer, whose snapshot was taken before the commit');

# ---- what somebody else left there ----

flush();
$redis->command('SET', key('user', 'u1'), 'no hash');
$redis->command('RPUSH', key('user', 'u2'), 1, 2);
$redis->command('HSET', key('user', 'u3'), 'version', 'no number');
$redis->command('HSET', key('user', 'u4'), 'version', '1e300');
my $failures = status('failures');
publish_user("u$_") for 1 .. 4;
is(join(',', map { answers_of("u$_") } 1 .. 3), 'recommend:10,recommend:10,recommend:10', 'keys of another type, versions that are none: replaced');
cmp_ok($redis->command('PTTL', key('user', 'u4')), '>', 0, 'a version that cannot be passed has an end');
$redis->command('SET', key('user', 'u5'), 'no hash');
$node->safe_psql('postgres', "SELECT shopsmart_track('u5', 1)");
is($redis->command('TYPE', key('user', 'u5')), 'hash', 'also when an answer is taken away');
is(status('failures'), $failures, 'none of that is a failure');

# ---- time to live ----

flush();
publish($node, "SELECT count(*) FROM generate_series(1, 100) i, shopsmart_recommend('u' || i, 1), shopsmart_similar(i, 1)");
publish($node, "SELECT count(*) FROM shopsmart_trending(1)");
for ([ 300, map { key('user', "u$_") } 20 .. 100 ], [ 3600, map { key('product', $_) } 1 .. 100 ], [ 900, key('trend', '7d') ])
{
	my ($seconds, @keys) = @$_;
	my @left = map { $redis->command('PTTL', $_) / 1000 } @keys;
	cmp_ok(min(@left), '>', 0.9 * $seconds - 15, "$seconds s, less a tenth at most");
	cmp_ok(max(@left), '<=', 1.1 * $seconds, '... or a tenth more');
	cmp_ok(scalar(uniq map { int } @left), '>', 10, 'not all of them end together') if @keys > 1;
}
my $left = $redis->command('PTTL', key('user', 'u50'));
publish_user('u50');
cmp_ok($redis->command('PTTL', key('user', 'u50')), '<=', $left, 'the life of a key is not prolonged by what is added');
$node->append_conf('postgresql.conf', "shopsmart.redis_recommend_ttl = 1s\n");
reload_settings($node);
$session->query_safe("SELECT pg_sleep(0.01)") while $session->query_safe('SHOW shopsmart.redis_recommend_ttl') ne '1s';
$session->query_safe("BEGIN; SELECT count(*) FROM shopsmart_recommend('u150', 5)");
sleep 1.3;
$session->query_safe("SELECT count(*) FROM shopsmart_recommend('u150', 6); COMMIT");
is(answers_of('u150'), '', 'an answer of a snapshot that old is not published');
$node->append_conf('postgresql.conf', "shopsmart.redis_recommend_ttl = 5min\n");
reload_settings($node);

# ---- many at once ----

flush();
my $dropped = status('dropped');
my ($status, $output, $error) = $node->psql('postgres', "$publish SELECT count(*) FROM generate_series(1, 1500) i, shopsmart_recommend('v' || i, 3)");
is("$status$error", '0', 'more answers than one transaction publishes: no error');
my $arrived = $redis->command('DBSIZE');
# On a slow machine time may end before all are sent.
cmp_ok($arrived, '<=', 500, "$arrived of them are");
cmp_ok($arrived, '>', 0, 'which are some');
cmp_ok(status('dropped') - $dropped, '>=', 1000, 'and the others are counted');

# ---- others that share the Redis ----

$node->safe_psql('postgres', 'CREATE DATABASE "a:b"');
flush();
$node->safe_psql('a:b', "CREATE EXTENSION shopsmart; SELECT shopsmart_setup(); $publish SELECT count(*) FROM shopsmart_recommend('u1')");
is(join(' ', $redis->command('KEYS', '*')), 'shopsmart:1:a%3Ab:user:u1', 'another database has other keys');
$node->append_conf('postgresql.conf', "shopsmart.redis_prefix = 'second:shop'\n");
reload_settings($node);
flush();
publish_user('u1');
is(join(' ', $redis->command('KEYS', '*')), 'second%3Ashop:1:postgres:user:u1', 'another prefix too');
$node->append_conf('postgresql.conf', "shopsmart.redis_prefix = 'shopsmart'\n");
reload_settings($node);

# A standby publishes what it answers; its answers know of no more than what it has replayed.
$node->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'base', has_streaming => 1);
$standby->start;
$node->wait_for_catchup($standby);
flush();
$answer = answered($standby, "SELECT product_id, score, strategy, because FROM shopsmart_recommend('u20', 10)");
is(rows(published('user', 'u20', 'recommend:10'), qw(product_id score strategy because)), $answer, 'a standby publishes');
$standby->safe_psql('postgres', 'SELECT pg_wal_replay_pause()');
$node->safe_psql('postgres', "SELECT shopsmart_track('u20', 1)");
$standby->safe_psql('postgres', "$publish SELECT product_id, score, strategy, because FROM shopsmart_recommend('u20', 10)");
is(answers_of('u20'), '', 'but not what it computed without an event that the primary has');
$standby->stop;

# ---- a thundering herd ----

# What docs/redis.md tells whoever reads: after a miss one asks the database, the others wait for what it publishes. (Here longer
# than half a second: fifty processes that start at once take their time.)
sub read_or_ask
{
	my ($key, $name, $ask) = @_;
	my $until = time + 10;
	while (time < $until)
	{
		my $known = $redis->command('HGET', $key, $name);
		return $known if defined $known;
		last if defined $redis->command('SET', "$key:$name:asking", 1, 'NX', 'PX', 10_000);
		sleep 0.005;
	}
	$ask->();
	return scalar $redis->command('HGET', $key, $name);
}
flush();
my $asked = PostgreSQL::Test::Utils::tempdir('asked');
my @readers = map {
	my $pid = fork() // die "fork: $!";
	if ($pid == 0)
	{
		my $text = eval { read_or_ask(key('trend', '30d'), 'trending:10', sub {
			append_to_file("$asked/$$", '');
			system $node->installed_command('psql'), '-XAtq', '-d', $node->connstr('postgres'), '-o', '/dev/null',
				'-c', 'SET shopsmart.redis_publish = on', '-c', "SELECT FROM shopsmart_trending(10, NULL, '30d')" }) };
		POSIX::_exit(defined $text ? 0 : 1);
	}
	$pid;
} 1 .. 50;
my $without = grep { waitpid $_, 0; $? != 0 } @readers;
my $computations = () = glob "$asked/*";
is($without, 0, '50 readers of a cold key have an answer');
cmp_ok($computations, '<=', 2, "which was computed $computations times");

# ---- Redis goes away ----

$session->query_safe("BEGIN; SELECT shopsmart_track('u30', 1); SELECT count(*) FROM shopsmart_recommend('u30')");
$redis->stop;
$session->query_safe('COMMIT');
$session->query_safe("SELECT count(*) FROM shopsmart_recommend('u$_')") for 1 .. 6;
is(status('state'), 'open', 'Redis is gone, and nobody noticed');
is($node->safe_psql('postgres', "SELECT count(*) FROM shop.events e JOIN shop.users u USING (user_id) WHERE u.external_id = 'u30' AND e.occurred_at > now() - interval '1 minute'"), '1', 'what was committed is there');
$session->query_safe("SELECT shopsmart_track('u31', 1)");
like(slurp_file($node->logfile), qr/LOG:  shopsmart publishes nothing, because Redis does not answer as it should/, 'the log tells');
is(() = slurp_file($node->logfile) =~ /publishes nothing/g, 1, 'once');
$redis->start;
# It is tried each five seconds, and a trial may last too long on a busy machine.
my $until = time + 15;
while (answers_of('u33') eq '' && time < $until)
{
	sleep 0.2;
	$session->query_safe("SELECT count(*) FROM shopsmart_recommend('u33')");
}
is(answers_of('u33'), 'recommend:10', 'back with one of the next trials, without a hand');
$session->quit;
unlike(slurp_file($node->logfile), qr/PANIC|FATAL:  (?!terminating)|terminated by signal|WARNING/, 'nothing else in the log');

done_testing();
