internal import CLinux
internal import Glibc

/// Writes a long answer piece by piece on the calling thread, waiting for a client that reads slowly. Used by one thread.
///
/// While it lives the server does not close the connection, so the descriptor stays valid; `finish` (or the last reference going)
/// gives it back.
public final class StreamWriter {
  /// A client that takes nothing for this long has lost its answer. libcourierauth waits 60 s between its reads of a list.
  public static let stallTimeout: Duration = .seconds(30)
  /// Pieces are gathered up to this size before they are sent: one system call for some hundred lines.
  public static let chunkBytes = 64 * 1024

  private let exchange: Exchange
  private var buffer: [UInt8] = []
  private var finished = false
  /// Whether the client is gone or too slow; nothing is written any more.
  public private(set) var isBroken = false

  init(exchange: Exchange) {
    self.exchange = exchange
    buffer.reserveCapacity(Self.chunkBytes + 8192)
  }

  deinit { finish() }

  /// Appends to the answer; `body` puts the bytes at the buffer's end.
  /// - Returns: false when the client is gone.
  public func append(_ body: (inout [UInt8]) -> Void) -> Bool {
    body(&buffer)
    return buffer.count < Self.chunkBytes || flush()
  }

  /// Sends what was gathered.
  /// - Returns: false when the client is gone or took nothing for `stallTimeout`.
  public func flush() -> Bool {
    guard !isBroken else { return false }
    var offset = 0
    while offset < buffer.count {
      let sent = buffer.withUnsafeBytes { bytes in
        Glibc.send(
          exchange.descriptor, bytes.baseAddress.map { $0 + offset }, bytes.count - offset, Int32(MSG_NOSIGNAL))
      }
      if sent > 0 {
        offset += sent
      } else if sent < 0 && errno == EINTR {
        continue
      } else if sent < 0 && errno == EAGAIN {
        var waiting = pollfd(fd: exchange.descriptor, events: Int16(POLLOUT), revents: 0)
        if poll(&waiting, 1, Int32(Self.stallTimeout.components.seconds * 1000)) == 0 { isBroken = true }
      } else {
        isBroken = true
      }
      if isBroken { break }
    }
    buffer.removeAll(keepingCapacity: true)
    return !isBroken
  }

  /// Ends the answer where it is. What was not flushed is not sent.
  public func finish() {
    guard !finished else { return }
    finished = true
    exchange.finishStream()
  }
}
