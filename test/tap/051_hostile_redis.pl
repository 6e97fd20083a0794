# A Redis that does whatever a broken, overloaded or hostile server can do: nobody sees an error, and nobody waits long.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use List::Util qw(max);
use RedisServer;
use ShopNode;
use Test::More;

time_limit(300);

my $redis = RedisServer->hostile;
my $node = shop_node('main', conf => "shared_preload_libraries = 'shopsmart'\nshopsmart.redis_url = ''\nshopsmart.redis_password_file = ''\n");
plan skip_all => 'built without hiredis' if sqlstate($node, 'SELECT shopsmart_ping_redis()') eq '0A000';

# What a call may wait: twice shopsmart.redis_timeout, 80 ms, and some more to notice. A machine that has other things to do
# gets twice as long.
my $bound = 100;
my $patience = 2 * $bound;

my @modes = $redis->modes;
cmp_ok(scalar(@modes), '>=', 20, scalar(@modes) . ' ways to be hostile');
my @slowest;
for my $url ("redis://127.0.0.1:$redis->{port}", "unix://:password\@$redis->{socket}?db=1")
{
	$node->adjust_conf('postgresql.conf', 'shopsmart.redis_url', "'$url'");
	reload_settings($node);
	for my $mode (@modes)
	{
		$redis->mode($mode);
		my ($status, $row, $error) = $node->psql('postgres', 'SELECT answered, milliseconds, fault FROM shopsmart_ping_redis()');
		my ($answered, $milliseconds, $fault) = split /\|/, $row, 3;
		ok($status == 0 && $error eq '' && $answered eq 'f' && $milliseconds < $patience && $fault =~ /^[ -~]+$/,
			sprintf '%s: no error, %.1f ms, "%s"', $mode, $milliseconds // -1, substr $fault // '', 0, 60)
			or diag "$row $error";
		push @slowest, $milliseconds;
	}
}

# ---- answers beside a hostile Redis ----

fill_shop($node, products => 200, users => 100, events => 3000);
$node->safe_psql('postgres', 'SELECT shopsmart_rebuild_similarity(); SELECT shopsmart_refresh_trending()');
my $answers = answers($node);
# Without a password, a connection begins with the first command.
$node->adjust_conf('postgresql.conf', 'shopsmart.redis_url', "'redis://127.0.0.1:$redis->{port}'");
reload_settings($node);

# How long calls took, commit included, in ms: those without publishing and those with it, sorted. They take turns, so that both
# meet the same machine. Each call is a transaction of its own.
sub call_times
{
	my ($calls) = @_;
	my ($status, $output, $error) = $node->psql('postgres', qq{
		SET client_min_messages = notice;
		DO \$\$
		DECLARE
			began timestamptz;
			spent float8[] := '{}';
		BEGIN
			FOR i IN 0 .. 2 * $calls - 1 LOOP
				PERFORM set_config('shopsmart.redis_publish', (i % 2 = 1)::text, false);
				began := clock_timestamp();
				PERFORM FROM shopsmart_recommend('u' || 1 + i % 40);
				COMMIT;
				spent := spent || extract(epoch FROM clock_timestamp() - began)::float8 * 1000;
			END LOOP;
			RAISE NOTICE 'spent %', (SELECT string_agg(s::text, ' ') FROM unnest(spent) s);
		END
		\$\$});
	is($status, 0, 'no error') or diag $error;
	my @spent = split / /, $error =~ s/.*?spent //sr;
	return map { my $turn = $_; [ sort { $a <=> $b } @spent[ grep { $_ % 2 == $turn } 0 .. $#spent ] ] } 0, 1;
}

call_times(20);
my @extra;
for my $mode (@modes)
{
	$redis->mode('pong');
	ok($node->poll_query_until('postgres', 'SELECT answered FROM shopsmart_ping_redis()'), 'the breaker is closed');
	$redis->mode($mode);
	my ($without, $with) = call_times(6);
	push @extra, $with->[-1] - $without->[2];
	cmp_ok($extra[-1], '<', $patience, sprintf '%s: the slowest of 6 calls takes %.1f ms more', $mode, $extra[-1]);
}
diag sprintf 'with a closed breaker the slowest call takes %.1f ms more, where %d are allowed', max(@extra), $bound;

$redis->mode('never answers');
call_times(6);
is($node->safe_psql('postgres', 'SELECT state FROM shopsmart.redis_status'), 'open', 'the breaker is open');
my ($without, $with) = call_times(1000);
diag sprintf 'beside an open breaker: p99 %.2f ms, without publishing %.2f ms; medians %.3f and %.3f', $with->[989], $without->[989], $with->[499], $without->[499];
cmp_ok($with->[989], '<', 2 * $without->[989] + 5, 'p99 of 1000 calls beside an open breaker');
is(answers($node), $answers, 'answers are those without Redis');
like($node->safe_psql('postgres', "SET shopsmart.redis_publish = on; SELECT shopsmart_track('u1', 1)"), qr/^\d+$/, 'and events are recorded');

$redis->stop;
is($node->safe_psql('postgres', 'SELECT answered FROM shopsmart_ping_redis()'), 'f', 'not there: no error');
diag sprintf 'longest of %d answers: %.1f ms, where %d are allowed', scalar(@slowest), max(@slowest), $bound;
unlike(PostgreSQL::Test::Utils::slurp_file($node->logfile), qr/PANIC|FATAL|terminated by signal/, 'nothing crashed');

done_testing();
