# pg_upgrade takes a shop over whole, with its models, search index, jobs and partitions: afterwards it answers as before, at once.
# SHOPSMART_NEW_BINDIR names the programs of a later version that has the extension; by default the version goes to itself.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ShopNode;
use Test::More;

time_limit(180);

my $old = shop_node('old', conf => "fsync = off\n");
fill_shop($old, products => 100, users => 100, events => 3000);
$old->safe_psql('postgres', q{
	SELECT shopsmart_track('ana', 6, 'purchase', occurred_at => '2001-02-03');
	SELECT shopsmart_track('ana', 7, 'purchase', idempotency_key => 'k');
	SELECT shopsmart_rebuild_similarity();
	SELECT shopsmart_refresh_trending();
	SELECT shopsmart_rebuild_sessions();
	SELECT shopsmart_train('ease');
	SELECT shopsmart_setup_search();
	SELECT shopsmart_alter_job('trending', schedule => '2 hours');
	SELECT shopsmart_run_job('history');
	CREATE ROLE reader;
	SELECT shopsmart_grant('reader', 'read');
});

my @questions = (
	q{SELECT u.user_id, r.* FROM shop.users u, shopsmart_recommend(u.external_id, 10, as_of => (SELECT max(occurred_at) FROM shop.events)) r ORDER BY 1, 2},
	q{SELECT p.product_id, s.* FROM shop.products p, shopsmart_similar(p.product_id, 5) s ORDER BY 1, 2},
	q{SELECT p.product_id, s.* FROM shop.products p, shopsmart_similar(p.product_id, 5, model => 'ease') s ORDER BY 1, 2},
	q{SELECT * FROM shopsmart_trending(50)},
	q{SELECT * FROM shopsmart_next('u1', 10)},
	q{SELECT * FROM shopsmart_search('product 17', 10)},
	q{SELECT job, function, schedule, enabled, config FROM shopsmart.jobs ORDER BY job},
	q{SELECT job, status, rows FROM shopsmart.job_runs ORDER BY run_id},
	q{SELECT relid::text FROM pg_partition_tree('shop.events') ORDER BY 1});
my @before = map { $old->safe_psql('postgres', $_) } @questions;
$old->stop;

my $new_bindir = $ENV{SHOPSMART_NEW_BINDIR} // $old->config_data('--bindir');
my $new = PostgreSQL::Test::Cluster->new('new', $ENV{SHOPSMART_NEW_BINDIR} ? (install_path => "$new_bindir/..") : ());
$new->init(extra => [ '--locale=C', '--encoding=UTF8' ]);
my $folder = PostgreSQL::Test::Utils::tempdir('upgrade');
chdir $folder or die "cannot change to $folder: $!";
command_ok([ "$new_bindir/pg_upgrade", '--no-sync', '-b', $old->config_data('--bindir'), '-B', $new_bindir, '-d', $old->data_dir, '-D', $new->data_dir,
		'-s', $new->host, '-p', $old->port, '-P', $new->port ],
	'pg_upgrade');
$new->start;
is($new->safe_psql('postgres', $questions[$_]), $before[$_], "as before: $questions[$_]") for 0 .. $#questions;
is($new->safe_psql('postgres', q{SELECT shopsmart_track('ana', 7, 'purchase', idempotency_key => 'k') = (SELECT event_id FROM shop.event_keys)}), 't', 'keys are remembered');
is($new->safe_psql('postgres', q{SET ROLE reader; SELECT count(*) FROM shopsmart_recommend('ana', 5)}), 5, 'rights came along');
is(sqlstate($new, 'SELECT shopsmart_rebuild_similarity()'), '', 'a rebuild');
is(sqlstate($new, q{SELECT shopsmart_track('eva', 3, 'view')}), '', 'a new event');
is($new->safe_psql('postgres', q{SELECT count(*) FROM shopsmart_status() WHERE state = 'error'}), 0, 'nothing is wrong');
done_testing();
