internal import Accounts

/// Tells the administrator when the database stops and starts to work: once for each change, not once for each request.
final class ConnectionState {
  private enum Phase: Equatable { case fresh, working, replaced, failed(String) }

  private let path: String
  private let report: @Sendable (DirectoryEvent) -> Void
  private var phase = Phase.fresh

  init(path: String, report: @escaping @Sendable (DirectoryEvent) -> Void) {
    self.path = path
    self.report = report
  }

  /// The file was opened; only the first time, and that another file was, is news.
  func opened() {
    switch phase {
    case .fresh: report(DirectoryEvent(.info, "opened \(path)"))
    case .replaced: report(DirectoryEvent(.notice, "\(path) was replaced: opened the new file"))
    case .working, .failed: return
    }
    phase = .working
  }

  /// Another file has the name now.
  func replaced() { phase = .replaced }

  /// A request was answered.
  func works() {
    if case .failed = phase { report(DirectoryEvent(.notice, "\(path) works again")) }
    phase = .working
  }

  /// No request can be answered, for this reason.
  func failed(_ reason: String) {
    guard phase != .failed(reason) else { return }
    phase = .failed(reason)
    report(DirectoryEvent(.error, "cannot use the database: \(reason)"))
  }
}
