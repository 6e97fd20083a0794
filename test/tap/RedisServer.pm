# A Redis of a test's own, real or hostile, on a socket in a folder of its own (the hostile one on loopback too).
package RedisServer;

use strict;
use warnings;
use IO::Select;
use IO::Socket::INET;
use IO::Socket::UNIX;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Socket qw(SOL_SOCKET SO_LINGER);
use POSIX ();
use Time::HiRes qw(sleep);

# real(password => 'x', tls => 1): a running server, on its socket, and with TLS on loopback if wanted; undef when there is none. Debian's redis-tools have the server
# under the name of a tool; it goes by the name that it is called with.
sub real
{
	my ($class, %options) = @_;
	my ($program) = grep { -x } map { my $folder = $_; map { "$folder/$_" } qw(redis-server valkey-server redis-check-rdb) } split /:/, $ENV{PATH};
	return unless $program;
	my $folder = short_folder();
	my $self = bless { folder => $folder, socket => "$folder/redis.sock", program => $program, password => $options{password}, owner => $$ }, $class;
	$self->make_certificates if $options{tls};
	$self->start;
	return $self;
}

# Two authorities, one of which signs the server's certificate.
sub make_certificates
{
	my ($self) = @_;
	my $folder = $self->{folder};
	for my $name (qw(authority stranger))
	{
		system_silent(qw(openssl req -x509 -newkey rsa:2048 -nodes -days 2), '-subj', "/CN=$name", '-keyout', "$folder/$name.key", '-out', "$folder/$name.crt");
	}
	system_silent(qw(openssl req -newkey rsa:2048 -nodes), '-subj', '/CN=redis', '-keyout', "$folder/server.key", '-out', "$folder/server.csr");
	system_silent(qw(openssl x509 -req -days 2 -set_serial 1), '-in', "$folder/server.csr", '-CA', "$folder/authority.crt", '-CAkey', "$folder/authority.key",
		'-out', "$folder/server.crt");
	$self->{tls_port} = PostgreSQL::Test::Cluster::get_free_port();
	return;
}

sub system_silent { PostgreSQL::Test::Utils::run_log([@_]) or die "$_[0] failed"; return }

# Paths of sockets have a bound, which the folders of tests may reach.
sub short_folder { return PostgreSQL::Test::Utils::tempdir_short() }

sub start
{
	my ($self) = @_;
	my @password = defined $self->{password} ? ('--requirepass', $self->{password}) : ();
	my @tls = $self->{tls_port} ? ('--tls-port', $self->{tls_port}, '--bind', '127.0.0.1', '--tls-auth-clients', 'no', '--tls-cert-file', "$self->{folder}/server.crt",
		'--tls-key-file', "$self->{folder}/server.key", '--tls-ca-cert-file', "$self->{folder}/authority.crt") : ();
	$self->{pid} = fork() // die "fork: $!";
	if ($self->{pid} == 0)
	{
		open STDOUT, '>>', "$self->{folder}/log";
		open STDERR, '>&', \*STDOUT;
		exec { $self->{program} } $self->{program} =~ /valkey/ ? 'valkey-server' : 'redis-server', '--port', 0, '--unixsocket', $self->{socket}, '--dir', $self->{folder}, '--save', '', '--appendonly', 'no', @password, @tls
			or POSIX::_exit(1);
	}
	for (1 .. 3000)
	{
		return if IO::Socket::UNIX->new(Peer => $self->{socket});
		sleep 0.01;
	}
	die "$self->{program} does not start";
}

# Without a last save, as in a crash.
sub stop
{
	my ($self) = @_;
	return unless $self->{pid};
	kill 'KILL', $self->{pid};
	waitpid $self->{pid}, 0;
	unlink $self->{socket};
	delete $self->{pid};
	return;
}

