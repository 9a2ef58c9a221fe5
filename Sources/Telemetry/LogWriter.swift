internal import Glibc
internal import Threads

/// Writes log lines to a descriptor on a thread of its own, so that a slow reader of the log (a full pipe, a busy journal) delays no
/// login.
///
/// Bounded: when more than `capacity` bytes wait, further lines are dropped and counted, and the count is logged as soon as there is
/// room. So are lines that could not be written, as on a full disk: told of with the next that can be. Lines that were taken are written
/// by `flush`, which the daemon calls before it ends.
public final class LogWriter: Sendable {
  /// Bytes that may wait: some ten thousand lines.
  public static let capacity = 4 * 1024 * 1024
  /// Lines are gathered for this long after a write: a flood costs a hundred writes a second, not one a line.
  static let gatherInterval: Duration = .milliseconds(10)

  /// As much is ready for the next lines, if the last were as many.
  private static let usualBytes = 256 * 1024

  private struct State {
    var waiting: [UInt8] = []
    var time = LogTime()
    var dropped = 0
    var isWriting = false
    var isHurried = false
    var isClosed = false
  }

  private let state = Lock(State())
  private let descriptor: Int32
  private let capacity: Int

  /// - Parameters:
  ///   - descriptor: stays the caller's.
  ///   - capacity: bytes that may wait.
  ///   - lostLine: makes the line that tells of lost ones.
  public init(
    descriptor: Int32, capacity: Int = LogWriter.capacity, lostLine: @escaping @Sendable (Int) -> [UInt8]
  ) throws {
    self.descriptor = descriptor
    self.capacity = capacity
    let state = self.state
    _ = try Worker(name: "log") {
      var output = Output(descriptor: descriptor)
      while true {
        let batch = state.wait { state -> (lines: [UInt8], dropped: Int)? in
          if state.waiting.isEmpty && state.dropped == 0 { return state.isClosed ? ([], 0) : nil }
          let batch = (state.waiting, state.dropped)
          state.waiting = []
          // Those who write lines do not have to make room for as many again.
          state.waiting.reserveCapacity(min(batch.0.count, Self.usualBytes))
          state.dropped = 0
          state.isWriting = true
          return batch
        }
        guard let batch, !batch.lines.isEmpty || batch.dropped > 0 else { return }
        output.tell(lostLine)
        output.write(batch.lines)
        output.lost += batch.dropped
        output.tell(lostLine)
        state.withLock { $0.isWriting = false }
        state.broadcast()
        _ = state.wait(Self.gatherInterval) { $0.isHurried || $0.isClosed ? true : nil }
      }
    }
  }

  deinit {
    state.withLock { $0.isClosed = true }
    state.broadcast()
  }

  /// Takes one line, its line feed included. Never blocks.
  public func write(_ line: [UInt8]) { write { waiting, _ in waiting += line } }

  /// Has `append` put one line, its line feed included, behind those that wait; meanwhile other lines wait for it, so it must not take long.
  /// - Parameter append: is given the time of the last line too, for this one's beginning.
  func write(_ append: (_ lines: inout [UInt8], inout LogTime) -> Void) {
    let isFirst = state.withLock { state -> Bool in
      let before = state.waiting.count
      append(&state.waiting, &state.time)
      guard state.waiting.count <= capacity else {
        state.waiting.removeLast(state.waiting.count - before)
        state.dropped += 1
        return false
      }
      return before == 0
    }
    if isFirst { state.signal() }
  }

  /// Waits until all that was taken is written, for `patience` at the most.
  public func flush(_ patience: Duration = .seconds(2)) {
    state.withLock { $0.isHurried = true }
    state.broadcast()
    _ = state.wait(patience) { $0.waiting.isEmpty && $0.dropped == 0 && !$0.isWriting ? true : nil }
    state.withLock { $0.isHurried = false }
  }

  /// The descriptor, and what it did not take.
  private struct Output {
    let descriptor: Int32
    /// Lines that nobody has been told of yet.
    var lost = 0
    /// Whether a part of a line stands at the end of what was written.
    var isCut = false

    /// Writes `bytes`, which are whole lines, and counts those that cannot be written, or not whole.
    mutating func write(_ bytes: [UInt8]) {
      var offset = 0
      while offset < bytes.count {
        let written = bytes.withUnsafeBytes { bytes in
          Glibc.write(descriptor, bytes.baseAddress.map { $0 + offset }, bytes.count - offset)
        }
        if written > 0 {
          offset += written
          isCut = bytes[offset - 1] != UInt8(ascii: "\n")
        } else if written < 0 && errno == EAGAIN {
          var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
          poll(&waiting, 1, 1000)
        } else if written < 0 && errno != EINTR {
          lost += bytes[offset...].count { $0 == UInt8(ascii: "\n") }
          return
        }
      }
    }

    /// Writes how many were lost, if that can be written.
    mutating func tell(_ line: (Int) -> [UInt8]) {
      guard lost > 0 else { return }
      var told = Output(descriptor: descriptor)
      told.write((isCut ? [UInt8(ascii: "\n")] : []) + line(lost))
      if told.lost == 0 { self = told }
    }
  }
}
