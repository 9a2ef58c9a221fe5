internal import Glibc
public import Threads

/// Why a socket cannot be listened on, in words that say what to do.
public struct ListenerError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What is wrong.
  public enum Cause: Sendable, Equatable {
    /// Relative, empty or longer than a Unix socket's path may be.
    case badPath
    /// The folder is not there.
    case folderMissing(String)
    /// Something else has this name.
    case notASocket
    /// A live process listens there.
    case inUse(pid: Int32?)
    /// What the service manager handed over is of another kind.
    case notAUnixStreamSocket
    /// A call failed.
    case system(SystemError)
  }

  /// The socket's path.
  public let path: String
  /// What is wrong.
  public let cause: Cause

  init(path: String, _ cause: Cause) {
    self.path = path
    self.cause = cause
  }

  /// What is wrong and what to do.
  public var description: String {
    switch cause {
    case .badPath:
      "socket path \"\(path)\" cannot be used: it must be absolute and at most 107 bytes long (101 if its last part is a letter or "
        + "two), and is \(path.utf8.count)"
    case .folderMissing(let folder):
      "the folder of socket \(path) does not exist: create \(folder) (mode 0750, with the group that may connect) first"
    case .notASocket:
      "\(path) exists and is not a socket: it is left alone; remove it, or choose another path"
    case .inUse(let pid):
      "another process\(pid.map { " (pid \($0))" } ?? "") already listens on \(path): stop it first (courier's own daemon: "
        + "courier-authdaemon)"
    case .notAUnixStreamSocket:
      "\(path), handed over by the service manager, is not a Unix stream socket: use ListenStream= with a path"
    case .system(let error):
      "cannot listen on \(path): \(error)\(advice(error))"
    }
  }

  private func advice(_ error: SystemError) -> String {
    switch (error.call, error.code) {
    case ("chown", EPERM):
      ": to give a socket to another user takes root, to give it to a group takes being its member"
    case ("bind", EACCES), ("rename", EACCES), ("bind", EROFS), ("rename", EROFS):
      ": user id \(geteuid()) must be able to write to its folder (with systemd: RuntimeDirectory= or ReadWritePaths=)"
    default: ""
    }
  }
}
