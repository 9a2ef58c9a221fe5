public import Foundation

/// The client's end of a stream socket, blocking, with a time limit on each wait.
public final class SocketConnection {
  /// How a stream came to its end.
  public enum End: Sendable, Equatable {
    /// The server closed in good order.
    case endOfFile
    /// The server closed while bytes of ours lay unread: the reply may be lost.
    case reset
    /// Nothing came within the time limit.
    case timedOut
    /// Any other error, by its errno.
    case failed(Int32)
  }

  /// What a wait brought.
  public enum Received {
    /// At least one byte.
    case bytes([UInt8])
    /// No more.
    case end(End)
  }

  private let descriptor: Int32

  /// Connects to the socket at `unixPath`.
  public init(unixPath: String) throws {
    descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let path = Array(unixPath.utf8)
    let room = MemoryLayout.size(ofValue: address.sun_path)
    guard path.count < room else { throw POSIXError(.ENAMETOOLONG) }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path) }
    try connect(to: address)
  }

  /// Connects to `port` on 127.0.0.1.
  public init(port: UInt16) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    try connect(to: loopbackAddress(port: port))
  }

  private func connect<Address>(to address: Address) throws {
    guard descriptor >= 0 else { throw POSIXError(.EMFILE) }
    let result = withUnsafePointer(to: address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Foundation.connect(descriptor, $0, socklen_t(MemoryLayout<Address>.size))
      }
    }
    guard result == 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Sends all of `bytes`.
  /// - Returns: false when the server does not take them any more.
  @discardableResult
  public func send(_ bytes: some Collection<UInt8>) -> Bool {
    var rest = Array(bytes)[...]
    while !rest.isEmpty {
      let sent = rest.withUnsafeBytes { Foundation.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      if sent < 0 && errno == EINTR { continue }
      guard sent > 0 else { return false }
      rest = rest.dropFirst(sent)
    }
    return true
  }

  /// Sends `bytes` in one message, and a descriptor of ours with them (SCM_RIGHTS, unix(7)).
  /// - Returns: whether all went out.
  @discardableResult
  public func sendWithDescriptor(_ bytes: [UInt8]) -> Bool {
    var bytes = bytes
    // struct cmsghdr (length, level, type), then the descriptor, padded to 8 bytes: Swift cannot see the macros.
    let passedRights: Int32 = 1
    var control = [UInt8](repeating: 0, count: 24)
    control.withUnsafeMutableBytes { room in
      room.storeBytes(of: 20, as: Int.self)
      room.storeBytes(of: Int32(SOL_SOCKET), toByteOffset: 8, as: Int32.self)
      room.storeBytes(of: passedRights, toByteOffset: 12, as: Int32.self)
      room.storeBytes(of: descriptor, toByteOffset: 16, as: Int32.self)
    }
    let count = bytes.count
    return bytes.withUnsafeMutableBytes { content in
      control.withUnsafeMutableBytes { room in
        var part = iovec(iov_base: content.baseAddress, iov_len: count)
        return withUnsafeMutablePointer(to: &part) { part in
          var message = msghdr()
          message.msg_iov = part
          message.msg_iovlen = 1
          message.msg_control = room.baseAddress
          message.msg_controllen = room.count
          return sendmsg(descriptor, &message, Int32(MSG_NOSIGNAL)) == count
        }
      }
    }
  }

  /// Says that no more will come from us; reading goes on.
  public func shutDownWriting() { shutdown(descriptor, Int32(SHUT_WR)) }

  /// Waits until `deadline` for bytes or the end.
  public func receive(until deadline: Date) -> Received {
    while true {
      var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      let ready = poll(&waiting, 1, Int32(max(0, min(deadline.timeIntervalSinceNow, 3_600) * 1_000)))
      if ready < 0 && errno == EINTR { continue }
      guard ready > 0 else { return .end(.timedOut) }
      var buffer = [UInt8](repeating: 0, count: 65_536)
      let count = recv(descriptor, &buffer, buffer.count, 0)
      if count > 0 { return .bytes(Array(buffer[..<count])) }
      if count == 0 { return .end(.endOfFile) }
      switch errno {
      case EINTR: continue
      case ECONNRESET: return .end(.reset)
      default: return .end(.failed(errno))
      }
    }
  }
}
