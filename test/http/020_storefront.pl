# The storefront in a browser: examples/storefront behind nginx with the example configuration, two PostgREST, a generated
# shop with hostile names in it, and headless Chromium, which does what storefront.cjs says.
use strict;
use warnings;
use FindBin;
use HTTP::Tiny;
use lib $FindBin::RealBin, "$FindBin::RealBin/../tap";
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Rest;
use ShopNode;
use Test::More;

my $tree = "$FindBin::RealBin/../..";
my $postgrest = postgrest_or_skip();

sub skip_loudly
{
	my ($missing, $advice) = @_;
	diag "\n*** SKIPPED: the storefront was not tested, because there is no $missing. ***\n*** $advice ***\n";
	plan skip_all => "no $missing";
}

sub program_or_skip
{
	my ($name, $advice, $chosen) = @_;
	my ($program) = grep { defined && -x } $chosen, map {"$_/$name"} split(/:/, $ENV{PATH}), '/usr/sbin';
	return $program // skip_loudly($name, $advice);
}

my $node_js = program_or_skip('node', 'Install Node.js.');
my $nginx = program_or_skip('nginx', 'Install nginx.');
my $chromium = program_or_skip('chromium', 'Install it, or say where it is: CHROMIUM=/path/to/chromium', $ENV{CHROMIUM});
$ENV{NODE_PATH} = join ':', grep {defined} $ENV{NODE_PATH}, "$tree/build/node_modules";
IPC::Run::run([ $node_js, '-e', 'require("playwright-core")' ], '>', \my $found, '2>', \my $missing)
	or skip_loudly('playwright-core', 'PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm install --prefix build playwright-core, or set NODE_PATH');
time_limit(300);

# The shop. What trends most, and its category, are called what an attacker would call them.
my $node = shop_node('main', conf => "shared_preload_libraries = 'shopsmart'\nshopsmart.job_launcher = off\nshopsmart.jwt_secret = '$Rest::secret'\n");
$node->safe_psql('postgres', "SET client_min_messages = warning;\n\\i $tree/scripts/generate_shop.sql\n");
$node->safe_psql('postgres', q{
	SELECT shopsmart_rebuild_similarity(), shopsmart_refresh_trending();
	SELECT count(*) FROM shopsmart_evaluate(max_users => 50);
	UPDATE shop.products SET name = '<img src=x onerror="hacked=1"> tent', brand = '<b onclick="hacked=1">brand</b>', description = '<script>hacked=1</script>',
		image_url = 'javascript:hacked=1', attributes = '{"<i>color": "</dd><script>hacked=1</script>"}', stock = 5
		WHERE product_id = (SELECT product_id FROM shopsmart_trending(1));
	UPDATE shop.categories SET name = '"><img src=x onerror=hacked=1>' WHERE category_id = (SELECT category_id FROM shop.products WHERE name LIKE '<%');
	SELECT shopsmart_setup_search('english'), shopsmart_setup_api(), shopsmart_setup_search_log();
});
my $public = start_postgrest($postgrest, $node, 'postgrest.conf.example', 'authenticator');
my $staff = start_postgrest($postgrest, $node, 'postgrest-staff.conf.example', 'staff_authenticator');

# nginx with the example's server, at other ports and without a system's folders.
my $folder = PostgreSQL::Test::Utils::tempdir('nginx');
my $port = PostgreSQL::Test::Cluster::get_free_port();
my $server = slurp_file("$tree/examples/storefront/nginx.conf.example");
my %place = ('127.0.0.1:8080' => "127.0.0.1:$port", '/var/www/storefront' => "$tree/examples/storefront", 'http://127.0.0.1:3000' => $public->{url}, 'http://127.0.0.1:3001' => $staff->{url});
for my $example (sort keys %place)
{
	is($server =~ s/\Q$example\E/$place{$example}/g, 1, "the example of nginx names $example once");
}
my $temporary = join '', map {"${_}_temp_path $folder/$_; "} qw(client_body proxy fastcgi uwsgi scgi);
append_to_file("$folder/conf", "pid $folder/pid; daemon off; events {} http { types { text/html html; text/css css; text/javascript js; image/svg+xml svg; } access_log off; $temporary\n$server }\n");
my $web = IPC::Run::start([ $nginx, '-c', "$folder/conf", '-e', "$folder/log" ], '<', '/dev/null', '>&', "$folder/output");
my $url = "http://127.0.0.1:$port";
for (1 .. 100) { last if HTTP::Tiny->new->get("$url/")->{success}; select undef, undef, undef, 0.1; }

my $page = HTTP::Tiny->new->get("$url/");
is($page->{status}, 200, 'nginx serves the page') or diag slurp_file("$folder/log");
unlike($page->{headers}{'content-security-policy'}, qr/unsafe/, 'the policy allows no inline script or style');
is(HTTP::Tiny->new->get("$url/$_")->{status}, 404, "$_ is not served") for qw(README.md nginx.conf.example make_token);

# A token of the example's own program.
sub made_token
{
	local $ENV{SECRET} = $Rest::secret;
	IPC::Run::run([ "$tree/examples/storefront/make_token", @_ ], '>', \my $token) or die 'make_token failed';
	chomp $token;
	return $token;
}

# The browser's checks, one a line.
local @ENV{qw(SHOP_URL CHROMIUM SHOPPER_TOKEN ADMIN_TOKEN HOME)} = ($url, $chromium, made_token('shop_user', 'ana'), made_token('shop_admin'), $folder);
my $browser = IPC::Run::start([ $node_js, "$FindBin::RealBin/storefront.cjs" ], '<', '/dev/null', '>', \my $said, '2>', \my $complaints);
my $ended = IPC::Run::finish($browser);
for my $line (split /\n/, $said)
{
	my ($not, $title) = $line =~ /^(not )?ok (.*)/ or do { diag $line; next };
	ok(!$not, $title);
}
ok($ended, 'the browser came to the end of its checks') or diag $complaints;

is($node->safe_psql('postgres', q{
	SELECT s.results, s.answered_by, c.rank FROM shop.searches s JOIN shop.search_clicks c USING (search_id) WHERE s.query = 'shoe'}), '24|words|3', 'a search and what was opened from it are logged');
is($node->safe_psql('postgres', q{SELECT DISTINCT results FROM shop.searches WHERE query = 'xyzzyqq'}), '0', 'so is one that found nothing');

$node->stop;
done_testing();

# Whatever happened.
END
{
	my $status = $?;
	$_->kill_kill for grep { defined && $_->pumpable } $browser, $web, map { defined ? $_->{run} : () } $public, $staff;
	$? = $status;
}
