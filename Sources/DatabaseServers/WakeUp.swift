internal import Glibc
package import Threads

/// Wakes a thread that sleeps in poll(): a pipe.
package final class WakeUp: Sendable {
  /// For poll(): readable after `signal()`.
  package let descriptor: Int32
  private let writer: Int32

  /// - Throws: `SystemError` when the process has no descriptors left.
  package init() throws(SystemError) {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw .last("pipe") }
    descriptor = ends[0]
    writer = ends[1]
    for end in ends {
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
    }
  }

  deinit {
    close(descriptor)
    close(writer)
  }

  /// Makes the descriptor readable. A full pipe is readable already.
  package func signal() {
    var byte: UInt8 = 1
    _ = write(writer, &byte, 1)
  }

  /// Makes it unreadable again.
  package func clear() {
    withUnsafeTemporaryAllocation(byteCount: 64, alignment: 1) { buffer in
      while read(descriptor, buffer.baseAddress, buffer.count) == buffer.count {}
    }
  }
}
