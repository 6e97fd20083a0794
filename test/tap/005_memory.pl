# A session that calls a function 10,000 times does not grow; a rebuild stays within shopsmart.rebuild_memory + 64 MB and says
# so when that is too little.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use PostgreSQL::Test::Cluster;
use ShopNode;
use Test::More;

my $calls = 10_000;
time_limit(480);

my $node = shop_node('main', conf => "shared_buffers = 16MB\nmax_wal_size = 4GB\nsynchronous_commit = off\n");
fill_shop($node, products => 2000, users => 2000, events => 40_000);
$node->safe_psql('postgres', 'SELECT shopsmart_rebuild_similarity(); SELECT shopsmart_refresh_trending(); SELECT shopsmart_setup_search_log(); SELECT shopsmart_log_search($$tent$$, 1)');

# Each statement is one call with arguments that vary, as a client sends it. The first calls warm caches and plans.
my $used = q{
	SELECT 'used', sum(used_bytes), sum(total_bytes), (SELECT 1024 * substring(pg_read_file('/proc/self/status') from 'RssAnon:\s+(\d+)')::bigint)
	FROM pg_backend_memory_contexts;
};
my %statements = (
	recommend => sub { "SELECT count(*) FROM shopsmart_recommend('u$_[0]', 20)" },
	'recommend with filter' => sub { "SELECT count(*) FROM shopsmart_recommend('u$_[0]', 20, 3, '{\"price\": {\"gte\": 30}, \"in_stock\": true}', ARRAY[1, $_[0]])" },
	'recommend to nobody' => sub { "SELECT count(*) FROM shopsmart_recommend('nobody', 20)" },
	similar => sub { "SELECT count(*) FROM shopsmart_similar($_[0], 20)" },
	bought_together => sub { "SELECT count(*) FROM shopsmart_bought_together(ARRAY[$_[0], 7, 8])" },
	trending => sub { "SELECT count(*) FROM shopsmart_trending(20, 1 + $_[0] % 20)" },
	explain => sub { "SELECT count(*) FROM shopsmart_explain('u$_[0]', 17)" },
	'order by index' => sub { "SET enable_sort = off; SELECT product_id FROM shop.products WHERE price < 50 ORDER BY product_id <~> shopsmart_user('@{[ $_[0] % 100 ? 'u' . $_[0] : 'nobody' ]}') LIMIT 20" },
	'order by sort' => sub { "SET enable_indexscan = off; SELECT product_id FROM shop.products WHERE product_id < 100 ORDER BY product_id <~> shopsmart_trend(1 + $_[0] % 20, '24h') LIMIT 20" },
	'deep order' => sub { "SET enable_sort = off; SELECT product_id FROM shop.products ORDER BY product_id <~> shopsmart_similar_to($_[0]) OFFSET @{[ $_[0] % 100 ? 100 : 1900 ]} LIMIT 1" },
	'order for each of some' => sub { "SET enable_sort = off; SELECT count(*) FROM generate_series(1, 5) u, LATERAL (SELECT FROM shop.products ORDER BY product_id <~> shopsmart_cart(ARRAY[u, $_[0]]) LIMIT 3) p" },
	'failing order' => sub { "SET enable_sort = off; SELECT 1 / (product_id % 3) FROM shop.products ORDER BY product_id <~> shopsmart_user('u$_[0]') LIMIT 20" },
	rank => sub { "SELECT 7 <~> shopsmart_user('u$_[0]')" },
	seen => sub { "SELECT count(*) FROM shopsmart_seen('u$_[0]')" },
	progress => sub { 'SELECT count(*) FROM shopsmart_progress()' },
	track => sub { "SELECT shopsmart_track('u$_[0]', 5)" },
	'track with key' => sub { "SELECT shopsmart_track('u$_[0]', 5, idempotency_key => 'key ' || $_[0] / 2)" },
	'refused track' => sub { "SELECT shopsmart_track('u$_[0]', -5)" },
	'log search' => sub { "SELECT shopsmart_log_search('query $_[0]', 5, 'words', 'u$_[0]')" },
	'log click' => sub { "SELECT shopsmart_log_click(1, $_[0], 5)" },
	'wrong filter' => sub { "SELECT shopsmart_recommend('u1', filter => '{\"wrong\": $_[0]}')" });

