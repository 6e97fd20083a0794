# A real Redis: who may see what of it, that it answers, and what becomes of it when it goes away and comes back.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use RedisServer;
use ShopNode;
use Test::More;
use Time::HiRes qw(time);

time_limit(120);

my $redis = RedisServer->real(password => 'pa%ss w@rd');
my $node = shop_node('main', conf => "shared_preload_libraries = 'shopsmart'\nshopsmart.redis_url = ''\nshopsmart.redis_password_file = ''\nshopsmart.redis_timeout = 50ms\n");
if (sqlstate($node, 'SELECT shopsmart_ping_redis()') eq '0A000')
{
	is($node->safe_psql('postgres', 'SELECT library, state FROM shopsmart.redis_status'), '|off', 'built without hiredis: it says so');
	$node->append_conf('postgresql.conf', "shopsmart.redis_url = 'redis://127.0.0.1'");
	reload_settings($node);
	is(sqlstate($node, 'SELECT shopsmart_ping_redis()'), '0A000', 'settings are there and change nothing');
	done_testing();
	exit;
}

# ---- off ----

is($node->safe_psql('postgres', 'SELECT server, state, is_shared, failures_in_a_row, last_failure, last_fault, exchanges, failures FROM shopsmart.redis_status'),
	'|off|t|0|||0|0', 'off by default');
is(sqlstate($node, 'SELECT shopsmart_ping_redis()'), '55000', 'nothing to ping');

# ---- settings ----

# Takes a value as the configuration file would, and returns what the session sees.
sub configure
{
	my ($setting, $value) = @_;
	$node->adjust_conf('postgresql.conf', $setting, $value);
	reload_settings($node);
	return;
}

sub status { my ($columns) = @_; return $node->safe_psql('postgres', "SELECT $columns FROM shopsmart.redis_status") }

my $log = -s $node->logfile;
configure('shopsmart.redis_url', "'redis://user:hidden\@redis.example.com'");
$node->wait_for_log(qr/invalid value for parameter "shopsmart.redis_url"/, $log);
like(slurp_file($node->logfile, $log), qr/DETAIL:  The host must be a numeric address/, 'a name is refused with a reason');
unlike(slurp_file($node->logfile, $log), qr/hidden/, 'which does not repeat the password');
is(status('state'), 'off', 'and changes nothing');

