internal import CLinux
internal import Glibc
internal import Threads

/// Writes a long answer piece by piece on the calling thread, waiting for a client that reads slowly. Used by one thread.
///
/// While it lives the server does not close the connection, so the descriptor stays valid; `finish` (or the last reference going)
/// gives it back.
public final class StreamWriter {
  /// A client that has not taken a piece (`chunkBytes`) after this time has lost its answer. libcourierauth waits 60 s between its reads of a list.
  public static let stallTimeout: Duration = .seconds(30)
  /// Pieces are gathered up to this size before they are sent: one system call for some hundred lines.
  public static let chunkBytes = 64 * 1024
  /// For more at a time the buffer grows.
  private static let usualBytes = 16 * 1024
  /// How often `Patience` is asked while a client does not read.
  public static let patienceInterval: Duration = .milliseconds(100)

  /// Whether to go on waiting for a client that does not read: `stalled` is how long the present piece (`chunkBytes`) has not been
  /// taken, `inSum` how long all waits of this answer have been together.
  public typealias Patience = (_ stalled: Duration, _ inSum: Duration) -> Bool

  private let exchange: Exchange
  private let keepsWaiting: Patience
  private var waited = Duration.zero
  private var buffer: UnsafeMutableRawBufferPointer
  /// How many bytes of it have been written.
  private var count = 0
  private var finished = false
  /// Whether the client is gone or too slow; nothing is written any more.
  public private(set) var isBroken = false
  /// Whether it was `Patience` that ended it.
  public private(set) var wasGivenUp = false

  init(exchange: Exchange, keepsWaiting: @escaping Patience) {
    self.exchange = exchange
    self.keepsWaiting = keepsWaiting
    buffer = .allocate(byteCount: Self.chunkBytes + Self.usualBytes, alignment: 16)
  }

  deinit {
    finish()
    buffer.deallocate()
  }

  /// Appends to the answer what `body` writes to the beginning of the room that it gets; it says how many bytes those are.
  /// - Parameter most: how much room it needs.
  /// - Returns: false when the client is gone.
  public func append(upTo most: Int, _ body: (UnsafeMutableRawBufferPointer) -> Int) -> Bool {
    if buffer.count - count < most && !makeRoom(for: most) { return false }
    count += min(max(0, body(UnsafeMutableRawBufferPointer(rebasing: buffer[count...]))), buffer.count - count)
    return count < Self.chunkBytes || flush()
  }

  private func makeRoom(for most: Int) -> Bool {
    guard flush() else { return false }
    if buffer.count < most {
      buffer.deallocate()
      buffer = .allocate(byteCount: most, alignment: 16)
    }
    return true
  }

  /// Sends what was gathered.
  /// - Returns: false when the client is gone, did not take it within `stallTimeout`, or was given up.
  public func flush() -> Bool {
    guard !isBroken else { return false }
    var offset = 0
    var stalled = Duration.zero
    while offset < count {
      let sent = Glibc.send(
        exchange.descriptor, buffer.baseAddress.map { $0 + offset }, count - offset, Int32(MSG_NOSIGNAL))
      if sent > 0 {
        offset += sent
      } else if sent < 0 && errno == EINTR {
        continue
      } else if sent < 0 && errno == EAGAIN {
        stalled += waitForRoom()
        if stalled >= Self.stallTimeout {
          isBroken = true
        } else if !keepsWaiting(stalled, waited) {
          isBroken = true
          wasGivenUp = true
        }
      } else {
        isBroken = true
      }
      if isBroken { break }
    }
    count = 0
    return !isBroken
  }

  /// - Returns: how long that took.
  private func waitForRoom() -> Duration {
    let start = Instant.now
    var waiting = pollfd(fd: exchange.descriptor, events: Int16(POLLOUT), revents: 0)
    poll(&waiting, 1, Int32(Self.patienceInterval.components.attoseconds / 1_000_000_000_000_000))
    let took = Instant.now - start
    waited += took
    return took
  }

  /// Ends the answer where it is. What was not flushed is not sent.
  public func finish() {
    guard !finished else { return }
    finished = true
    exchange.finishStream()
  }
}
