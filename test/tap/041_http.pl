# Requests as PostgREST makes them, from logins of their own: how many a visitor may make, with and without the library
# preloaded; reads on a standby; a dump; roles that many sessions set up at once.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ShopNode;
use Test::More;

time_limit(180);

my $node = shop_node('main', streaming => 1, conf => "shared_preload_libraries = 'shopsmart'\nshopsmart.job_launcher = off\nshopsmart.rate_limit = 5\nshopsmart.anonymous_rate_limit = 20\n");
fill_shop($node, products => 100, users => 100, events => 2000);
$node->safe_psql('postgres', 'SELECT shopsmart_rebuild_similarity(); SELECT shopsmart_refresh_trending(); SELECT shopsmart_setup_search(); SELECT shopsmart_setup_search_log()');

# The transaction of a request. Returns the SQLSTATE, or '' when it succeeded.
sub request
{
	my ($on, $role, $sub, $query, %options) = @_;
	my $claims = defined $sub ? qq({"role": "$role", "sub": "$sub"}) : qq({"role": "$role"});
	my $login = $options{login} // ($role =~ /web_anon|shop_user/ ? 'authenticator' : 'staff_authenticator');
	return sqlstate($on, "BEGIN @{[ $options{writes} ? 'READ WRITE' : 'READ ONLY' ]}; SET LOCAL ROLE $role; SET LOCAL request.jwt.claims = '$claims'; $query; COMMIT",
		extra_params => [ '-U', $login ]);
}

# Ten sessions set up at once.
my @sessions = map { psql_start($node, 'SELECT shopsmart_setup_api()') } 1 .. 10;
is(join('', map { (psql_finish($_))[2] } @sessions), '', 'ten sessions may set up at once');

# Logins: what they may become.
is(request($node, 'web_anon', undef, 'SELECT * FROM api.trending(1)'), '', 'the public login is a visitor');
is(request($node, $_, 'u1', 'SELECT 1', login => 'authenticator'), '42501', "it cannot become $_") for qw(shop_service shop_admin shop_api staff_authenticator postgres);
is(request($node, $_, 'u1', 'SELECT 1', login => 'staff_authenticator'), '42501', "the other one cannot become $_") for qw(shop_user shop_api authenticator postgres);
is(sqlstate($node, $_, extra_params => [ '-U', 'authenticator' ]), '42501', "by itself it may not: $_")
	for 'SELECT * FROM api.trending(1)', 'SELECT * FROM api.products', 'SELECT * FROM shop.users', q{SELECT shopsmart_recommend('u1')}, 'SELECT shopsmart_pre_request()';

# Five a minute for each user, each request in a connection of its own.
is(join(' ', map { request($node, 'shop_user', 'u1', 'SELECT * FROM api.recommendations(1)') } 1 .. 4), '   ', 'four requests');
is(request($node, 'shop_user', 'u1', 'SELECT shopsmart_pre_request(); SELECT * FROM api.recommendations(1); SELECT * FROM api.explain(1)'), '', 'the fifth, counted before and in the function');
is(request($node, 'shop_user', 'u1', 'SELECT * FROM api.recommendations(1)'), 'PGRST', 'the sixth');
is(request($node, 'shop_user', 'u1', 'SELECT shopsmart_pre_request()'), 'PGRST', '... also before the function');
is(request($node, 'shop_user', 'u1', 'SELECT * FROM api.trending(1)'), 'PGRST', '... also what is the same for everybody');
is(request($node, 'shop_user', 'u2', 'SELECT * FROM api.recommendations(1)'), '', 'another user is not concerned');
$node->psql('postgres', q{BEGIN; SET LOCAL ROLE shop_user; SET LOCAL request.jwt.claims = '{"sub": "u1"}'; SELECT * FROM api.trending(1)},
	extra_params => [ '-U', 'authenticator' ], stderr => \my $refusal);
like($refusal, qr/\{"code": "PT429", "message": "too many requests", "details": "At most 5 a minute are answered\.", "hint": "Try again in (\d+) s\."\}/, 'a refusal says why');
like($refusal, qr/\{"status": 429, "headers": \{"Retry-After": "\d+"\}\}/, '... and when to come back');
my ($seconds) = $refusal =~ /"Retry-After": "(\d+)"/;
cmp_ok($seconds, '<=', 12, '... which is when a twelfth of a minute has passed');
is(request($node, 'shop_service', undef, q{SELECT * FROM api.recommendations(1, user_id => 'u1')}), '', 'a service is not concerned') for 1 .. 6;
# (Three seconds give back one of the twenty.)
my $asked = 0;
my $state = '';
$state = request($node, 'web_anon', undef, 'SELECT * FROM api.trending(1)') while $state eq '' && ++$asked <= 100;
is($state, 'PGRST', "visitors without a token share a limit, reached after $asked requests");
is(request($node, 'shop_user', 'u3', 'SELECT * FROM api.trending(1)'), '', '... that users do not');
$node->append_conf('postgresql.conf', "shopsmart.rate_limit = 0\nshopsmart.anonymous_rate_limit = 0\n");
reload_settings($node);
is(request($node, 'shop_user', 'u1', 'SELECT * FROM api.trending(1)'), '', '0 is no limit');

