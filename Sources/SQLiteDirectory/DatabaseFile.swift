internal import Accounts
internal import CLinux
internal import Glibc

/// The file that a directory reads, as the file system shows it. It is looked at with `stat` and never opened here: closing any
/// descriptor of a file drops every POSIX lock that the process holds on it, SQLite's own among them.
struct DatabaseFile: Sendable {
  /// What tells one file from another that took its name.
  struct Identity: Equatable {
    let device: UInt64
    let inode: UInt64
  }

  /// A time by the system's calendar clock.
  struct Time: Equatable {
    let seconds: Int
    let nanoseconds: Int

    /// This moment.
    static var now: Time {
      var time = timespec()
      clock_gettime(CLOCK_REALTIME, &time)
      return Time(time)
    }

    /// The time from the second to the first.
    static func - (end: Time, start: Time) -> Duration {
      .seconds(end.seconds) + .nanoseconds(end.nanoseconds) - .seconds(start.seconds) - .nanoseconds(start.nanoseconds)
    }
  }

  /// What the file system shows of it.
  struct State: Equatable {
    let identity: Identity
    let size: Int64
    let modified: Time
    /// Moves with each write, and cannot be set back, as `modified` can.
    let changed: Time
  }

  /// Absolute.
  let path: String

  /// Which file has the name now, and since when it is as it is.
  /// - Throws: `unreachable`, with what to do, when there is none that could be a database.
  func state() throws(Unavailability) -> State {
    var status = stat()
    guard path.withCString({ stat($0, &status) }) == 0 else { throw Unavailability(.unreachable, explain(errno)) }
    guard status.st_mode & S_IFMT != S_IFDIR else {
      throw Unavailability(.unreachable, "\(path) is a directory: name the database file in it")
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw Unavailability(.unreachable, "\(path) is no regular file")
    }
    return State(
      identity: Identity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino)), size: Int64(status.st_size),
      modified: Time(status.st_mtim), changed: Time(status.st_ctim))
  }

  /// The folder that holds it.
  var folder: String {
    guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return "/" }
    return String(path[..<slash])
  }

  /// Whether files can be made in the folder by the user this process runs as.
  var isFolderWritable: Bool { faccessat(AT_FDCWD, folder, W_OK | X_OK, AT_EACCESS) == 0 }

  /// Why the system does not give the file, and what to do.
  func explain(_ code: Int32) -> String {
    switch code {
    case ENOENT, ENOTDIR: "\(path) does not exist: make the database, or correct `database`"
    case EACCES, EPERM:
      "\(path) cannot be read by uid \(geteuid()): allow this user to read the file and to enter its folders"
    default: "\(path): \(String(cString: strerror(code)))"
    }
  }

  /// Why SQLite does not read the file, and what to do.
  func explain(_ fault: SQLiteFault) -> String {
    let reason = "\(fault.message) (\(fault.codeName))"
    switch fault.code {
    case SQLiteFault.cannotOpen where fault.isFromOpening:
      return fault.systemCode == 0 ? "\(path): \(reason)" : explain(fault.systemCode)
    case SQLiteFault.readOnly where fault.extendedCode == SQLiteFault.needsRollback:
      return """
        \(path): a program that wrote to it was interrupted, and its journal must be played back: open it once as a user who \
        may write, with the sqlite3 command (\(fault.codeName))
        """
    case SQLiteFault.cannotOpen, SQLiteFault.readOnly:
      return """
        \(path): \(reason): a database in WAL mode can be read only where its -wal and -shm files are there, or can be made: \
        allow this process to write to the folder, or set PRAGMA journal_mode = DELETE
        """
    case SQLiteFault.notADatabase: return "\(path) is not an SQLite database: correct `database`"
    case SQLiteFault.corrupt: return "\(path): \(reason): restore it from a backup"
    default: return "\(path): \(reason)"
    }
  }
}

extension DatabaseFile.Time {
  init(_ time: timespec) { self.init(seconds: time.tv_sec, nanoseconds: time.tv_nsec) }
}
