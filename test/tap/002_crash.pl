# The server is ended the hard way at random moments of a load of events, rebuilds and refreshes. No event that a client was told
# of is lost, none is there twice, and the model is one complete generation.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ShopNode;
use Test::More;
use Time::HiRes qw(time usleep);

my $points = $ENV{SHOPSMART_CRASHES} // 20;
my $writers = 4;
time_limit(120 + 20 * $points);
random_seed();

my $node = shop_node('main', conf => "restart_after_crash = on\nwal_level = replica\nsynchronous_commit = on\n");
fill_shop($node, products => 300, users => 300, events => 20_000);
$node->safe_psql('postgres', q{
	CREATE SCHEMA test;
	CREATE TABLE test.rebuilds AS SELECT * FROM shopsmart_rebuild_similarity();
	CREATE TABLE test.refreshes AS SELECT * FROM shopsmart_refresh_trending();
	CREATE TABLE test.acknowledged (idempotency_key text, event_id bigint);
	CHECKPOINT});
my $jobs = q{
	INSERT INTO test.rebuilds SELECT * FROM shopsmart_rebuild_similarity() RETURNING 'rebuild', generation;
	INSERT INTO test.refreshes SELECT * FROM shopsmart_refresh_trending() RETURNING 'refresh', generation;
} x 500;

# One statement for each key: a repeated call is the same text.
sub track
{
	my ($key) = @_;
	my ($number) = $key =~ /(\d+)$/;
	return sprintf "SELECT '%s', shopsmart_track('writer %d', %d, 'view', idempotency_key => '%s');\n", $key, $number % 7, 1 + $number % 300, $key;
}

sub children
{
	my ($parent) = @_;
	return split ' ', slurp_file("/proc/$parent/task/$parent/children");
}

sub postmaster { return (split /\n/, slurp_file($node->data_dir . '/postmaster.pid'))[0] }

sub backend
{
	my ($query) = @_;
	return $node->safe_psql('postgres',
		"SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND query LIKE '%$query%' AND pid <> pg_backend_pid() ORDER BY random() LIMIT 1");
}

# Each way returns when nothing of the old server is alive; the server is up again or must be started.
my %ways = (
	'immediate stop' => sub { $node->stop('immediate'); return 'stopped' },
	'kill -9 of the postmaster' => sub {
		my @children = children(postmaster());
		$node->kill9;
		usleep 10_000 while grep { kill 0, $_ } @children;
		return 'stopped';
	},
	'kill -9 of the rebuild' => sub { kill 9, backend('shopsmart_re') || die 'no rebuild'; return 'restarting' },
	'kill -9 of a writer' => sub { kill 9, backend('shopsmart_track') || die 'no writer'; return 'restarting' });

