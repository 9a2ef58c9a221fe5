# What a daemon that has been taken over might try, one process without children: a line for each attempt, its name and errno(3),
# 0 where it succeeded.
use strict;
use warnings;
use Config;
use Socket;

my $arm = $Config{archname} =~ /aarch64/;
my ($mount, $ptrace, $unshare, $keyctl, $bpf, $setuid, $clone, $mmap, $mprotect, $fork) =
  $arm ? (40, 117, 97, 219, 280, 146, 220, 222, 226, undef) : (165, 101, 272, 250, 321, 105, 56, 9, 10, 57);

open my $out, '>', '/var/lib/gatepost/attempts' or die "the state folder: $!";
sub tell_of { my ($name, $ok) = @_; my $code = $ok ? 0 : $! + 0; print $out "$name $code\n" }
sub try { my ($name, @call) = @_; $! = 0; tell_of($name, syscall($call[0], @call[1 .. $#call]) >= 0) }
sub try_open { my ($name, $how, $path) = @_; tell_of($name, open(my $file, $how, $path)) }

tell_of('write to the state folder', 1);
try_open('write to /etc', '>', '/etc/gatepost-test');
try_open('write to the configuration', '>>', '/etc/gatepost/gatepost.toml');
try_open('write to /usr', '>', '/usr/gatepost-test');
try_open('write to /var', '>', '/var/gatepost-test');
try_open('read a shadow file', '<', '/etc/shadow');
tell_of('look into /root', opendir(my $folder, '/root'));
tell_of('see home folders', scalar(() = glob('/home/*')) > 0);
try_open('open a disk', '<', $_) for grep { -e } '/dev/mem', '/dev/kmsg';
try('mount', $mount, 'none', '/mnt', 'tmpfs', 0, 0);
try('ptrace', $ptrace, 16, 1, 0, 0);
try('unshare', $unshare, 0x10000000);
try('clone a user namespace', $clone, 0x10000000 | 17, 0, 0, 0, 0);
try('fork', $fork) if defined $fork;
try('keyctl', $keyctl, 0, -3, 0);
try('bpf', $bpf, 0, 0, 0);
try('io_uring_setup', 425, 1, 0);
try('setuid', $setuid, 0);
try('executable and writable memory', $mmap, 0, 4096, 7, 0x22, -1, 0);

my ($packet, $netlink, $raw, $udp, $own);
tell_of('a packet socket', socket($packet, 17, SOCK_RAW, 0));
tell_of('a netlink socket', socket($netlink, 16, SOCK_RAW, 0));
tell_of('a raw socket', socket($raw, AF_INET, SOCK_RAW, 1));
tell_of('a packet to another machine',
  socket($udp, AF_INET, SOCK_DGRAM, 0) && defined send($udp, 'x', 0, sockaddr_in(9, inet_aton('192.0.2.1'))));
tell_of('a packet to this machine',
  socket($own, AF_INET, SOCK_DGRAM, 0) && defined send($own, 'x', 0, sockaddr_in(9, INADDR_LOOPBACK)));
close $out;
