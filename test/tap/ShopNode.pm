# A PostgreSQL cluster of a test's own with a shop in it, and what tests of clusters do to it again and again.
package ShopNode;

use strict;
use warnings;
use Exporter 'import';
use FindBin;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time usleep);

our @EXPORT = qw(time_limit random_seed copy_installation shop_node reload_settings poll_through_restart fill_shop sqlstate psql_start psql_finish model_faults answers);

# Ends the test when it takes longer; the clusters are stopped as after any other failure.
sub time_limit
{
	my ($seconds) = @_;
	$SIG{ALRM} = sub { die "took longer than $seconds seconds\n" };
	alarm $seconds;
	return;
}

# Chooses, announces and sets the seed of rand(); SHOPSMART_SEED repeats a run.
sub random_seed
{
	my $seed = $ENV{SHOPSMART_SEED} // int(time * 1000) % 1_000_000;
	diag "SHOPSMART_SEED=$seed repeats these random points";
	srand $seed;
	return;
}

# A copy of the PostgreSQL under test, for tests that replace or remove a library. Returns a folder for install_path.
sub copy_installation
{
	local $ENV{PG_CONFIG} = $ENV{PG_CONFIG} // 'pg_config';
	my $copy = PostgreSQL::Test::Utils::tempdir('installation');
	my $script = '. "$1" && copy_postgresql "$2" && printf %s "${PRIVATE_BIN%/bin}"';
	IPC::Run::run([ 'bash', '-c', $script, 'copy', "$FindBin::RealBin/../../scripts/private_postgresql.sh", "$copy/postgresql" ], '>', \my $folder)
		or die 'cannot copy the installation';
	return $folder;
}

