internal import Foundation

/// A listening Unix socket of a test's own: a service manager's, to be handed down, or one that stands in for a daemon.
public final class ListeningSocket: Sendable {
  /// Where clients connect.
  public let path: String
  /// The listening descriptor.
  public let descriptor: Int32

  /// Listens at `path`, where nothing may be yet.
  public init(_ path: String) throws {
    self.path = path
    descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
    let bound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard bound == 0, listen(descriptor, 4096) == 0 else { throw ServerTrouble("cannot listen on \(path)") }
  }

  /// Accepts whoever comes and closes at once, until `isOver`.
  public func closeEverybody(until isOver: () -> Bool) {
    while !isOver() {
      var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      guard poll(&waiting, 1, 20) > 0 else { continue }
      let client = accept(descriptor, nil, nil)
      if client >= 0 { close(client) }
    }
  }

  deinit { close(descriptor) }
}