SKIP:
{
	skip 'no server of Redis or Valkey is installed', 1 unless $redis;

	configure('shopsmart.redis_url', "'unix://:wrong\@$redis->{socket}?db=5'");
	is($node->safe_psql('postgres', 'SELECT answered FROM shopsmart_ping_redis()'), 'f', 'a wrong password');
	like(status('last_fault'), qr/WRONGPASS/, 'is a fault that tells so');
	configure('shopsmart.redis_url', "'unix://:pa%25ss%20w\@rd\@$redis->{socket}?db=5'");
	is($node->safe_psql('postgres', 'SELECT answered, fault FROM shopsmart_ping_redis()'), 't|', 'the right one, with a password that has to be encoded');
	is(status('server, state, failures_in_a_row, exchanges, failures'), "unix://$redis->{socket}?db=5|closed|0|1|1", 'status, for all sessions together');
	my @clients = split /\n/, $redis->command('CLIENT', 'LIST');
	is(scalar(@clients), 1, 'a session that ended has left no connection');

	# The password is shown to nobody.
	$node->safe_psql('postgres', q{
		CREATE ROLE nobody LOGIN; CREATE ROLE monitor LOGIN; GRANT pg_monitor TO monitor; CREATE ROLE admin LOGIN; SELECT shopsmart_grant('admin', 'admin')});
	my $shown = join "\n", map { my $role = $_; map { join '', $node->psql('postgres', "LOAD 'shopsmart'; $_", extra_params => [ '-U', $role ]) }
			'SHOW shopsmart.redis_url', 'SELECT * FROM pg_settings', 'SELECT * FROM shopsmart.redis_status', 'SELECT shopsmart_ping_redis()', 'SHOW ALL' } qw(nobody admin monitor);
	unlike($shown, qr/pa%25|pa%ss/, 'no role sees the password');
	unlike($node->safe_psql('postgres', "LOAD 'shopsmart'; SHOW shopsmart.redis_url; SELECT * FROM pg_settings; SHOW ALL"), qr/pa%25|pa%ss/, 'not even a superuser in these places');
	is(sqlstate($node, "LOAD 'shopsmart'; SHOW shopsmart.redis_url", extra_params => [ '-U', 'nobody' ]), '42501', 'the setting is for superusers');
	is(sqlstate($node, $_, extra_params => [ '-U', 'nobody' ]), '42501', "$_ is not for everybody") for 'SELECT shopsmart_ping_redis()', 'TABLE shopsmart.redis_status';
	is($node->safe_psql('postgres', 'SELECT answered FROM shopsmart_ping_redis()', extra_params => [ '-U', 'admin' ]), 't', 'an admin may ping');

	# In a file of its own the password does not reach the log when settings are loaded again.
	PostgreSQL::Test::Utils::append_to_file("$redis->{folder}/password", "pa%ss w\@rd\nnot this line\n");
	$log = -s $node->logfile;
	$node->adjust_conf('postgresql.conf', 'shopsmart.redis_password_file', "'$redis->{folder}/password'");
	configure('shopsmart.redis_url', "'unix://$redis->{socket}'");
	is($node->safe_psql('postgres', 'SELECT answered, fault FROM shopsmart_ping_redis()'), 't|', 'the password from a file');
	unlike(slurp_file($node->logfile, $log), qr/pa%ss/, 'is not in the log');
	configure('shopsmart.redis_password_file', "'$redis->{folder}/missing'");
	is($node->safe_psql('postgres', 'SELECT answered, fault FROM shopsmart_ping_redis()'), 'f|the password file cannot be read', 'a missing file is a fault');
	configure('shopsmart.redis_password_file', "'$redis->{folder}/password'");

	# A session keeps its connection, and takes up a new one when that was closed under it, or settings changed.
	my $session = $node->background_psql('postgres');
	is($session->query_safe('SELECT answered FROM shopsmart_ping_redis()'), 't', 'a session connects');
	my $failures = status('failures');
	$redis->command('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
	is($session->query_safe('SELECT answered FROM shopsmart_ping_redis()'), 't', 'a connection that Redis closed is replaced');
	is(status('failures'), $failures, 'which is no failure');
	$redis->stop;
	is($session->query_safe('SELECT bool_or((shopsmart_ping_redis()).answered) FROM generate_series(1, 5)'), 'f', 'Redis has gone');
	is(status('state, failures_in_a_row'), 'open|5', 'the breaker is open, for all sessions');
	my $health = q{SELECT state, hint IS NULL FROM shopsmart_status() WHERE subject = 'redis'};
	is($node->safe_psql('postgres', $health), 'warn|f', 'shopsmart_status() warns of it');
	$redis->start;
	is($session->query_safe('SELECT answered FROM shopsmart_ping_redis()'), 't', 'Redis is back: a ping finds out');
	is(status('state, failures_in_a_row'), 'closed|0', 'and closes the breaker');
	is($node->safe_psql('postgres', $health), 'ok|t', 'all is well again');
	$session->quit;

	# TLS, where hiredis has it.
	my $tls = eval { RedisServer->real(password => 'x', tls => 1) } or skip 'no server with TLS, or no openssl', 1;
	$node->adjust_conf('postgresql.conf', 'shopsmart.redis_password_file', "''");
	$node->append_conf('postgresql.conf', "shopsmart.redis_ca_file = ''");
	configure('shopsmart.redis_url', "'rediss://:x\@127.0.0.1:$tls->{tls_port}'");
	my $fault = $node->safe_psql('postgres', 'SELECT fault FROM shopsmart_ping_redis()');
	is($fault, 'shopsmart was built without TLS for Redis', 'without TLS it says so'), skip 'built without TLS for Redis', 1 if $fault =~ /built without/;
	like($fault, qr/redis_ca_file is empty/, 'TLS wants to know whom to trust');
	configure('shopsmart.redis_ca_file', "'$tls->{folder}/stranger.crt'");
	is($node->safe_psql('postgres', 'SELECT answered FROM shopsmart_ping_redis()'), 'f', 'a certificate of somebody else is refused');
	configure('shopsmart.redis_ca_file', "'$tls->{folder}/authority.crt'");
	is($node->safe_psql('postgres', 'SELECT answered, fault FROM shopsmart_ping_redis()'), 't|', 'one of the authority is accepted');
	is($node->safe_psql('postgres', 'SELECT bool_and((shopsmart_ping_redis()).answered) FROM generate_series(1, 20)'), 't', 'and a session goes on with it');
}

done_testing();
