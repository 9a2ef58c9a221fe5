internal import Glibc

/// What an administrator calls programs, users and groups. A parameter, so that a test needs no machine.
public struct ProcessNames: Sendable {
  /// The name of a process's program, at most 15 bytes (proc_pid_comm(5)). The process chose it, and its id may be another's by now:
  /// a hint, and no proof. Nil when it has gone, or may not be seen (`ProtectProc=` of systemd.exec(5)). Does not block.
  public let program: @Sendable (_ pid: Int32) -> [UInt8]?
  /// The name of a user. May ask a server of names, and take its time.
  public let user: @Sendable (_ id: UInt32) -> String?
  /// The name of a group. May ask a server of names, and take its time.
  public let group: @Sendable (_ id: UInt32) -> String?

  /// Names as given.
  public init(
    program: @escaping @Sendable (Int32) -> [UInt8]?, user: @escaping @Sendable (UInt32) -> String?,
    group: @escaping @Sendable (UInt32) -> String?
  ) {
    self.program = program
    self.user = user
    self.group = group
  }

  /// This machine's.
  public static let current = ProcessNames(
    program: { readProgram($0) },
    user: { id in
      look { (buffer, count) -> String? in
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        getpwuid_r(id, &entry, buffer, count, &found)
        return found.map { String(cString: $0.pointee.pw_name) }
      }
    },
    group: { id in
      look { (buffer, count) -> String? in
        var entry = Glibc.group()
        var found: UnsafeMutablePointer<group>?
        getgrgid_r(id, &entry, buffer, count, &found)
        return found.map { String(cString: $0.pointee.gr_name) }
      }
    })

  /// Room for a group with very many members, in bytes. Who has more has no name here.
  private static let room = 1 << 20

  private static func look(_ call: (UnsafeMutablePointer<CChar>, Int) -> String?) -> String? {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: room) { buffer in
      buffer.baseAddress.flatMap { call($0, buffer.count) }
    }
  }

  /// TASK_COMM_LEN is 16, its NUL included.
  private static let programBytes = 64

  private static func readProgram(_ pid: Int32) -> [UInt8]? {
    // 0: in another pid namespace.
    guard pid > 0 else { return nil }
    let descriptor = open("/proc/\(pid)/comm", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    let name = [UInt8](unsafeUninitializedCapacity: programBytes) { buffer, filled in
      filled = max(0, read(descriptor, buffer.baseAddress, buffer.count))
    }
    guard let end = name.last else { return nil }
    return end == UInt8(ascii: "\n") ? Array(name.dropLast()) : name
  }
}
