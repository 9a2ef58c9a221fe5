internal import Foundation

/// A process of another user and other groups that asks a socket: what peer rules are about. Needs root, setpriv (util-linux) and perl.
public struct OtherUser: Sendable {
  /// The user.
  public let uid: UInt32
  /// The effective group.
  public let gid: UInt32
  /// The supplementary groups.
  public let groups: [UInt32]

  /// Ids that need have no names.
  public init(uid: UInt32, gid: UInt32, groups: [UInt32] = []) {
    self.uid = uid
    self.gid = gid
    self.groups = groups
  }

  /// What a process sees that asks.
  public enum Answer: Sendable, Equatable {
    /// The reply, without any help in understanding it; empty when the server closed without a byte.
    case reply(String)
    /// It could not connect, and why.
    case notConnected(String)
  }

  /// The name of the program that asks, as the kernel has it.
  public static let program = "perl"

  /// Copies what it reads to the socket, and what comes back to its output.
  private static let script = """
    use IO::Socket::UNIX;
    my $socket = IO::Socket::UNIX->new(Peer => $ARGV[0]) or do { print STDERR $!; exit 9 };
    local $/;
    my $request = <STDIN>;
    syswrite($socket, $request);
    while (sysread($socket, my $bytes, 65536)) { syswrite(STDOUT, $bytes) }
    """

  /// Asks the socket at `path`.
  public func ask(_ request: String, at path: String) throws -> Answer {
    let supplementary =
      groups.isEmpty ? ["--clear-groups"] : ["--groups", groups.map(String.init).joined(separator: ",")]
    let result = try ChildProcess.run(
      ["setpriv", "--reuid", "\(uid)", "--regid", "\(gid)"] + supplementary + [Self.program, "-e", Self.script, path],
      input: request)
    switch result.status {
    case 0: return .reply(result.output)
    case 9: return .notConnected(result.errors)
    default: throw ServerTrouble("setpriv: \(result.errors)")
    }
  }
}