sub crash
{
	my ($point, $way) = @_;
	my %keys = map { my $writer = $_; $writer => [ map {"$point-$writer-$_"} 1 .. 20_000 ] } 1 .. $writers;
	my @clients = psql_start($node, $jobs);
	for my $writer (1 .. $writers)
	{
		push @clients, psql_start($node, join '', map { track($_) } @{ $keys{$writer} });
	}
	$node->poll_query_until('postgres', q{SELECT count(*) > 20 FROM shop.event_keys WHERE idempotency_key LIKE '} . "$point-%'") or die 'no load';
	usleep rand 500_000;
	my $state = $ways{$way}->();
	# The clients end when their server does, so that what they print is all that they were told.
	my @output = map { (psql_finish($_))[1] } @clients;
	my $jobs_done = shift @output;
	$node->start if $state eq 'stopped';
	poll_through_restart($node, 'SELECT true');

	my $start = time;
	my $count = $node->safe_psql('postgres', "SELECT count(*) FROM shopsmart_recommend('u1', 20)");
	my $seconds = time - $start;
	is($count, '20', "point $point, $way: the first answer is complete");
	cmp_ok($seconds, '<', 1, sprintf 'and there at once (%.3f s)', $seconds);

	check_events($point, \%keys, map { split /\n/ } @output);
	check_models($jobs_done);
	return;
}

sub check_events
{
	my ($point, $keys, @lines) = @_;
	my %acknowledged = map { /^([\d-]+)\|(\d+)$/ ? ($1 => $2) : () } @lines;
	cmp_ok(scalar keys %acknowledged, '>', 0, scalar(keys %acknowledged) . ' events were acknowledged');
	my $rows = join ',', map {"('$_', $acknowledged{$_})"} keys %acknowledged;
	my $lost = qq{
		SELECT count(*) FROM (SELECT a.event_id FROM test.acknowledged a
			LEFT JOIN shop.event_keys k USING (idempotency_key, event_id) LEFT JOIN shop.events e USING (event_id)
			GROUP BY a.idempotency_key, a.event_id HAVING count(e.event_id) <> 1 OR count(k.event_id) <> 1) AS wrong};
	is($node->safe_psql('postgres', "INSERT INTO test.acknowledged VALUES $rows; $lost"), '0', 'each of them, and of those before, is there once');

	# A client that does not know what became of its last calls repeats them.
	my @repeated = map { my $writer = $_; grep { !$acknowledged{$_} || $_ =~ /7$/ } @{ $keys->{$writer} }[ 0 .. repeat_to($keys->{$writer}, \%acknowledged) ] } keys %$keys;
	my %again = map { split /\|/ } split /\n/, $node->safe_psql('postgres', join '', map { track($_) } @repeated);
	is(scalar(grep { !$again{$_} } @repeated), 0, scalar(@repeated) . ' calls repeated');
	is(scalar(grep { $acknowledged{$_} && $acknowledged{$_} != $again{$_} } @repeated), 0, 'with the first answer');
	is($node->safe_psql('postgres', q{
			SELECT count(*) - (SELECT count(DISTINCT event_id) FROM shop.event_keys) FROM shop.events JOIN shop.users USING (user_id) WHERE external_id LIKE 'writer %'}),
		'0', 'and no event twice');
	return;
}

# The index of the last key that may have been sent: one behind the last acknowledged.
sub repeat_to
{
	my ($keys, $acknowledged) = @_;
	my ($last) = grep { $acknowledged->{ $keys->[$_] } } reverse 0 .. $#$keys;
	$last //= -1;
	return $last < $#$keys ? $last + 1 : $last;
}

sub check_models
{
	my ($done) = @_;
	is(model_faults($node, qw(similarity baskets popularity trending)), '', 'every model is one generation');
	is($node->safe_psql('postgres', q{
			SELECT (SELECT r.pairs_kept FROM test.rebuilds r WHERE r.generation = g.generation) = (SELECT sum(cardinality(neighbor_ids)) FROM shopsmart.neighbors n WHERE n.generation = g.generation)
				AND g.generation = (SELECT max(generation) FROM test.rebuilds)
			FROM shopsmart.generations g WHERE kind = 'similarity';
			SELECT (SELECT r.scores_kept FROM test.refreshes r WHERE r.generation = g.generation) = (SELECT sum(cardinality(product_ids)) FROM shopsmart.ranked_lists n WHERE n.generation = g.generation)
				AND g.generation = (SELECT max(generation) FROM test.refreshes)
			FROM shopsmart.generations g WHERE kind = 'trending'}),
		"t\nt", 'the last committed one, with all its rows');
	my %last = $done =~ /^(rebuild|refresh)\|(\d+)$/mg;
	for my $job (sort keys %last)
	{
		is($node->safe_psql('postgres', "SELECT count(*) FROM test.${job}s WHERE generation = $last{$job}" =~ s/refreshs/refreshes/r), '1', "the last $job that was reported is there");
	}
	return;
}

my @ways = sort keys %ways;
crash($_, $ways[ $_ % @ways ]) for 1 .. $points;

$node->safe_psql('postgres', 'SELECT shopsmart_rebuild_similarity(); SELECT shopsmart_refresh_trending()');
is(model_faults($node, qw(similarity baskets popularity trending)), '', 'the next jobs leave one generation');

done_testing();