sub DESTROY { my ($self) = @_; local ($?, $!); $self->stop if ($self->{owner} // $$) == $$; return }

# One command and its reply, past PostgreSQL: undef for nil, a list for an array; dies with an error reply.
sub command
{
	my ($self, @words) = @_;
	my $socket = IO::Socket::UNIX->new(Peer => $self->{socket}) or die "no Redis: $!";
	for my $command (defined $self->{password} ? [ 'AUTH', $self->{password} ] : (), \@words)
	{
		print $socket '*' . @$command . "\r\n", map { '$' . length($_) . "\r\n$_\r\n" } @$command;
		$socket->flush;
		$self->{reply} = read_reply($socket);
	}
	return ref $self->{reply} ? @{ $self->{reply} } : $self->{reply};
}

sub read_reply
{
	my ($socket) = @_;
	local $/ = "\r\n";
	my $line = <$socket> // die 'Redis closed the connection';
	chomp $line;
	my ($kind, $rest) = $line =~ /^(.)(.*)/s;
	return $rest if $kind =~ /[+:]/;
	die "$rest\n" if $kind eq '-';
	return if $rest < 0;
	return [ map { read_reply($socket) } 1 .. $rest ] if $kind eq '*';
	read $socket, my $text, $rest + 2;
	return substr $text, 0, $rest;
}

# ---- the hostile one ----

# What it does with a connection, given the socket. It reads a command first wherever it answers.
my %modes = (
	'closes at once' => sub { },
	'resets' => sub { setsockopt $_[0], SOL_SOCKET, SO_LINGER, pack 'll', 1, 0 },
	'resets after the question' => sub { question($_[0]); setsockopt $_[0], SOL_SOCKET, SO_LINGER, pack 'll', 1, 0 },
	'closes after the question' => sub { question($_[0]) },
	'never answers' => sub { sleep 2 },
	'drips' => sub { answer($_[0], 0.02, split //, '+' . 'x' x 500) },
	'drips a length' => sub { answer($_[0], 0.02, split //, '$1000' . "\r\n" . 'x' x 500) },
	'half a line, then nothing' => sub { answer($_[0], 2, '+PO') },
	'half a text, then closes' => sub { answer($_[0], 0, "\$4\r\nPO") },
	'half a text, then nothing' => sub { answer($_[0], 2, "\$4\r\nPO") },
	'random bytes' => sub { answer($_[0], 0, map { chr int rand 256 } 1 .. 10_000) },
	'zero bytes' => sub { answer($_[0], 0, "\0" x 10_000) },
	'HTTP' => sub { answer($_[0], 0, "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n") },
	'-LOADING' => sub { answer($_[0], 0, "-LOADING Redis is loading the dataset in memory\r\n") },
	'-NOAUTH' => sub { answer($_[0], 0, "-NOAUTH Authentication required.\r\n") },
	'-MOVED' => sub { answer($_[0], 0, "-MOVED 3999 127.0.0.1:6381\r\n") },
	'-OOM' => sub { answer($_[0], 0, "-OOM command not allowed when used memory > 'maxmemory'.\r\n") },
	'-READONLY' => sub { answer($_[0], 0, "-READONLY You can't write against a read only replica.\r\n") },
	'-NOPERM' => sub { answer($_[0], 0, "-NOPERM this user has no permissions to run the 'eval' command\r\n") },
	'an error of 200 kB with control characters' => sub { answer($_[0], 0, '-' . "\e[31m%s%n" x 25_000 . "\r\n") },
	'a length of 2 GB' => sub { answer($_[0], 0, "\$2147483647\r\n", ('x' x 65_536) x 32) },
	'the largest length' => sub { answer($_[0], 0, "\$9223372036854775807\r\n", 'x' x 65_536) },
	'a length beyond all numbers' => sub { answer($_[0], 0, "\$99999999999999999999999\r\n", 'x' x 65_536) },
	'a negative length' => sub { answer($_[0], 0, "\$-17\r\n") },
	'no length' => sub { answer($_[0], 0, "\$\r\n\r\n") },
	'an array of 2 billions' => sub { answer($_[0], 0, "*2147483647\r\n", ":1\r\n" x 10_000) },
	'an array of 4 billions' => sub { answer($_[0], 0, "*4294967297\r\n", ":1\r\n" x 10_000) },
	'arrays in arrays' => sub { answer($_[0], 0, "*1\r\n" x 20_000) },
	'a map and a set' => sub { answer($_[0], 0, "%1\r\n+a\r\n+b\r\n", "~1\r\n+a\r\n") },
	'an endless line' => sub { answer($_[0], 0, '+', ('x' x 65_536) x 100) },
	'endless answers' => sub { answer($_[0], 0, ("+PONG\r\n" x 10_000) x 10) },
	'another type: a number' => sub { answer($_[0], 0, ":1152921504606846976\r\n") },
	'another type: a text' => sub { answer($_[0], 0, "\$5\r\nhello\r\n") },
	'another type: nothing' => sub { answer($_[0], 0, "\$-1\r\n") },
	'another type: an empty array' => sub { answer($_[0], 0, "*0\r\n") },
	'an answer too many' => sub { answer($_[0], 0, "+PONG\r\n+PONG\r\n:1\r\n:1\r\n") });

# What a healthy one says to PING; no way to be hostile.
my %good_modes = (pong => sub { answer($_[0], 0, "+PONG\r\n") });

sub modes { return sort keys %modes }

sub question { my ($socket) = @_; IO::Select->new($socket)->can_read(1) and sysread $socket, my $command, 65_536; return }

sub answer
{
	my ($socket, $pause, @parts) = @_;
	question($socket);
	for my $part (@parts)
	{
		defined syswrite $socket, $part or return;
		sleep $pause if $pause;
	}
	return;
}

# A server that does with each connection what mode() said last.
sub hostile
{
	my ($class) = @_;
	my $folder = short_folder();
	my $tcp = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 64, ReuseAddr => 1) or die "listen: $!";
	my $unix = IO::Socket::UNIX->new(Local => "$folder/redis.sock", Listen => 64) or die "listen: $!";
	my $self = bless { folder => $folder, socket => "$folder/redis.sock", port => $tcp->sockport, owner => $$ }, $class;
	$self->mode('never answers');
	$self->{pid} = fork() // die "fork: $!";
	$self->{pid} == 0 and serve($folder, $tcp, $unix);
	return $self;
}

sub serve
{
	my ($folder, @listeners) = @_;
	$SIG{CHLD} = 'IGNORE';
	$SIG{PIPE} = 'IGNORE';
	$SIG{ALRM} = 'DEFAULT';
	my $parent = getppid;
	while (getppid == $parent)
	{
		for my $listener (IO::Select->new(@listeners)->can_read(0.5))
		{
			my $socket = $listener->accept or next;
			next if fork() // die "fork: $!";
			$socket->autoflush(1);
			alarm 10;
			my $mode = PostgreSQL::Test::Utils::slurp_file("$folder/mode");
			($modes{$mode} // $good_modes{$mode})->($socket);
			close $socket;
			POSIX::_exit(0);
		}
	}
	POSIX::_exit(0);
}

sub mode
{
	my ($self, $mode) = @_;
	open my $file, '>', "$self->{folder}/mode.new" or die "mode: $!";
	print $file $mode;
	close $file;
	rename "$self->{folder}/mode.new", "$self->{folder}/mode";
	return;
}

1;
