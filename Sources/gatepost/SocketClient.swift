internal import CLinux
internal import Glibc
internal import Threads

/// Asks a socket as the real clients do: connect, send, read to the end.
struct SocketClient {
  /// libcourierauth's and cyrus-sasl's patience with an answer.
  static let standardTimeout: Duration = .seconds(30)

  let path: String
  let timeout: Duration
  /// What to look at when there is no such socket.
  let whenAbsent: String

  init(
    path: String, timeout: Duration, whenAbsent: String = "is gatepost running, and is this its [[listen]] path?"
  ) {
    self.path = path
    self.timeout = timeout
    self.whenAbsent = whenAbsent
  }

  /// Why there was no answer, in words that say what to do.
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// Sends `request` and reads everything up to the end.
  func exchange(_ request: [UInt8]) throws(Failure) -> [UInt8] {
    var reply: [UInt8] = []
    try exchange(request) { reply += $0 }
    return reply
  }

  /// Connects and closes again: is anybody there?
  func knock() throws(Failure) {
    close(try connect())
  }

  private func connect() throws(Failure) -> Int32 {
    var address = sockaddr_un()
    var length = socklen_t()
    guard gatepost_unix_address(path, &address, &length) == 0 else {
      throw Failure(description: "socket path is empty or longer than 107 bytes: \(path)")
    }
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw Failure(description: SystemError.last("socket").description) }
    let (seconds, attoseconds) = timeout.components
    var limit = timeval(tv_sec: Int(seconds), tv_usec: Int(attoseconds / 1_000_000_000_000))
    for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
      setsockopt(descriptor, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
    }
    guard gatepost_connect(descriptor, &address, length) == 0 else {
      let code = errno
      close(descriptor)
      throw connectFailure(code)
    }
    return descriptor
  }

  /// Sends `request` and hands over what comes, piece by piece.
  func exchange(_ request: [UInt8], _ body: (UnsafeRawBufferPointer) -> Void) throws(Failure) {
    let descriptor = try connect()
    defer { close(descriptor) }
    var offset = 0
    while offset < request.count {
      let sent = request.withUnsafeBytes {
        send(descriptor, $0.baseAddress.map { $0 + offset }, request.count - offset, Int32(MSG_NOSIGNAL))
      }
      if sent < 0 && errno == EINTR { continue }
      guard sent > 0 else { throw Failure(description: SystemError.last("send").description) }
      offset += sent
    }
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = recv(descriptor, &buffer, buffer.count, 0)
      if count == 0 { return }
      if count < 0 {
        if errno == EINTR { continue }
        if errno == EAGAIN {
          throw Failure(description: "no answer within \(timeout.components.seconds) s from \(path)")
        }
        throw Failure(description: SystemError.last("recv").description)
      }
      buffer.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
    }
  }

  private func connectFailure(_ code: Int32) -> Failure {
    switch code {
    case ENOENT:
      Failure(description: "there is no socket \(path): \(whenAbsent)")
    case ECONNREFUSED where !isSocket:
      Failure(description: "\(path) is no socket: name the one that gatepost listens on")
    case ECONNREFUSED: Failure(description: "nobody listens on \(path): its daemon has gone; start it again")
    case EACCES:
      Failure(description: "may not open \(path) as user id \(geteuid()): join the group that owns it, or ask as root")
    default: Failure(description: "cannot connect to \(path): \(SystemError(call: "connect", code: code).reason)")
    }
  }

  private var isSocket: Bool {
    var status = stat()
    return stat(path, &status) != 0 || status.st_mode & S_IFMT == S_IFSOCK
  }
}
