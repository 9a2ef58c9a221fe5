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
    // Not by interpolation, which would copy it.
    logger.log(level: level, Logger.Message(stringLiteral: Self.line(record)))
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
    var line: [UInt8] = []
    line.reserveCapacity(usualBytes + record.service.count + record.user.count)
    if record.verb.isEmpty { LogText.append("request", to: &line) } else { line += record.verb.utf8 }
    if !record.service.isEmpty { LogText.append(" service=", record.service, to: &line) }
    if !record.user.isEmpty { LogText.append(" user=", record.user, to: &line) }
    if let address = record.remoteAddress { LogText.append(" ip=", address, to: &line) }
    LogText.append(" pid=", Int(record.processID), to: &line)
    LogText.append(" uid=", Int(record.userID), to: &line)
    if let directory = record.directory { LogText.append(" directory=", directory, to: &line) }
    switch record.result {
    case .accepted:
      LogText.append(" outcome=accepted", to: &line)
      if record.isRemembered { LogText.append(" remembered=yes", to: &line) }
    case .refused(let refusal): LogText.append(" outcome=refused reason=", refusal.rawValue, to: &line)
    case .unavailable(let cause): LogText.append(" outcome=unavailable reason=", cause.description, to: &line)
    case .malformed(let reason): LogText.append(" outcome=malformed reason=", reason, to: &line)
    case .nothingAsked: LogText.append(" outcome=\"nothing asked\"", to: &line)
    }
    if let accounts = record.accounts { LogText.append(" accounts=", accounts, to: &line) }
    append(milliseconds: record.duration, to: &line)
    return String(decoding: line, as: UTF8.self)
  }

  /// What a line has beside service and user: more is rare.
  private static let usualBytes = 160

  /// With three decimals.
  private static func append(milliseconds duration: Duration, to line: inout [UInt8]) {
    let (seconds, attoseconds) = max(duration, .zero).components
    let microseconds = UInt(seconds) * 1_000_000 + UInt(attoseconds / 1_000_000_000_000)
    LogText.append(" ms=", to: &line)
    LogText.append(decimal: microseconds / 1000, to: &line)
    line.append(UInt8(ascii: "."))
    LogText.append(decimal: microseconds % 1000, digits: 3, to: &line)
  }
}
