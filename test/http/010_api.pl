# The API over HTTP, through a PostgREST with the example configuration: every endpoint, every role, what is refused and how,
# the examples of docs/http.md, and sixteen clients at once.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin, "$FindBin::RealBin/../tap";
use IPC::Run;
use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Rest;
use ShopNode;
use Test::More;
use Time::HiRes qw(time);

my $program = postgrest_or_skip();
chomp(my $version = `$program --version`);
diag $version;
my $load_seconds = $ENV{SHOPSMART_HTTP_SECONDS} // 5;
time_limit(180 + $load_seconds);

my $node = shop_node('main', conf => "shared_preload_libraries = 'shopsmart'\nshopsmart.job_launcher = off\nshopsmart.rate_limit = 0\nshopsmart.anonymous_rate_limit = 0\nshopsmart.jwt_secret = '$Rest::secret'\nmax_connections = 60\n");
fill_shop($node, products => 500, users => 300, events => 6000);
$node->safe_psql('postgres', 'SELECT shopsmart_rebuild_similarity(); SELECT shopsmart_refresh_trending(); SELECT shopsmart_setup_search(); SELECT shopsmart_setup_search_log(); SELECT shopsmart_setup_api()');
my $public = start_postgrest($program, $node, 'postgrest.conf.example', 'authenticator');
my $staff = start_postgrest($program, $node, 'postgrest-staff.conf.example', 'staff_authenticator');

my $u1 = token({ role => 'shop_user', sub => 'u1' });
my $service = token({ role => 'shop_service', aud => 'shop-staff' });
my $admin = token({ role => 'shop_admin', aud => 'shop-staff' });

