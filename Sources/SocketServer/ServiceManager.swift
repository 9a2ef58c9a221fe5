internal import CLinux
internal import Glibc

/// The service manager's side of a daemon's life: sd_notify(3) and sd_listen_fds(3), whose protocols are a datagram and two
/// environment variables. Without a service manager everything here does nothing.
public struct ServiceManager: Sendable {
  /// The first descriptor handed over (sd_listen_fds(3)).
  private static let firstDescriptor: Int32 = 3

  private let notifySocket: String?
  /// Descriptors of sockets that were handed over.
  public let inheritedDescriptors: [Int32]
  /// How often the watchdog wants to be fed: half of `WATCHDOG_USEC`; nil without one.
  public let watchdogInterval: Duration?

  /// Reads the environment as the service manager set it.
  /// - Parameter processID: `LISTEN_PID` and `WATCHDOG_PID` must name it, or they are meant for another process.
  public init(environment: [String: String], processID: Int32) {
    notifySocket = environment["NOTIFY_SOCKET"].flatMap { $0.isEmpty ? nil : $0 }
    if environment["LISTEN_PID"].flatMap({ Int32($0) }) == processID,
      let count = environment["LISTEN_FDS"].flatMap({ Int32($0) }), count > 0, count < 1024
    {
      inheritedDescriptors = Array(Self.firstDescriptor..<(Self.firstDescriptor + count))
    } else {
      inheritedDescriptors = []
    }
    if let period = environment["WATCHDOG_USEC"].flatMap({ Int64($0) }), period > 0, period < Int64.max / 2,
      environment["WATCHDOG_PID"].map({ Int32($0) == processID }) ?? true
    {
      watchdogInterval = .microseconds(period / 2)
    } else {
      watchdogInterval = nil
    }
  }

  /// Start-up is over: clients are served.
  public func ready(status: String) { notify("READY=1\nSTATUS=\(status)") }

  /// A line for `systemctl status`.
  public func status(_ text: String) { notify("STATUS=\(text)") }

  /// The configuration is being read again; `ready` ends it.
  public func reloading() {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    notify("RELOADING=1\nMONOTONIC_USEC=\(now.tv_sec * 1_000_000 + now.tv_nsec / 1000)")
  }

  /// The end has begun.
  public func stopping() { notify("STOPPING=1\nSTATUS=finishing accepted requests") }

  /// A request has just made the round trip.
  public func feedWatchdog() { notify("WATCHDOG=1") }

  private func notify(_ message: String) {
    guard let notifySocket else { return }
    var address = sockaddr_un()
    var length = socklen_t()
    guard gatepost_unix_address(notifySocket, &address, &length) == 0 else { return }
    let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    let bytes = Array(message.utf8)
    _ = gatepost_sendto(descriptor, bytes, bytes.count, &address, length)
  }
}
