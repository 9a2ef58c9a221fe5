internal import CLinux
internal import Configuration
internal import Glibc
internal import Threads

/// What on this machine may keep a good configuration from working. Warnings, not mistakes: the check may run as another user
/// than the daemon, before it was set up, or while it is running.
struct CheckSurroundings {
  private let settings: Settings

  init(_ settings: Settings) {
    self.settings = settings
  }

  /// In words that say what to do.
  func warnings() -> [String] {
    settings.listeners.flatMap { folderWarnings($0) + exposureWarnings($0) + occupantWarnings($0) }
      + settings.directories.flatMap(passwordWarnings) + stateWarnings()
  }

  /// Of the state folder and the control socket's.
  private func stateWarnings() -> [String] {
    let control = settings.control.socket.flatMap { path in
      path.lastIndex(of: "/").map { ("[control] socket", $0 == path.startIndex ? "/" : String(path[..<$0])) }
    }
    return [settings.stateFolder.map { ("state-folder", $0) }, control].compactMap { $0 }.compactMap { key, folder in
      var status = stat()
      guard stat(folder, &status) == 0 else {
        return "\(key): the folder \(folder) cannot be reached: \(SystemError.last("stat").reason)"
      }
      return status.st_mode & S_IFMT == S_IFDIR ? nil : "\(key): \(folder) is no folder"
    }
  }

  private func folderWarnings(_ listener: ListenerSettings) -> [String] {
    var folder = ""
    for part in listener.socket.split(separator: "/").dropLast() {
      folder += "/\(part)"
      var status = stat()
      guard stat(folder, &status) == 0 else {
        let reason =
          errno == ENOENT ? "does not exist; create it" : "cannot be reached: \(SystemError.last("stat").reason)"
        return ["\(listener.socket): the folder \(folder) \(reason)"]
      }
      guard status.st_mode & S_IFMT == S_IFDIR else { return ["\(listener.socket): \(folder) is no folder"] }
      if status.st_mode & S_IXOTH != 0 { continue }
      let mode = CheckReport.octal(UInt16(truncatingIfNeeded: status.st_mode & 0o7777))
      if listener.mode & 0o002 != 0 {
        return ["\(listener.socket): everybody may write to the socket, but not enter \(folder) (mode \(mode))"]
      }
      if listener.mode & 0o020 != 0, let name = listener.group, case .known(let id) = SystemFacts.current.group(name),
        id != 0, id != status.st_gid || status.st_mode & S_IXGRP == 0
      {
        return ["\(listener.socket): group \(name) may write to the socket, but not enter \(folder) (mode \(mode))"]
      }
    }
    return []
  }

  /// By the mode it is to have: it may not be there yet.
  private func exposureWarnings(_ listener: ListenerSettings) -> [String] {
    SocketExposure(path: listener.socket, mode: listener.mode, listener, settings).map { [$0.warning] } ?? []
  }

  private func occupantWarnings(_ listener: ListenerSettings) -> [String] {
    var status = stat()
    guard lstat(listener.socket, &status) == 0 else { return [] }
    guard status.st_mode & S_IFMT == S_IFSOCK else {
      return ["\(listener.socket) is there and no socket; serve will not replace it"]
    }
    var address = sockaddr_un()
    var length = socklen_t()
    let descriptor = gatepost_unix_socket()
    guard descriptor >= 0 else { return [] }
    defer { close(descriptor) }
    guard gatepost_unix_address(listener.socket, &address, &length) == 0,
      gatepost_connect(descriptor, &address, length) == 0
    else { return [] }
    var peer = gatepost_credentials()
    let process = gatepost_peer_credentials(descriptor, &peer) == 0 ? " (pid \(peer.pid))" : ""
    return ["\(listener.socket): a process\(process) listens there already; serve will not replace it while it does"]
  }

  private func passwordWarnings(_ directory: DirectorySettings) -> [String] {
    guard let path = directory.passwordFile, access(path, R_OK) != 0 else { return [] }
    return ["directory \(directory.name): the password file \(path): \(SystemError.last("access").reason)"]
  }
}
