# docs/reference.md says what is there: functions, rights, columns, settings and error messages are compared with the
# extension and its sources, both ways, so that nothing can be added, changed or dropped without its page.
use strict;
use warnings;
use FindBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $root = "$FindBin::Bin/../..";
my $node = PostgreSQL::Test::Cluster->new('reference');

sub content {
    my ($file) = @_;
    open my $handle, '<:raw', "$root/$file" or die "$file: $!\n";
    local $/;
    return scalar <$handle>;
}

my $reference = content('docs/reference.md');
my %section = $reference =~ /^####? ([\w.]+)\n(.*?)(?=^##|\z)/gms;

# Cells of the rows of the first table with that heading, without the quotes of code.
sub table {
    my ($text, $heading) = @_;
    my ($body) = $text =~ /^\| \Q$heading\E \|.*\n\|[-|]+\|\n((?:\|.*\n)*)/m or return;
    return map { my (undef, @cells) = split / *\| */; [map { s/^`(.*)`$/$1/r } @cells] } split /\n/, $body;
}

sub rows {
    my ($sql) = @_;
    return map { [split /\t/, $_, -1] } split /\n/, $node->safe_psql('postgres', $sql, extra_params => ['-F', "\t"]);
}

sub short_types {
    my ($text) = @_;
    $text =~ s/timestamp with time zone/timestamptz/g;
    $text =~ s/('[^']*'|NULL)::[\w ]+?(?:\[\])?(?=[,)]|\z)/$1/g;
    return $text;
}

