internal import Accounts
public import Broker
public import Logging

/// The log line of a request: `AUTH service=imap user=… ip=… pid=… uid=… directory=… outcome=… reason=… ms=…`.
///
/// Names and order are a contract: fail2ban filters and scripts read them.
public struct RequestLog: Sendable {
  private let logger: Logger
  private let ownProcess: Int32

  /// - Parameter ownProcess: requests of this process (the watchdog's) are logged at debug level only.
  public init(logger: Logger, ownProcess: Int32) {
    self.logger = logger
    self.ownProcess = ownProcess
  }

  /// Logs one request at the level its result deserves.
  public func write(_ record: AuditRecord) {
    let level = level(record)
    guard level >= logger.logLevel else { return }
    logger.log(level: level, "\(Self.line(record))")
  }

  /// Unavailable is an error of ours; bytes that are no request are worth a notice; the rest is everyday.
  private func level(_ record: AuditRecord) -> Logger.Level {
    if record.processID == ownProcess { return .debug }
    switch record.result {
    case .accepted, .refused: return .info
    case .unavailable(let cause): return cause.code == .clientGone ? .notice : .error
    case .malformed: return .notice
    case .nothingAsked: return .debug
    }
  }

  /// The line's text.
  public static func line(_ record: AuditRecord) -> String {
    var line = Array((record.verb.isEmpty ? "request" : record.verb).utf8)
    func field(_ key: String, _ value: [UInt8]) {
      line.append(UInt8(ascii: " "))
      LogText.appendField(key, value, to: &line)
    }
    func field(_ key: String, _ value: String) { field(key, Array(value.utf8)) }
    if !record.service.isEmpty { field("service", record.service) }
    if !record.user.isEmpty { field("user", record.user) }
    if let address = record.remoteAddress { field("ip", address) }
    field("pid", String(record.processID))
    field("uid", String(record.userID))
    if let directory = record.directory { field("directory", directory) }
    switch record.result {
    case .accepted: field("outcome", "accepted")
    case .refused(let refusal):
      field("outcome", "refused")
      field("reason", refusal.rawValue)
    case .unavailable(let cause):
      field("outcome", "unavailable")
      field("reason", cause.description)
    case .malformed(let reason):
      field("outcome", "malformed")
      field("reason", reason)
    case .nothingAsked: field("outcome", "nothing asked")
    }
    if let accounts = record.accounts { field("accounts", String(accounts)) }
    field("ms", milliseconds(record.duration))
    return String(decoding: line, as: UTF8.self)
  }

  /// With three decimals, without Foundation.
  private static func milliseconds(_ duration: Duration) -> String {
    let (seconds, attoseconds) = duration.components
    let microseconds = seconds * 1_000_000 + attoseconds / 1_000_000_000_000
    let fraction = String(microseconds % 1000)
    return "\(microseconds / 1000).\(String(repeating: "0", count: 3 - fraction.utf8.count))\(fraction)"
  }
}
