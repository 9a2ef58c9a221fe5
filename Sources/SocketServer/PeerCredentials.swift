internal import CLinux
internal import Threads

/// Who is at the other end of a connection, as the kernel knows it (`SO_PEERCRED`, unix(7)): the process that called
/// connect(2), with the ids it had then. The kernel's word, not the client's.
public struct PeerCredentials: Sendable, Hashable {
  /// Process id; 0 when it lives in another pid namespace.
  public let pid: Int32
  /// Effective user id.
  public let uid: UInt32
  /// Effective group id. Supplementary groups are not told by the kernel.
  public let gid: UInt32

  /// Known credentials, for tests.
  public init(pid: Int32, uid: UInt32, gid: UInt32) {
    self.pid = pid
    self.uid = uid
    self.gid = gid
  }

  /// Asks the kernel.
  init(of descriptor: Int32) throws(SystemError) {
    var found = gatepost_credentials()
    guard gatepost_peer_credentials(descriptor, &found) == 0 else { throw SystemError.last("getsockopt") }
    self.init(pid: found.pid, uid: found.uid, gid: found.gid)
  }
}
