internal import Glibc
package import Threads

/// Waiting for a socket, with a deadline.
package enum SocketWait {
  /// Waits until one of `events` (of poll(2)) has come about, or an error or the end.
  /// - Returns: what came about.
  package static func wait(
    _ descriptor: Int32, for events: Int16, until deadline: Instant, stop: StopFlag
  ) throws(DatabaseFault) -> Int16 {
    var entry = pollfd(fd: descriptor, events: events, revents: 0)
    while true {
      if stop.isSet { throw .stopping }
      let left = deadline - .now
      guard left > .zero else { throw DatabaseFault(.timeLimit, "the database did not answer in time") }
      let result = poll(&entry, 1, min(left, StopFlag.interval).pollMilliseconds)
      if result > 0 { return entry.revents }
      if result < 0 && errno != EINTR { throw DatabaseFault(.connection, "poll: \(String(cString: strerror(errno)))") }
    }
  }
}
