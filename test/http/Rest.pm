# PostgREST processes over a cluster of a test's own, and requests to them.
package Rest;

use strict;
use warnings;
use Digest::SHA qw(hmac_sha256);
use Exporter 'import';
use FindBin;
use HTTP::Tiny;
use IPC::Run;
use JSON::PP;
use MIME::Base64 qw(encode_base64url);
use PostgreSQL::Test::Cluster;
use Test::More;
use Time::HiRes qw(time usleep);

our @EXPORT = qw(postgrest_or_skip start_postgrest token request rows);

our $secret = 'a secret of the tests, of more than 32 bytes';

# The program: $POSTGREST, or on PATH. Without it the test is skipped, and says so where nobody can overlook it.
sub postgrest_or_skip
{
	my ($program) = grep { defined && -x } $ENV{POSTGREST}, map {"$_/postgrest"} split /:/, $ENV{PATH};
	return $program if defined $program;
	diag "\n*** SKIPPED: nothing was tested over HTTP, because there is no postgrest. ***\n*** Put it on PATH or say where it is: POSTGREST=/path/to/postgrest ***\n";
	plan skip_all => 'no postgrest: set POSTGREST or PATH';
}

# Starts PostgREST with an example configuration; settings of the environment win. Returns what request() takes.
sub start_postgrest
{
	my ($program, $node, $example, $login, %settings) = @_;
	my $port = PostgreSQL::Test::Cluster::get_free_port();
	my $admin_port = PostgreSQL::Test::Cluster::get_free_port();
	local %ENV = %ENV;
	delete @ENV{grep {/^PGRST_/} keys %ENV};
	$ENV{PGRST_DB_URI} = sprintf 'postgresql://%s@/postgres?host=%s&port=%d', $login, $node->host, $node->port;
	$ENV{PGRST_JWT_SECRET} = $secret;
	$ENV{PGRST_SERVER_HOST} = '127.0.0.1';
	$ENV{PGRST_SERVER_PORT} = $port;
	$ENV{PGRST_ADMIN_SERVER_PORT} = $admin_port;
	$ENV{"PGRST_\U$_"} = $settings{$_} for keys %settings;
	my $log = PostgreSQL::Test::Utils::tempdir('postgrest') . '/log';
	my $run = IPC::Run::start([ $program, "$FindBin::RealBin/../../etc/$example" ], '<', '/dev/null', '>', $log, '2>', $log);
	my $client = HTTP::Tiny->new(timeout => 20);
	my $until = time + 30;
	until ($client->get("http://127.0.0.1:$admin_port/ready")->{success})
	{
		die "postgrest does not start:\n" . PostgreSQL::Test::Utils::slurp_file($log) if time > $until || !$run->pumpable;
		usleep 50_000;
	}
	return { run => $run, url => "http://127.0.0.1:$port", client => $client, log => $log };
}

# A token with these claims; alg and secret are for forgeries.
sub token
{
	my ($claims, %forged) = @_;
	my %all = (aud => 'shop', exp => int(time) + 600, %$claims);
	delete @all{grep { !defined $all{$_} } keys %all};
	my $json = JSON::PP->new->canonical;
	my $signed = join '.', map { encode_base64url($json->encode($_)) } { alg => $forged{alg} // 'HS256', typ => 'JWT' }, \%all;
	return "$signed." . (($forged{alg} // '') eq 'none' ? '' : encode_base64url(hmac_sha256($signed, $forged{secret} // $secret)));
}

# request(SERVER, METHOD, PATH, token => ..., body => {...}): status, headers and the decoded body.
sub request
{
	my ($server, $method, $path, %options) = @_;
	my %headers = $options{token} ? (Authorization => "Bearer $options{token}") : ();
	my %body;
	if ($options{body})
	{
		$headers{'Content-Type'} = 'application/json';
		$body{content} = encode_json($options{body});
	}
	my $answer = $server->{client}->request($method, "$server->{url}$path", { headers => { %headers, %{ $options{headers} // {} } }, %body });
	return { %$answer, json => scalar eval { JSON::PP->new->utf8->allow_nonref->decode($answer->{content}) } };
}

sub rows { my ($answer) = @_; return ref $answer->{json} eq 'ARRAY' ? scalar @{ $answer->{json} } : -1 }

1;