# Answers. Cache-Control is for what a page asks again and again.
sub answers_with
{
	my ($server, $method, $path, $status, $cache_control, %options) = @_;
	my $answer = request($server, $method, $path, %options);
	is($answer->{status}, $status, "$method $path: $status") or diag $answer->{content};
	is($answer->{headers}{'cache-control'}, $cache_control, "... $cache_control") if defined $cache_control;
	return $answer;
}
my ($private, $minute, $minutes) = ('private, no-store', 'public, max-age=60', 'public, max-age=300');
is(rows(answers_with($public, GET => '/rpc/trending?k=5', 200, $minute)), 5, 'trending');
is(rows(answers_with($public, GET => '/rpc/trending?k=5&category_id=1&time_window=30d&filter=' . q({"in_stock":true}), 200, $minute)), 5, 'trending with all arguments');
is(rows(answers_with($public, GET => '/rpc/similar_products?product_id=1&k=5', 200, $minutes)), 5, 'similar');
cmp_ok(rows(answers_with($public, GET => '/rpc/bought_together?product_ids={1,2}', 200, $minutes)), '>=', 0, 'bought together');
is(rows(answers_with($public, GET => '/rpc/search?query=prodcut%20brand&k=5', 200, $minute)), 5, 'search');
is(request($public, GET => '/rpc/search?query=prodcut')->{json}[0]{did_you_mean}, 'product', 'did you mean');
my $page = request($public, GET => '/rpc/search?query=product&k=5&sort=price_asc');
my $next = request($public, GET => '/rpc/search?query=product&k=5&sort=price_asc&after=' . $page->{json}[-1]{cursor});
is(rows($next), 5, 'the next page');
cmp_ok($next->{json}[0]{price}, '>=', $page->{json}[-1]{price}, '... goes on');
cmp_ok(rows(answers_with($public, GET => '/rpc/suggest?prefix=prod', 200, $minute)), '>', 0, 'suggest');
cmp_ok(rows(answers_with($public, GET => '/rpc/facets?query=product', 200, $minute)), '>', 0, 'facets');
my $products = answers_with($public, GET => '/products?price=lt.10&order=price.desc,product_id&limit=3&select=product_id,price,categories(name)', 200, $minute);
is(rows($products), 3, 'products');
like($products->{json}[0]{categories}{name} // '', qr/^category \d/, '... with their category embedded');
is(rows(answers_with($public, GET => '/products?limit=5000', 200)), 500, '... all of them');
cmp_ok(rows(answers_with($public, GET => '/categories', 200, $minute)), '>', 1, 'categories');
my $recommended = answers_with($public, GET => '/rpc/recommendations?k=5', 200, $private, token => $u1);
is_deeply([ map { $_->{product_id} } @{ $recommended->{json} } ], [ split ' ', $node->safe_psql('postgres', q{SELECT string_agg(product_id::text, ' ' ORDER BY rank) FROM shopsmart_recommend('u1', 5)}) ], 'recommendations are those of SQL');
is_deeply([ sort keys %{ $recommended->{json}[0] } ], [ sort qw(rank product_id name brand category_id price rating stock image_url score strategy because) ], 'their columns');
is(rows(answers_with($public, POST => '/rpc/recommendations', 200, $private, token => $u1, body => { k => 3, filter => { in_stock => JSON::PP::true }, exclude => [ 1, 2 ] })), 3, 'recommendations by POST');
answers_with($public, GET => '/rpc/explain?product_id=3', 200, $private, token => $u1);
my $event = answers_with($public, POST => '/rpc/track_event', 200, $private, token => $u1, body => { product_id => 7, event_type => 'purchase', idempotency_key => 'order 1' });
is(request($public, POST => '/rpc/track_event', token => $u1, body => { product_id => 7, event_type => 'purchase', idempotency_key => 'order 1' })->{json}, $event->{json}, 'a repeated event');
is(rows(answers_with($public, POST => '/rpc/track_events', 200, $private, token => $u1, body => { events => [ { product_id => 8 }, { product_id => 9, metadata => { from => 'home' } } ] })), 2, 'a batch');
is($node->safe_psql('postgres', q{SELECT string_agg(product_id::text, ' ' ORDER BY event_id) FROM shop.events WHERE user_id = 1 AND event_id >= } . $event->{json}), '7 8 9', 'the events are there');
ok(!grep({ $_->{product_id} == 8 } @{ request($public, GET => '/rpc/recommendations?k=500', token => $u1)->{json} }), 'and the next recommendation knows them');

# A visitor who logs in.
my $visitor = answers_with($public, POST => '/rpc/anonymous_token', 200, $private, body => {})->{json};
answers_with($public, POST => '/rpc/track_event', 200, $private, token => $visitor, body => { product_id => 5 });
my $search = answers_with($public, POST => '/rpc/log_search', 200, $private, token => $visitor, body => { query => 'prodcut brand', results => 5, answered_by => 'corrected' })->{json};
my %click = (token => $visitor, body => { search_id => $search, product_id => 5, rank => 2 });
ok(answers_with($public, POST => '/rpc/log_click', 200, $private, %click)->{json}, 'a click on what a visitor searched for');
ok(!request($public, POST => '/rpc/log_click', %click)->{json}, '... counts once');
refuses('a click on the search of another user', '404', $public, POST => '/rpc/log_click', %click, token => $u1);
is(rows(answers_with($public, GET => '/rpc/recommendations', 200, $private, token => $visitor)), 10, 'recommendations for a visitor');
my $new = token({ role => 'shop_user', sub => 'somebody new' });
is(answers_with($public, POST => '/rpc/merge', 200, $private, token => $new, body => { anonymous_token => $visitor })->{json}, 1, 'the login takes over what the visitor did');
is(scalar @{ answers_with($public, GET => '/rpc/me', 200, $private, token => $new)->{json}{events} }, 1, 'me');
is(answers_with($public, POST => '/rpc/erase_me', 200, $private, token => $new, body => {})->{json}{events}, 1, 'erase me');
is(request($public, GET => '/rpc/me', token => $new)->{json}{user}, undef, '... and nothing is left');

# The shop's own servers.
is(rows(answers_with($staff, GET => '/rpc/recommendations?k=5&user_id=u2', 200, $private, token => $service)), 5, 'a service asks for a user');
is(rows(answers_with($staff, POST => '/rpc/track_events', 200, $private, token => $service, body => { events => [ map { { user_id => "import $_", product_id => $_, occurred_at => '2026-01-01T00:00:00Z' } } 1 .. 300 ] })), 300, 'and imports');
cmp_ok(rows(answers_with($staff, GET => '/rpc/status', 200, $private, token => $admin)), '>', 5, 'status');
is(rows(answers_with($staff, GET => '/rpc/jobs', 200, $private, token => $admin)), 7, 'jobs');
is(answers_with($staff, POST => '/rpc/run_job', 200, $private, token => $admin, body => { job => 'similarity', force => JSON::PP::true })->{json}{status}, 'succeeded', 'a job');
answers_with($staff, GET => '/rpc/evaluations', 200, $private, token => $admin);
answers_with($staff, GET => '/rpc/export_user?user_id=u2', 200, $private, token => $admin);
answers_with($staff, POST => '/rpc/erase_user', 200, $private, token => $admin, body => { user_id => 'u2' });

# Refusals. (Versions differ in some: each of the given statuses is documented.)
sub refuses
{
	my ($title, $statuses, $server, $method, $path, %options) = @_;
	my $answer = request($server, $method, $path, %options);
	like($answer->{status}, qr/^(?:$statuses)$/, "$title: $statuses") or diag $answer->{content};
	return $answer;
}
my %personal = (GET => '/rpc/recommendations', POST => '/rpc/track_event');
for my $method (sort keys %personal)
{
	my @body = $method eq 'POST' ? (body => { product_id => 1 }) : ();
	my %forged = (
		'without a token' => undef, 'a token of another secret' => token({ role => 'shop_user', sub => 'u1' }, secret => 'another secret of more than 32 bytes'),
		'an expired token' => token({ role => 'shop_user', sub => 'u1', exp => int(time) - 3600 }), 'a token that nobody signed' => token({ role => 'shop_user', sub => 'u1' }, alg => 'none'),
		'a token for somebody else' => token({ role => 'shop_user', sub => 'u1', aud => 'another shop' }), 'no token at all' => 'x.y.z',
		'a token without role' => token({ sub => 'u1' }), 'a token without sub' => token({ role => 'shop_user' }), 'a sub that is a number' => token({ role => 'shop_user', sub => 1 }),
		(map { ("a token of role $_" => token({ role => $_, sub => 'u1' })) } qw(shop_admin shop_service shop_api authenticator postgres pg_read_all_data nobody)));
	refuses("$method, $_", '401|403', $public, $method, $personal{$method}, @body, token => $forged{$_}) for sort keys %forged;
}
refuses('a token of the staff', '401|403', $public, GET => '/rpc/jobs', token => $admin);
refuses('another user', '403', $public, GET => '/rpc/recommendations?user_id=u3', token => $u1);
refuses('an event of another user', '403', $public, POST => '/rpc/track_event', token => $u1, body => { product_id => 1, user_id => 'u3' });
refuses('an event of another user in a batch', '403', $public, POST => '/rpc/track_events', token => $u1, body => { events => [ { product_id => 1, user_id => 'u3' } ] });
refuses('a role in the body', '404', $public, POST => '/rpc/track_event', token => $u1, body => { product_id => 1, role => 'shop_admin' });
refuses('claims in a header', '401', $public, GET => '/rpc/recommendations', headers => { 'request.jwt.claims' => '{"role": "shop_user", "sub": "u1"}' });
refuses($_, '401|403|404', $public, GET => $_, token => $u1) for qw(/rpc/status /rpc/jobs /rpc/export_user?user_id=u3 /users /events /event_keys /rpc/shopsmart_recommend /rpc/personal_request /rpc/shopsmart_pre_request);
refuses('another schema', '406', $public, GET => '/users', token => $u1, headers => { 'Accept-Profile' => 'shop' });
refuses('writing by GET', '405', $public, GET => '/rpc/track_event?product_id=1', token => $u1);
refuses("$_ of a product", '401|403|404|405', $public, $_ => '/products?product_id=eq.1', token => $u1, body => { product_id => 1, price => 0 }) for qw(POST PATCH PUT DELETE);
my $error = refuses('k out of range', '400', $public, GET => '/rpc/trending?k=1001');
is_deeply([ @{ $error->{json} }{qw(code message)} ], [ '22023', 'k must be between 1 and 1000' ], '... names the argument');
refuses('a filter that is none', '400', $public, GET => '/rpc/trending?filter={"colour":1}');
refuses('no JSON', '400', $public, GET => '/rpc/trending?filter={');
refuses('no number', '400', $public, GET => '/rpc/trending?k=many');
is(refuses('an unknown product', '404', $public, GET => '/rpc/similar_products?product_id=9999')->{json}{code}, 'PT404', '... by its code');
refuses('an event of an unknown product', '404', $public, POST => '/rpc/track_event', token => $u1, body => { product_id => 9999 });
refuses('no such function', '404', $public, GET => '/rpc/nothing');
refuses('a key for another event', '409', $public, POST => '/rpc/track_event', token => $u1, body => { product_id => 8, idempotency_key => 'order 1' });
refuses('too many events', '413', $public, POST => '/rpc/track_events', token => $u1, body => { events => [ map { { product_id => 1 } } 1 .. 1001 ] });
refuses('no secret on the other server', '401|403', $staff, GET => '/rpc/recommendations', token => $u1);

# OpenAPI comes out of comments, and shows what the caller may do.
my $description = request($public, GET => '/')->{json};
is($description->{info}{title}, 'Shop', 'title');
my $operation = $description->{paths}{'/rpc/similar_products'}{get};
is($operation->{summary}, 'Products like one product', 'the title of an operation');
like($operation->{description}, qr/^- product_id: /m, '... and its arguments');
ok($description->{definitions}{products}{properties}{price}{description}, 'columns are described');
ok(!exists $description->{paths}{'/rpc/recommendations'}, 'a visitor is not shown what wants a token');
my $for_shoppers = request($public, GET => '/', token => $u1)->{json};
ok(exists $for_shoppers->{paths}{'/rpc/recommendations'} && !exists $for_shoppers->{paths}{'/rpc/run_job'}, 'a shopper is');

# The examples of the document.
SKIP:
{
	skip 'no curl', 1 unless grep { -x "$_/curl" } split /:/, $ENV{PATH};
	my $document = slurp_file("$FindBin::RealBin/../../docs/http.md");
	my @curls = grep {/^curl/} map { split /\n(?! )/ } map { s/\\\n\s*/ /gr } map { /((?:^curl(?:.*\\\n)*.*\n)+)/mg } $document =~ /^```sh\n(.*?)^```$/gms;
	cmp_ok(scalar @curls, '>=', 12, 'the document has examples');
	my $search_of_u1 = request($public, POST => '/rpc/log_search', token => $u1, body => { query => 'product', results => 5 })->{json};
	for my $curl (@curls)
	{
		(my $command = $curl) =~ s/^curl/curl --globoff -s -o \/dev\/null -w '%{http_code}'/;
		my $server = $command =~ /localhost:3001/ ? $staff : $public;
		$command =~ s/localhost:300[01]/$server->{url}/;
		local @ENV{qw(TOKEN ANONYMOUS_TOKEN ADMIN_TOKEN SERVICE_TOKEN SEARCH)} = ($u1, $visitor, $admin, $service, $search_of_u1);
		IPC::Run::run([ 'bash', '-c', $command ], '>', \my $status, '2>', \my $complaint);
		is($status, 200, $curl) or diag $complaint;
	}
}

# Sixteen clients: reads, and an event in ten.
my @clients = map { my $client = $_; client($client) } 1 .. 16;
my (%statuses, $slowest);
for my $pipe (@clients)
{
	while (my $line = <$pipe>)
	{
		my ($status, $count, $seconds) = split ' ', $line;
		$statuses{$status} += $count;
		$slowest = $seconds if !defined $slowest || $seconds > $slowest;
	}
	close $pipe;
}
diag "16 clients, $load_seconds s: " . join(', ', map {"$statuses{$_} answers $_"} sort keys %statuses) . sprintf ', slowest %.0f ms', 1000 * $slowest;
is(join(' ', sort keys %statuses), '200', 'no client is refused anything, and nothing fails');

sub client
{
	my ($number) = @_;
	my $pid = open(my $pipe, '-|') // die "fork: $!";
	return $pipe if $pid;
	my $own = { %$public, client => HTTP::Tiny->new(timeout => 20, keep_alive => 1) };
	my $token = token({ role => 'shop_user', sub => 'u' . (10 + $number) });
	my @paths = ('/rpc/trending', '/rpc/recommendations?k=20', '/rpc/similar_products?product_id=' . $number, '/rpc/search?query=product%20' . $number, '/products?limit=20&order=price', '/rpc/facets?query=brand', '/rpc/suggest?prefix=pr', '/rpc/recommendations?k=5', '/rpc/explain?product_id=3');
	my (%count, %slow);
	my $until = time + $load_seconds;
	for (my $turn = 0; time < $until; $turn++)
	{
		my $start = time;
		my $answer = $turn % 10 == 9
			? request($own, POST => '/rpc/track_event', token => $token, body => { product_id => 1 + $turn % 500 })
			: request($own, GET => $paths[ $turn % 10 ], token => $token);
		$count{ $answer->{status} }++;
		my $seconds = time - $start;
		$slow{ $answer->{status} } = $seconds if $seconds > ($slow{ $answer->{status} } // 0);
	}
	print "$_ $count{$_} $slow{$_}\n" for keys %count;
	close STDOUT;
	require POSIX;
	POSIX::_exit(0);
}

# The timeouts of the roles, which PostgREST sets for each request: a second for visitors, five for shoppers.
$node->safe_psql('postgres', q{ALTER TABLE shop.products ENABLE ROW LEVEL SECURITY; CREATE POLICY slow ON shop.products TO shop_api USING (pg_sleep(2)::text = '')});
my $asked_at = time;
is(refuses('too slow for a visitor', '504', $public, GET => '/rpc/trending')->{json}{code}, 'PT504', '... by its code');
cmp_ok(time - $asked_at, '<', 4, '... after a second, not five');
$asked_at = time;
refuses('too slow for a shopper', '504', $public, GET => '/rpc/recommendations', token => $u1);
cmp_ok(time - $asked_at, '>', 4, '... after five');
$node->safe_psql('postgres', 'DROP POLICY slow ON shop.products; ALTER TABLE shop.products DISABLE ROW LEVEL SECURITY');

# A changed schema is known at once.
$node->safe_psql('postgres', q{SELECT shopsmart_setup_api(); CREATE VIEW api.brands AS SELECT DISTINCT brand FROM shop.products; GRANT SELECT ON api.brands TO web_anon; NOTIFY pgrst, 'reload schema'});
my $brands;
for (1 .. 300)
{
	last if ($brands = request($public, GET => '/brands')->{status}) == 200;
	select undef, undef, undef, 0.1;
}
is($brands, 200, 'what the shop adds to the schema is served');
is(request($public, GET => '/rpc/trending')->{status}, 200, '... beside what was made anew');

# How often one may ask, with the header that says when to come back.
$node->append_conf('postgresql.conf', "shopsmart.rate_limit = 3\n");
$node->reload;
my $hasty = token({ role => 'shop_user', sub => 'u99' });
# (Each connection of PostgREST takes a moment to hear of the new limit.)
my $refusal;
my $asked = 0;
do { $refusal = request($public, GET => '/rpc/recommendations?k=1', token => $hasty) } until $refusal->{status} != 200 || ++$asked == 500;
is($refusal->{status}, 429, "too many requests, after $asked");
cmp_ok($refusal->{headers}{'retry-after'} // -1, '>', 0, 'Retry-After');
is($refusal->{json}{code}, 'PT429', '... and why') or diag $refusal->{content};
is(request($public, GET => '/products?limit=1', token => $hasty)->{status}, 429, 'views are counted too, by db-pre-request');
is(request($public, GET => '/products?limit=1')->{status}, 200, 'others are not concerned');

for my $server ($public, $staff)
{
	$server->{run}->signal('TERM');
	$server->{run}->finish;
}
$node->stop;
done_testing();
