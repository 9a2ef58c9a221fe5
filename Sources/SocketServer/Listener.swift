internal import CLinux
internal import Glibc
internal import Threads

/// A listening Unix socket, ours or one that the service manager handed over.
///
/// A socket of ours becomes visible only when everything about it is right: it is bound under a name of its own in the same folder,
/// given its mode, owner and group, made to listen, and then renamed over its final name. A dead predecessor's file is replaced by
/// that; a live predecessor's never.
public final class Listener: Sendable {
  /// Where clients connect; as configured, or as the inherited socket says.
  public let path: String
  /// Whether the service manager owns it: then its file is not removed, and clients in its queue wait for the successor.
  public let isInherited: Bool
  let descriptor: Int32
  private let identity: FileIdentity?

  private init(path: String, isInherited: Bool, descriptor: Int32, identity: FileIdentity?) {
    self.path = path
    self.isInherited = isInherited
    self.descriptor = descriptor
    self.identity = identity
  }

  deinit { Glibc.close(descriptor) }

  /// Binds a socket.
  /// - Parameters:
  ///   - path: absolute, at most 107 bytes (sockaddr_un), its folder must exist.
  ///   - mode: permission bits; connecting needs write permission.
  ///   - owner: nil leaves the daemon's own.
  ///   - group: nil leaves the daemon's own.
  ///   - patience: with another process that holds the folder's lock. Whoever can read the folder can: it delays, no more.
  public static func bind(
    path: String, mode: UInt16, owner: UInt32?, group: UInt32?, patience: Duration = .seconds(1)
  ) throws(ListenerError) -> Listener {
    let folder = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
    let scratch = "\(folder)/.\(String(UInt32(bitPattern: getpid()), radix: 36))"
    var address = sockaddr_un()
    var length = socklen_t()
    guard path.utf8.first == UInt8(ascii: "/"), gatepost_unix_address(path, &address, &length) == 0 else {
      throw ListenerError(path: path, .badPath)
    }
    var information = stat()
    guard stat(folder.isEmpty ? "/" : folder, &information) == 0 else {
      throw ListenerError(path: path, errno == ENOENT ? .folderMissing(folder) : .system(.last("stat \(folder)")))
    }
    guard information.st_mode & S_IFMT == S_IFDIR else { throw ListenerError(path: path, .folderMissing(folder)) }

    // Between two of us that start at once: the second sees the first one listening. Released with the descriptor.
    let guardian = gatepost_open(folder.isEmpty ? "/" : folder, O_RDONLY | O_DIRECTORY, 0)
    defer { if guardian >= 0 { Glibc.close(guardian) } }
    if guardian >= 0 { lock(guardian, within: patience) }

    try refuseLivePredecessor(path: path, address: &address, length: length)

    let descriptor = gatepost_unix_socket()
    guard descriptor >= 0 else { throw ListenerError(path: path, .system(.last("socket"))) }
    do throws(ListenerError) {
      var scratchAddress = sockaddr_un()
      guard gatepost_unix_address(scratch, &scratchAddress, &length) == 0 else {
        throw ListenerError(path: path, .badPath)
      }
      unlink(scratch)
      guard gatepost_bind(descriptor, &scratchAddress, length) == 0 else {
        throw ListenerError(path: path, .system(.last("bind")))
      }
      defer { unlink(scratch) }
      // Not called in vain: a hardened unit may forbid chown(2) altogether.
      if owner != nil || group != nil {
        guard chown(scratch, owner ?? UInt32.max, group ?? UInt32.max) == 0 else {
          throw ListenerError(path: path, .system(.last("chown")))
        }
      }
      guard chmod(scratch, mode_t(mode)) == 0 else { throw ListenerError(path: path, .system(.last("chmod"))) }
      guard listen(descriptor, ServerLimits.backlog) == 0 else {
        throw ListenerError(path: path, .system(.last("listen")))
      }
      let identity = FileIdentity(path: scratch)
      guard rename(scratch, path) == 0 else { throw ListenerError(path: path, .system(.last("rename"))) }
      return Listener(path: path, isInherited: false, descriptor: descriptor, identity: identity)
    } catch {
      Glibc.close(descriptor)
      throw error
    }
  }

  private static func lock(_ descriptor: Int32, within patience: Duration) {
    let end = Instant.now + patience
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK || errno == EINTR, .now < end {
      usleep(10_000)
    }
  }

  /// Takes over a socket that the service manager opened.
  public static func inherit(_ descriptor: Int32) throws(ListenerError) -> Listener {
    let name = "descriptor \(descriptor)"
    func option(_ option: Int32) -> Int32? {
      var value: Int32 = 0
      var length = socklen_t(MemoryLayout<Int32>.size)
      return getsockopt(descriptor, SOL_SOCKET, option, &value, &length) == 0 ? value : nil
    }
    guard option(SO_DOMAIN) == AF_UNIX, option(SO_TYPE) == Int32(SOCK_STREAM.rawValue) else {
      throw ListenerError(path: name, .notAUnixStreamSocket)
    }
    gatepost_set_nonblocking(descriptor)
    gatepost_set_close_on_exec(descriptor)
    if option(SO_ACCEPTCONN) != 1, listen(descriptor, ServerLimits.backlog) != 0 {
      throw ListenerError(path: name, .system(.last("listen")))
    }
    return Listener(path: boundPath(of: descriptor) ?? name, isInherited: true, descriptor: descriptor, identity: nil)
  }

  /// Removes the file, if it is still ours and not a successor's.
  func withdraw() {
    guard !isInherited, let identity, FileIdentity(path: path) == identity else { return }
    unlink(path)
  }

  private static func refuseLivePredecessor(
    path: String, address: inout sockaddr_un, length: socklen_t
  ) throws(ListenerError) {
    var information = stat()
    guard lstat(path, &information) == 0 else { return }
    guard information.st_mode & S_IFMT == S_IFSOCK else {
      throw ListenerError(path: path, .notASocket)
    }
    let probe = gatepost_unix_socket()
    guard probe >= 0 else { throw ListenerError(path: path, .system(.last("socket"))) }
    defer { Glibc.close(probe) }
    if gatepost_connect(probe, &address, length) == 0 || errno == EAGAIN {
      let peer = try? PeerCredentials(of: probe)
      throw ListenerError(path: path, .inUse(pid: peer?.pid))
    }
    guard errno == ECONNREFUSED || errno == ENOENT else {
      throw ListenerError(path: path, .system(.last("connect")))
    }
  }

  private static func boundPath(of descriptor: Int32) -> String? {
    var address = sockaddr_un()
    var length = socklen_t(MemoryLayout<sockaddr_un>.size)
    let code = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
    }
    guard code == 0 else { return nil }
    let bytes = withUnsafeBytes(of: address.sun_path) { Array($0.prefix { $0 != 0 }) }
    return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
  }
}

/// Which file a path names, whatever happens to the path afterwards.
private struct FileIdentity: Sendable, Equatable {
  let device: UInt
  let inode: UInt

  init?(path: String) {
    var information = stat()
    guard lstat(path, &information) == 0 else { return nil }
    device = UInt(information.st_dev)
    inode = UInt(information.st_ino)
  }
}
