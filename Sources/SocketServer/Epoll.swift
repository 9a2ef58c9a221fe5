internal import CLinux
internal import Glibc
internal import Threads

/// epoll(7), edge-triggered, with a 64-bit token per descriptor.
struct Epoll: ~Copyable {
  static let readable = UInt32(EPOLLIN.rawValue)
  static let writable = UInt32(EPOLLOUT.rawValue)
  static let peerStoppedSending = UInt32(EPOLLRDHUP.rawValue)
  static let hangUp = UInt32(EPOLLHUP.rawValue) | UInt32(EPOLLERR.rawValue)
  private static let edge = UInt32(EPOLLET.rawValue)
  private static let eventsPerWait = 512

  private let descriptor: Int32
  private let events: UnsafeMutablePointer<epoll_event>

  init() throws(SystemError) {
    descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
    guard descriptor >= 0 else { throw SystemError.last("epoll_create1") }
    events = .allocate(capacity: Self.eventsPerWait)
    events.initialize(repeating: epoll_event(), count: Self.eventsPerWait)
  }

  deinit {
    events.deallocate()
    close(descriptor)
  }

  func add(_ watched: Int32, _ interest: UInt32, token: UInt64) -> Bool {
    control(EPOLL_CTL_ADD, watched, interest, token)
  }

  func change(_ watched: Int32, _ interest: UInt32, token: UInt64) -> Bool {
    control(EPOLL_CTL_MOD, watched, interest, token)
  }

  func remove(_ watched: Int32) { _ = control(EPOLL_CTL_DEL, watched, 0, 0) }

  private func control(_ operation: Int32, _ watched: Int32, _ interest: UInt32, _ token: UInt64) -> Bool {
    var event = epoll_event(events: interest | Self.edge, data: epoll_data_t(u64: token))
    return epoll_ctl(descriptor, operation, watched, &event) == 0
  }

  /// Waits for events.
  /// - Parameters:
  ///   - milliseconds: -1 is for ever.
  ///   - vigil: kept before going to sleep.
  /// - Returns: how many there are.
  func wait(_ milliseconds: Int32, vigil: Vigil?) -> Int {
    var count: Int32 = 0
    if let vigil {
      _ = vigil.keep {
        count = take(0)
        return count > 0
      }
    }
    if count <= 0 { count = take(milliseconds) }
    return max(0, Int(count))
  }

  private func take(_ milliseconds: Int32) -> Int32 {
    epoll_wait(descriptor, events, Int32(Self.eventsPerWait), milliseconds)
  }

  /// An event of the last wait.
  subscript(index: Int) -> (token: UInt64, happened: UInt32) { (events[index].data.u64, events[index].events) }
}