# shop_node(NAME, conf => 'setting = value ...', streaming => 1, setup => 0, install_path => copy_installation()): a running
# server with the extension.
sub shop_node
{
	my ($name, %options) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name, $options{install_path} ? (install_path => $options{install_path}) : ());
	$node->init(allows_streaming => $options{streaming}, extra => [ '--locale=C', '--encoding=UTF8' ]);
	$node->append_conf('postgresql.conf', "log_statement = none\nautovacuum = off\n" . ($options{conf} // ''));
	$node->start;
	$node->safe_psql('postgres', 'CREATE EXTENSION shopsmart');
	$node->safe_psql('postgres', 'SELECT shopsmart_setup()') if $options{setup} // 1;
	return $node;
}

# Reads the configuration again, and returns when new sessions have it.
sub reload_settings
{
	my ($node) = @_;
	my $before = $node->safe_psql('postgres', 'SELECT pg_conf_load_time()');
	$node->reload;
	$node->poll_query_until('postgres', "SELECT pg_conf_load_time() > '$before'") or die 'the configuration is not read again';
	return;
}

# Waits until a query gives true, of a server that restarts meanwhile. Not poll_query_until, which may find its psql turned away and
# gone before it has written the query to it.
sub poll_through_restart
{
	my ($node, $sql) = @_;
	my @psql = ($node->installed_command('psql'), '-XAtq', '-d', $node->connstr('postgres'), '-c', $sql);
	my $end = time + 120;
	while (time < $end)
	{
		IPC::Run::run(\@psql, '<', '/dev/null', '>', \my $answer, '2>', '/dev/null');
		return if $answer eq "t\n";
		usleep 50_000;
	}
	die "waited in vain for $sql";
}

# fill_shop(NODE, products => n, users => n, events => n): users u1, u2, ... and events of the last 60 days, the same for
# the same numbers. A quarter of the products takes half of the events. With bare => 1 events lose keys and indexes, so
# that millions of them are there in seconds.
sub fill_shop
{
	my ($node, %size) = @_;
	my $bare = $size{bare} ? q{
		ALTER TABLE shop.events DROP CONSTRAINT events_pkey;
		DROP INDEX shop.events_user_history, shop.events_product_id;
	} : '';
	$node->safe_psql('postgres', qq{
		SET client_min_messages = warning;
		SET synchronous_commit = off;
		SELECT shopsmart_add_partitions((now() - interval '60 days')::date, now()::date);
		$bare
		INSERT INTO shop.categories (category_id, parent_id, name)
			SELECT i, nullif(i / 4, 0), 'category ' || i FROM generate_series(1, 20) i;
		INSERT INTO shop.products (product_id, name, brand, category_id, price, rating, stock)
			SELECT i, 'product ' || i, 'brand ' || i % 9, 1 + i % 20, i % 100, i % 6, i % 7 FROM generate_series(1, $size{products}) i;
		INSERT INTO shop.users (user_id, external_id) SELECT i, 'u' || i FROM generate_series(1, $size{users}) i;
		ALTER TABLE shop.users ALTER user_id RESTART WITH @{[ $size{users} + 1 ]};
		-- Foreign keys hold by construction.
		SET session_replication_role = replica;
		INSERT INTO shop.events (user_id, product_id, event_type, occurred_at, session_id)
			SELECT 1 + (hashint8(i / 4) & 2147483647) % $size{users},
				1 + (floor($size{products} * power((hashint8(i / 4 + 1000000000) & 1048575) / 1048576.0::float8, 2))::bigint
					+ (hashint8(i + 2000000000) & 7)) % $size{products},
				(ARRAY['view', 'view', 'add_to_cart', 'purchase'])[1 + i % 4],
				now() - interval '60 days' * (i::float8 / @{[ $size{events} + 1 ]}), 's' || i / 4
			FROM generate_series(1, $size{events}) i;
		RESET session_replication_role;
		ANALYZE;
	});
	return;
}

# The SQLSTATE that a statement ends with; an empty string when it succeeds.
sub sqlstate
{
	my ($node, $sql, %options) = @_;
	my ($status, $output, $error) = $node->psql($options{database} // 'postgres', "\\set VERBOSITY sqlstate\n$sql", %options);
	return $error =~ /(?:ERROR|FATAL): +(\w{5})\b/ ? $1 : $status == 0 ? '' : $error;
}

# A psql beside the test: psql_start returns at once, psql_finish waits for its end and returns status, output, error. All go
# through files, so that psql never waits for the test.
my $sessions = 0;

sub psql_start
{
	my ($node, $sql, %options) = @_;
	my $files = PostgreSQL::Test::Utils::tempdir('session') . '/' . ++$sessions;
	append_to_file("$files.sql", $sql);
	local $ENV{PGAPPNAME} = $options{name} // $ENV{PGAPPNAME};
	my $connection = $node->connstr($options{database} // 'postgres') . ($options{user} ? " user=$options{user}" : '');
	my $run = IPC::Run::start([ $node->installed_command('psql'), '-XAtq', '-d', $connection, '-f', "$files.sql" ],
		'<', '/dev/null', '>', "$files.out", '2>', "$files.err");
	return { run => $run, files => $files };
}

sub psql_finish
{
	my ($session) = @_;
	$session->{run}->finish;
	my ($output, $error) = map { slurp_file("$session->{files}.$_") } qw(out err);
	chomp $output;
	return ($session->{run}->result, $output, $error);
}

# Ways in which the stored models are not exactly one complete generation of each kind; an empty string is good. `kinds`
# must be there.
sub model_faults
{
	my ($node, @kinds) = @_;
	my $kinds = join ',', map { "'$_'" } @kinds;
	return $node->safe_psql('postgres', qq{
		WITH stored(kind, generation) AS (
			SELECT CASE time_window WHEN 'all' THEN 'popularity' ELSE 'trending' END, generation FROM shopsmart.ranked_lists
			UNION SELECT 'sessions', generation FROM shopsmart.session_lists
			UNION SELECT NULL, generation FROM shopsmart.neighbors),
		complaints(complaint) AS (
			SELECT format('no model of kind %s', kind) FROM unnest(ARRAY[$kinds]::text[]) kind
			WHERE kind NOT IN (SELECT g.kind FROM shopsmart.generations g)
			UNION ALL
			SELECT format('generation %s of %s has no rows', g.generation, g.kind) FROM shopsmart.generations g
			WHERE g.generation NOT IN (SELECT s.generation FROM stored s)
			UNION ALL
			SELECT format('rows of generation %s belong to no model', s.generation) FROM stored s
			WHERE NOT EXISTS (SELECT FROM shopsmart.generations g WHERE g.generation = s.generation AND g.kind = coalesce(s.kind, g.kind)))
		SELECT complaint FROM complaints ORDER BY 1});
}

# What every read function answers, as one text.
sub answers
{
	my ($node, %options) = @_;
	my $functions = ($options{schema} // 'public') . '.shopsmart_';
	return $node->safe_psql($options{database} // 'postgres', qq{
		SELECT 'recommend', u, r.* FROM generate_series(1, 40) u, ${functions}recommend('u' || u, 20) r;
		SELECT 'recommend', r.* FROM ${functions}recommend('nobody', 30) r;
		SELECT 'next', u, r.* FROM generate_series(1, 40) u, ${functions}next('u' || u, 20, include_seen => true) r;
		SELECT 'in category', r.* FROM ${functions}recommend('u1', 10, 2, '{"in_stock": true, "price": {"gte": 20}}') r;
		SELECT 'similar', p, r.* FROM generate_series(1, 20) p, ${functions}similar(p, 20) r;
		SELECT 'bought', p, r.* FROM generate_series(1, 20) p, ${functions}bought_together(ARRAY[p, p + 1]) r;
		SELECT 'trending', w, r.* FROM unnest(ARRAY['24h', '7d', '30d']) w, ${functions}trending(50, NULL, w) r;
		SELECT 'trending', r.* FROM ${functions}trending(50, 2) r;
		SELECT 'explain', p, r.* FROM generate_series(1, 40) p, ${functions}explain('u1', p) r;
		SELECT 'similarity', r.* FROM shopsmart.item_similarity r ORDER BY product_id, rank;
		SELECT 'baskets', r.* FROM shopsmart.basket_affinity r ORDER BY product_id, rank;
	});
}

1;
