internal import CLinux
internal import Glibc
internal import Threads

/// Who is at the other end of a connection, as the kernel knows it (`SO_PEERCRED`, unix(7)): the process that called
/// connect(2), with the ids it had then. The kernel's word, not the client's.
public struct PeerCredentials: Sendable, Hashable {
  /// Process id; 0 when it lives in another pid namespace.
  public let pid: Int32
  /// Effective user id.
  public let uid: UInt32
  /// Effective group id.
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

  /// Room for the groups of nearly everybody; whoever has more costs a second system call.
  private static let usualGroups = 64
  /// NGROUPS_MAX of the kernel (limits.h).
  private static let mostGroups = 65_536

  /// The supplementary groups of the process, recorded with the rest when it connected (`SO_PEERGROUPS`): what it or its parent does
  /// afterwards changes nothing, and no other process can be mistaken for it, as with a process id in `/proc`.
  /// - Returns: nil when the kernel does not tell: before Linux 4.13, or forbidden by a filter of system calls.
  static func supplementaryGroups(of descriptor: Int32) -> [UInt32]? {
    var room = usualGroups
    while true {
      var count: UInt32 = 0
      var failure: Int32 = 0
      let groups = [UInt32](unsafeUninitializedCapacity: room) { buffer, filled in
        if gatepost_peer_groups(descriptor, buffer.baseAddress, UInt32(buffer.count), &count) == 0 {
          filled = min(Int(count), buffer.count)
        } else {
          failure = errno
        }
      }
      if failure == 0 { return groups }
      guard failure == ERANGE, Int(count) > room, Int(count) <= mostGroups else { return nil }
      room = Int(count)
    }
  }
}