sub one_line { my ($text) = @_; $text =~ s/\s+/ /g; $text =~ s/\( /(/g; $text =~ s/^ | $//g; return $text }

my @roles = qw(read write admin);

sub check_functions {
    my @functions = rows(q{
        SELECT CASE n.nspname WHEN 'public' THEN '' ELSE n.nspname || '.' END || p.proname,
               pg_get_function_arguments(p.oid), pg_get_function_result(p.oid),
               CASE p.provolatile WHEN 'i' THEN 'immutable' WHEN 's' THEN 'stable' ELSE 'volatile' END,
               CASE p.proparallel WHEN 's' THEN 'safe' WHEN 'r' THEN 'restricted' ELSE 'unsafe' END,
               CASE WHEN has_function_privilege('reference_read', p.oid, 'EXECUTE') THEN 'read'
                    WHEN has_function_privilege('reference_write', p.oid, 'EXECUTE') THEN 'write'
                    WHEN has_function_privilege('reference_admin', p.oid, 'EXECUTE') THEN 'admin' ELSE 'owner' END,
               array_to_string(p.proargnames, ' ')
        FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
        JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'shopsmart'});
    my %listed = map { $_->[0] => $_ } table($reference, 'function | volatility | parallel | access | on a standby');
    for my $function (@functions) {
        my ($name, $arguments, $result, $volatility, $parallel, $access, $names) = @$function;
        my ($signature) = ($section{$name} // '') =~ /^```\n(.*?)^```$/ms;
        is(one_line($signature // ''), short_types("$name($arguments) RETURNS $result"), "$name: signature");
        my $row = delete $listed{$name} // [];
        is("@$row[1 .. 3]", "$volatility $parallel $access", "$name: volatility, parallel, access");
    }
    is(join(' ', sort keys %listed), '', 'no function is listed that does not exist');
}

sub check_relations {
    my @relations = rows(q{
        SELECT n.nspname || '.' || c.relname,
               string_agg(a.attname || ' ' || replace(format_type(a.atttypid, NULL), 'timestamp with time zone', 'timestamptz'), ', ' ORDER BY a.attnum)
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
        WHERE n.nspname IN ('shop', 'shopsmart') AND c.relkind IN ('r', 'p', 'v') AND NOT c.relispartition
        GROUP BY 1});
    my %columns = map { $_->[0] => $_->[1] } @relations;
    for my $relation (sort keys %columns) {
        my $documented = join ', ', map { "$_->[0] $_->[1]" } table($section{$relation} // '', 'column | type | meaning');
        is($documented, $columns{$relation}, "$relation: columns");
    }
    my @unknown = grep { /^shop(?:smart)?\./ && $section{$_} =~ /^\| column /m && !$columns{$_} } sort keys %section;
    is("@unknown", '', 'no table or view is described that does not exist');
}

sub in_units {
    my ($value) = @_;
    my %size = (ms => 1, s => 1, min => 60, h => 3600, d => 86400, kB => 1, MB => 1024, GB => 1048576);
    return $value =~ /^(\d+) ?([a-zA-Z]+)$/ && $size{$2} ? $1 * $size{$2} : $value;
}

sub check_settings {
    my %documented = map { $_->[0] => $_ } table($reference, 'setting | default | range | context | meaning');
    my %defined_there = map { $_->[0] => $_ } table(content('docs/internals.md'), 'setting | default | meaning');
    my @settings = rows(q{LOAD 'shopsmart';
        SELECT name, current_setting(name), coalesce(min_val, ''), coalesce(max_val, ''), coalesce(array_to_string(enumvals, ', '), ''), context,
               short_desc || ' ' || extra_desc, vartype
        FROM pg_settings WHERE name LIKE 'shopsmart.%'});
    for my $setting (@settings) {
        my ($name, $default, $least, $most, $choices, $context, $meaning, $type) = @$setting;
        my $row = delete $documented{$name} // [];
        my $range = $choices || ($type eq 'bool' ? 'on, off' : $type eq 'string' ? 'any text' : "$least to $most");
        (my $documented_range = $row->[2] // '') =~ s/^(.*) to (.*)$/in_units($1) . ' to ' . in_units($2)/e;
        is($row->[1], $default, "$name: default");
        is($documented_range, $range, "$name: range");
        is($row->[3], $context, "$name: who may change it");
        is($row->[4], $meaning, "$name: meaning");
        is(($defined_there{$name} // [])->[1], $default, "$name: default in internals");
    }
    # What holds a secret is in no view; only superusers can ask for it.
    my @hidden = grep { delete $documented{$_} } qw(shopsmart.jwt_secret shopsmart.redis_url);
    is(join(' ', map { rows("LOAD 'shopsmart'; SHOW $_") } @hidden), '', "$_: not in pg_settings, empty by default") for @hidden;
    is(join(' ', sort keys %documented), '', 'no setting is listed that does not exist');
    my %in_source = map { $_ => 1 } content('src/settings.cpp') =~ /"(shopsmart\.\w+)"/g;
    is_deeply([sort keys %in_source], [sort @hidden, map { $_->[0] } @settings], 'pg_settings has what src/settings.cpp defines');
}

# Messages as the sources hold them, with "%s" and the like where the page has anything.
sub check_messages {
    my ($errors) = $reference =~ /^## Errors\n(.*)/ms;
    for my $file (map { glob "$root/$_" } 'src/*/*.cpp', 'sql/*.sql') {
        (my $path = $file) =~ s{^\Q$root\E/}{};
        next if $path =~ /--/;
        my $source = content($path) =~ s/" INT64_FORMAT "/%d/gr;
        for my $message ($source =~ /errmsg\("((?:[^"\\]|\\.)*)"/g, $source =~ /RAISE EXCEPTION '([^']*)'/g,
            $source =~ /(?:Budget|Limit)Exceeded\("([^"]*)"/g) {
            $message =~ s/\\"/"/g;
            next if $message eq '%s';
            my $pattern = join '.+?', map { quotemeta } split /%(?:\.(?:\*|\d+))?[a-z]+|%/, $message, -1;
            like($errors, qr/`[^`]*$pattern[^`]*`/, "$path: \"$message\" is in the list of errors");
        }
    }
}

$node->init;
# Only then is shopsmart.shared_cache what it is where it counts.
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'shopsmart'");
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION shopsmart; SELECT shopsmart_setup(); SELECT shopsmart_setup_search_log();');
$node->safe_psql('postgres', "CREATE ROLE reference_$_; SELECT shopsmart_grant('reference_$_', '$_')") for @roles;
check_functions();
check_relations();
check_settings();
check_messages();
$node->stop;
done_testing();
