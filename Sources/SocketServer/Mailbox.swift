internal import CLinux
internal import Glibc
internal import Threads

/// How other threads wake the server's thread: tokens of exchanges that want its attention, and an eventfd(2).
final class Mailbox: Sendable {
  private let tokens = Lock<[UInt64]>([])
  let descriptor: Int32

  init() throws(SystemError) {
    descriptor = eventfd(0, Int32(EFD_NONBLOCK) | Int32(EFD_CLOEXEC))
    guard descriptor >= 0 else { throw SystemError.last("eventfd") }
  }

  deinit { close(descriptor) }

  /// Leaves a token and wakes the server.
  func post(_ token: UInt64) {
    let first = tokens.withLock { tokens -> Bool in
      tokens.append(token)
      return tokens.count == 1
    }
    if first {
      var one: UInt64 = 1
      _ = write(descriptor, &one, 8)
    }
  }

  /// Takes all tokens.
  func collect() -> [UInt64] {
    var count: UInt64 = 0
    _ = read(descriptor, &count, 8)
    return tokens.withLock { tokens in
      let taken = tokens
      tokens.removeAll(keepingCapacity: true)
      return taken
    }
  }
}
