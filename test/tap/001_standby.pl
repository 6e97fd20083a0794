# A streaming replica answers like its primary, refuses writes with 25006, works as a primary once promoted, and a
# rebuild on the primary cancels none of its queries.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use PostgreSQL::Test::Cluster;
use ShopNode;
use Test::More;

time_limit(120);

my $primary = shop_node('primary', streaming => 1);
fill_shop($primary, products => 300, users => 400, events => 8000);
$primary->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'base', has_streaming => 1);
$standby->append_conf('postgresql.conf', "max_standby_streaming_delay = 30s\nhot_standby_feedback = off\n");
$standby->start;

# Without a model the fallbacks answer, on the standby too.
is($standby->safe_psql('postgres', "SELECT count(*), min(strategy) FROM shopsmart_recommend('u1', 25)"), '25|newest', 'no model yet: the list is full all the same');

$primary->safe_psql('postgres', 'SELECT shopsmart_rebuild_similarity(); SELECT shopsmart_rebuild_sessions(); SELECT shopsmart_refresh_trending(); SELECT shopsmart_setup_search_log(); SELECT shopsmart_log_search($$red$$, 1)');
$primary->wait_for_catchup($standby);
my $answers = answers($primary);
cmp_ok(length $answers, '>', 10_000, 'the primary has something to say');
is(answers($standby), $answers, 'every read function agrees with the primary');
is($standby->safe_psql('postgres', 'SELECT count(*) FROM shopsmart_progress()'), '0', 'nothing runs on the standby');

for my $write (
	"SELECT shopsmart_track('u1', 1)", "SELECT shopsmart_track('new', 1, idempotency_key => 'k')",
	'SELECT shopsmart_rebuild_similarity()', 'SELECT shopsmart_rebuild_sessions()', 'SELECT shopsmart_refresh_trending()', 'SELECT shopsmart_evaluate()', 'SELECT shopsmart_setup()',
	"SELECT shopsmart_add_partitions('2001-01-01')", "SELECT shopsmart_log_search('red', 1)", "SELECT shopsmart_log_search('red', 1, user_id => 'new')", 'SELECT shopsmart_log_click(1, 1, 1)',
	'SELECT shopsmart_setup_search_log()')
{
	is(sqlstate($standby, $write), '25006', "25006: $write");
}

is($standby->safe_psql('postgres', q{SELECT query, searches FROM shop.popular_searches WHERE time_window = '24h'}), 'red|1', 'searches that the primary logged can be read there');

# A snapshot of the standby that is older than two rebuilds and a VACUUM of what they left: replay waits for it.
my $reader = $standby->background_psql('postgres');
my $read = "SELECT string_agg(r::text, ' ') FROM shopsmart_recommend('u1', 20) r";
$reader->query_safe('BEGIN ISOLATION LEVEL REPEATABLE READ');
my $before = $reader->query_safe($read);
$primary->safe_psql('postgres', "SELECT shopsmart_track('u1', product_id, 'purchase') FROM shop.products WHERE product_id > 280");
$primary->safe_psql('postgres', 'SELECT shopsmart_rebuild_similarity()') for 1 .. 2;
$primary->safe_psql('postgres', 'SELECT shopsmart_refresh_trending()');
$primary->safe_psql('postgres', 'VACUUM shopsmart.neighbors, shopsmart.ranked_lists, shopsmart.generations');
$primary->wait_for_catchup($standby, 'write');
is($reader->query_safe($read), $before, 'an open snapshot keeps its model while rebuilds arrive');
$reader->query_safe('COMMIT');
$primary->wait_for_catchup($standby);
isnt($reader->query_safe($read), $before, 'the next snapshot has the new events and the new model');
$reader->quit;
is($standby->safe_psql('postgres',
		'SELECT confl_tablespace + confl_lock + confl_snapshot + confl_bufferpin + confl_deadlock FROM pg_stat_database_conflicts WHERE datname = current_database()'),
	'0', 'no query of the standby was cancelled');

# Promoted, it is a primary like any other.
$primary->stop;
$standby->promote;
is($standby->safe_psql('postgres', "SELECT shopsmart_track('u1', 1, idempotency_key => 'k') = shopsmart_track('u1', 1, idempotency_key => 'k')"), 't', 'track works after promotion');
is($standby->safe_psql('postgres', 'SELECT (shopsmart_rebuild_similarity()).pairs_kept > 0'), 't', 'so does a rebuild');
is($standby->safe_psql('postgres', 'SELECT (shopsmart_refresh_trending()).scores_kept > 0'), 't', 'so does a refresh');
is(model_faults($standby, qw(similarity baskets popularity trending)), '', 'the model is whole');

done_testing();