my $arguments = 2000;
my %sessions;
for my $name (keys %statements)
{
	my @call = map { $statements{$name}->(1 + $_ % $arguments) . ";\n" } 1 .. $arguments + $calls;
	my $warming = join '', @call[ 0 .. $arguments - 1 ];
	my $measured = join '', @call[ $arguments .. $#call ];
	# The first look at memory takes memory.
	$sessions{$name} = psql_start($node, "$used\\o /dev/null\n$warming\\o\n$used\\o /dev/null\n$measured\\o\n$used");
}
for my $name (sort keys %sessions)
{
	my ($status, $output, $error) = psql_finish($sessions{$name});
	my (undef, @memory) = map { [ split /\|/ ] } grep {/^used/} split /\n/, $output;
	my ($in_use, $contexts, $private) = map { $memory[1][$_] - $memory[0][$_] } 1 .. 3;
	cmp_ok($in_use, '<=', 64 * 1024, sprintf '%d calls of %s: %d bytes more in use', $calls, $name, $in_use);
	cmp_ok($contexts, '<=', 64 * 1024, sprintf 'in contexts that grew by %d bytes', $contexts);
	cmp_ok($private, '<=', 256 * 1024, sprintf 'private memory grew by %d kB', $private / 1024);
}

# Peak private memory of a rebuild: the most that was ever resident, less what is shared.
sub rebuild
{
	my ($memory, $threads) = @_;
	my $status = q{(SELECT regexp_replace(pg_read_file('/proc/self/status'), '.*%s:\s+(\d+) kB.*', '\1')::bigint / 1024.0)};
	my $peak = sprintf "SELECT %s - %s - %s", map { sprintf $status, $_ } qw(VmHWM RssFile RssShmem);
	my $output = $node->safe_psql('postgres', qq{
		SET shopsmart.rebuild_memory = '$memory';
		SET shopsmart.rebuild_threads = $threads;
		$peak;
		SELECT blocks, events_read, pairs_kept, basket_pairs_kept, round(peak_memory_bytes / 1048576.0, 1) FROM shopsmart_rebuild_similarity();
		$peak});
	my ($before, $report, $after) = split /\n/, $output;
	my ($blocks, $events, $pairs, $basket_pairs, $said) = split /\|/, $report;
	my $limit = $memory =~ s/MB//r;
	cmp_ok($after - $before, '<=', $limit + 64,
		sprintf '%s for %d events: %.0f MB used, %s MB reported, %d blocks, %d threads', $memory, $events, $after - $before, $said, $blocks, $threads);
	cmp_ok($said, '<=', $limit, 'the report stays within the setting');
	return ($blocks, $said, "$pairs $basket_pairs");
}

my ($blocks, undef, $small) = rebuild('512MB', 2);
is($blocks, 1, 'one block where all fits');
$node->safe_psql('postgres', q{
	SELECT shopsmart_drop_search_log();
	TRUNCATE shop.categories, shop.products, shop.users, shop.events, shop.event_keys;
	DROP INDEX shop.products_attributes, shop.products_brand});
fill_shop($node, products => 20_000, users => 60_000, events => 500_000, bare => 1);
(undef, my $said, my $large) = rebuild('512MB', 2);
isnt($large, $small, 'another size of data');
# Half of what all in one block took: more than one block, but not the many that take long.
my $half = int($said / 2) . 'MB';
(my $parts, undef, my $in_parts) = rebuild($half, 2);
cmp_ok($parts, '>', 1, "$parts blocks with $half");
is($in_parts, $large, 'which keep the same pairs');

my $too_small = "SET shopsmart.rebuild_memory = '1MB'; SELECT shopsmart_rebuild_similarity()";
is(sqlstate($node, $too_small), '53200', 'too little memory for one block is 53200');
my ($status, $output, $error) = $node->psql('postgres', $too_small);
like($error, qr/HINT:.*shopsmart\.rebuild_memory/, 'with a hint that names the setting');
is(model_faults($node, qw(similarity baskets popularity)), '', 'and the model stays');

done_testing();