# A standby answers all reads.
$node->backup('copy');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'copy', has_streaming => 1);
$standby->start;
$node->wait_for_catchup($standby);
my %reads = (
	'api.trending(5)' => 'web_anon', 'api.similar_products(1)' => 'web_anon', q{api.bought_together('{1,2}')} => 'web_anon', q{api.search('product')} => 'web_anon',
	q{api.suggest('pro')} => 'web_anon', q{api.facets('product')} => 'web_anon', 'api.products' => 'web_anon', 'api.categories' => 'web_anon',
	'api.recommendations(5)' => 'shop_user', 'api.explain(1)' => 'shop_user', 'api.me()' => 'shop_user',
	'api.status()' => 'shop_admin', 'api.jobs()' => 'shop_admin', 'api.evaluations()' => 'shop_admin', q{api.export_user('u1')} => 'shop_admin');
is(request($standby, $reads{$_}, 'u1', "SELECT * FROM $_"), '', "on a standby: $_") for sort keys %reads;
is(request($standby, 'shop_user', 'u1', 'SELECT api.track_event(1)'), '25006', 'but no events');
is(request($standby, 'shop_user', 'u1', q{SELECT api.log_search('product', 5)}), '25006', 'nor a search to log');
$standby->stop;

# A dump of the whole server brings it back, with roles, policies and rights.
my $dump = PostgreSQL::Test::Utils::tempdir() . '/dump.sql';
$node->command_ok([ 'pg_dumpall', '-h', $node->host, '-p', $node->port, '-f', $dump ], 'dump');
my $restored = PostgreSQL::Test::Cluster->new('restored');
$restored->init;
$restored->start;
IPC::Run::run([ $restored->installed_command('psql'), '-X', '-q', '-d', $restored->connstr('postgres'), '-f', $dump ], '>', '/dev/null', '2>', \my $complaints);
unlike($complaints =~ s/^.*role "\w+" already exists\n//gmr, qr/ERROR/, 'restore');
my $catalogue = q{
	SELECT polrelid::regclass, polname, pg_get_expr(polqual, polrelid) FROM pg_policy ORDER BY polrelid::regclass::text, 2;
	SELECT oid::regprocedure, proowner::regrole, prosecdef, proconfig, proacl FROM pg_proc WHERE pronamespace = 'api'::regnamespace ORDER BY oid::regprocedure::text;
	SELECT oid::regclass, relowner::regrole, relacl, reloptions, relrowsecurity FROM pg_class WHERE relnamespace IN ('api'::regnamespace, 'shop'::regnamespace) AND relkind IN ('r', 'p', 'v') ORDER BY oid::regclass::text;
	SELECT rolname, rolcanlogin, rolinherit, rolbypassrls, rolconfig FROM pg_roles WHERE rolname !~ '^pg_' ORDER BY 1};
is($restored->safe_psql('postgres', $catalogue), $node->safe_psql('postgres', $catalogue), 'policies, functions and rights are the same');
$restored->safe_psql('postgres', 'SELECT shopsmart_rebuild_similarity(); SELECT shopsmart_refresh_trending()');
is(request($restored, 'shop_user', 'u1', 'SELECT * FROM api.recommendations(1)'), '', 'and it answers');
$restored->stop;

# Not preloaded, each connection counts for itself.
$node->append_conf('postgresql.conf', "shared_preload_libraries = ''\nshopsmart.rate_limit = 2\n");
$node->restart;
is(join(' ', map { request($node, 'shop_user', 'u1', 'SELECT * FROM api.recommendations(1)') } 1 .. 5), '    ', 'five connections');
my $session = join ' ', map {q{BEGIN; SET LOCAL ROLE shop_user; SET LOCAL request.jwt.claims = '{"sub": "u1"}'; SELECT count(*) FROM api.recommendations(1); COMMIT;}} 1 .. 3;
is(sqlstate($node, $session, extra_params => [ '-U', 'authenticator' ]), 'PGRST', 'three requests in one connection');

$node->stop;
done_testing();
