package import Accounts

/// Tells the administrator of connections: each change once, not each request and not each attempt.
package struct ConnectionLog {
  /// Different reasons told within one outage; servers that fail in turns would otherwise fill the log.
  package static let maximumReasons = 8

  private let report: @Sendable (DirectoryEvent) -> Void
  private var reasons: Set<String> = []
  private var isDown = false

  package init(_ report: @escaping @Sendable (DirectoryEvent) -> Void) { self.report = report }

  /// A connection is ready.
  package mutating func connected(_ place: String, after outage: Duration) {
    if isDown {
      let seconds = outage.components.seconds
      report(DirectoryEvent(.notice, "connected again to \(place)\(seconds > 0 ? " after \(seconds) s" : "")"))
    } else {
      report(DirectoryEvent(.info, "connected to \(place)"))
    }
    isDown = false
    reasons = []
  }

  /// The connection is gone.
  package mutating func lost(_ why: String) {
    isDown = true
    report(DirectoryEvent(.warning, "connection lost: \(why)"))
  }

  /// An attempt to connect came to nothing.
  package mutating func failed(_ why: String) {
    isDown = true
    guard reasons.count < Self.maximumReasons, reasons.insert(why).inserted else { return }
    report(DirectoryEvent(.error, "cannot serve: \(why)"))
  }
}
