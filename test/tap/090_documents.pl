# The examples in the documents are run: a wrong manual fails.
#
# Every ```sql block of README.md and docs/*.md is sent to psql, in order, in a database of its own for each document. A ```text
# block that follows one shows exactly what psql prints; without one the statements must only succeed. Links must lead
# somewhere. With SHOPSMART_WRITE_EXAMPLES=1 the real output is written into the documents instead: read the difference.
use strict;
use warnings;
use FindBin;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $root = "$FindBin::Bin/../..";
my $write = $ENV{SHOPSMART_WRITE_EXAMPLES};
delete @ENV{qw(PGTZ PGDATESTYLE PGOPTIONS)};

sub content {
    my ($file) = @_;
    open my $handle, '<:raw', "$root/$file" or die "$file: $!\n";
    local $/;
    return scalar <$handle>;
}

# psql as a reader would use it, without the lines that say that a command was done or which inner statement failed.
sub output_of {
    my ($node, $database, $statements) = @_;
    my $output;
    my @command = ($node->installed_command('psql'), qw(-X -q -P pager=off -v SHOW_CONTEXT=never), '-d', $node->connstr($database));
    IPC::Run::run(\@command, '<', \$statements, '>&', \$output, IPC::Run::timeout(120)) or $output .= "psql failed\n";
    return trimmed($output);
}

sub trimmed {
    my ($text) = @_;
    $text =~ s/[ \t]+$//gm;
    $text =~ s/\n+\z/\n/;
    return $text =~ /\S/ ? $text : '';
}

sub check_examples {
    my ($node, $file, $database) = @_;
    my $text = content($file);
    my $new_text = '';
    my $end = 0;
    while ($text =~ /^```sql\n(.*?)^```\n(?:(\s*^```text\n)(.*?)^```\n)?/gms) {
        my ($statements, $before_expected, $expected) = ($1, $2, $3);
        my ($from, $to) = ($-[0], $+[0]);
        my $line = 1 + (substr($text, 0, $from) =~ tr/\n//);
        my $got = output_of($node, $database, $statements);
        if (!defined $expected) {
            unlike($got, qr/^(ERROR|FATAL|psql failed)/m, "$file:$line runs") or diag($got);
        } elsif ($write) {
            $new_text .= substr($text, $end, $-[3] - $end) . $got;
            $end = $+[3];
            pass("$file:$line written");
        } else {
            is($got, trimmed($expected), "$file:$line gives its output");
        }
    }
    return unless $write;
    open my $handle, '>:raw', "$root/$file" or die "$file: $!\n";
    print $handle $new_text . substr($text, $end);
    close $handle;
}

# GitHub's anchors: lower case, punctuation left out, spaces as hyphens.
sub anchors_of {
    my ($file) = @_;
    my %anchors;
    for my $heading (content($file) =~ /^#+ +(.*?) *$/gm) {
        my $anchor = lc $heading;
        $anchor =~ s/[^\w\- ]//g;
        $anchor =~ tr/ /-/;
        $anchors{$anchor} = 1;
    }
    return \%anchors;
}

sub check_links {
    my ($file) = @_;
    my ($folder) = $file =~ m{^(.*/)?};
    my @broken;
    (my $text = content($file)) =~ s/^```.*?^```$//gms;
    for my $target ($text =~ /\]\(([^)\s]+)\)/g) {
        next if $target =~ /^https?:/;
        my ($path, $anchor) = $target =~ /^([^#]*)#?(.*)$/;
        $path = $path eq '' ? $file : ($folder // '') . $path;
        1 while $path =~ s{[^/]+/\.\./}{};
        push @broken, $target if !-e "$root/$path" || $anchor ne '' && !anchors_of($path)->{$anchor};
    }
    is("@broken", '', "$file: links lead somewhere");
}

my $node = PostgreSQL::Test::Cluster->new('documents');
$node->init;
$node->append_conf('postgresql.conf', "timezone = 'UTC'\ndatestyle = 'ISO, MDY'\nlc_messages = 'C'\n");
$node->start;

my @documents = ('README.md', map { s{^\Q$root\E/}{}r } sort glob "$root/docs/*.md");
my $number = 0;
for my $file (@documents) {
    my $database = 'document_' . ++$number;
    $node->safe_psql('postgres', "CREATE DATABASE $database");
    check_examples($node, $file, $database);
    check_links($file);
}

$node->stop;
done_testing();
