internal import Accounts
public import Broker
public import Logging
public import Threads

/// The log line of a request:
/// `AUTH service=imap user=… ip=… pid=… uid=… directory=… outcome=… reason=… program=… socket=… ms=…`.
///
/// Names and order are a contract: fail2ban filters and scripts read them. Of what others can cause without end, only so many lines are
/// written, and the rest is counted (`LineBudget`).
public struct RequestLog: Sendable {
  /// How often `reportLeftOut` is to be called: every 10 s.
  public static let reportInterval = LineBudget.reportInterval

  private let logger: Logger
  private let lines: StandardErrorLog?
  private let ownProcess: Int32
  private let names: ProcessNames
  private let now: @Sendable () -> Instant
  private let budget = Lock(LineBudget())
  private let advisor: PermissionAdvisor
  private let clerk: AuditClerk?

  /// - Parameters:
  ///   - lines: the handler behind `logger`, where it is one that takes lines as they are made.
  ///   - ownProcess: requests of this process (the watchdog's) are logged at debug level only.
  ///   - names: of the asking processes.
  ///   - apart: lines for which files must be read are written by a thread of their own. For callers whose threads may not read any
  ///     (`ThreadRights`).
  ///   - now: by which the allowance of lines is measured.
  public init(
    logger: Logger, lines: StandardErrorLog? = nil, ownProcess: Int32, names: ProcessNames = .current,
    apart: Bool = false,
    now: @escaping @Sendable () -> Instant = { .now }
  ) {
    // Without the thread they are written all the same, and lack the program's name.
    clerk = apart ? try? AuditClerk() : nil
    self.logger = logger
    self.lines = lines
    self.ownProcess = ownProcess
    self.names = names
    self.now = now
    advisor = PermissionAdvisor(names: names, logger: logger)
  }

  /// Logs one request at the level its result deserves.
  public func write(_ record: AuditRecord) {
    let level = level(record)
    guard level >= logger.logLevel else { return }
    guard !record.isEveryday, let subject = LineSubject(record) else {
      write(record, program: nil, level)
      return
    }
    let now = self.now()
    guard budget.withLock({ $0.take(subject, at: now) }) else { return }
    guard Self.namesProgram(record) || record.denial != nil else {
      write(record, program: nil, level)
      return
    }
    if clerk?.take({ [self] in investigate(record, level, at: now) }) != true { investigate(record, level, at: now) }
  }

  /// For lines that say who asked.
  private func investigate(_ record: AuditRecord, _ level: Logger.Level, at now: Instant) {
    let program = Self.namesProgram(record) ? names.program(record.processID) : nil
    if let denial = record.denial { advisor.advise(denial, record, program: program, at: now) }
    write(record, program: program, level)
  }

  private func write(_ record: AuditRecord, program: [UInt8]?, _ level: Logger.Level) {
    if let lines { return lines.log(level: level) { Self.append(record, program: program, to: &$0) } }
    // Not by interpolation, which would copy it.
    logger.log(level: level, Logger.Message(stringLiteral: Self.line(record, program: program)))
  }

  /// Logs how many lines were left out since the last time, if any were.
  public func reportLeftOut() {
    for line in budget.withLock({ $0.report() }) { logger.warning("\(line)") }
  }

  /// Waits until everything is said that was begun, for `patience` at the most.
  public func finish(_ patience: Duration = .seconds(1)) {
    clerk?.finish(patience)
    advisor.finish(patience)
    reportLeftOut()
  }

  /// Unavailable is an error of ours; a changed password and bytes that are no request are worth a notice; the rest is everyday.
  private func level(_ record: AuditRecord) -> Logger.Level {
    if record.processID == ownProcess { return .debug }
    if record.isEveryday { return .info }
    switch record.result {
    case .accepted: return .notice
    case .refused: return .info
    case .unavailable(let cause): return cause.code == .clientGone ? .notice : .error
    case .malformed: return .notice
    case .nothingAsked: return .debug
    }
  }

  /// Whether it matters which program asked, of what is not everyday: where somebody may have to be found.
  private static func namesProgram(_ record: AuditRecord) -> Bool {
    switch record.result {
    case .refused, .malformed: true
    case .unavailable(let cause): cause.code == .notPermitted || record.isPasswordChange
    case .accepted: true
    case .nothingAsked: false
    }
  }

  /// The line's text.
  /// - Parameter program: what the asking process calls itself, where that is part of the line; nil when it cannot be found out.
  public static func line(_ record: AuditRecord, program: [UInt8]? = nil) -> String {
    var line: [UInt8] = []
    line.reserveCapacity(usualBytes + record.service.count + record.user.count)
    append(record, program: program, to: &line)
    return String(decoding: line, as: UTF8.self)
  }

  private static func append(_ record: AuditRecord, program: [UInt8]?, to line: inout [UInt8]) {
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
      if let label = record.appPassword { LogText.append(" app=", label, to: &line) }
      if record.isRemembered { LogText.append(" remembered=yes", to: &line) }
    case .refused(let refusal): LogText.append(" outcome=refused reason=", refusal.rawValue, to: &line)
    case .unavailable(let cause): LogText.append(" outcome=unavailable reason=", cause.description, to: &line)
    case .malformed(let reason): LogText.append(" outcome=malformed reason=", reason, to: &line)
    case .nothingAsked: LogText.append(" outcome=\"nothing asked\"", to: &line)
    }
    if let held = record.held { append(seconds: held, to: &line) }
    if let scheme = record.weakScheme { LogText.append(" weak-scheme=", scheme, to: &line) }
    if let accounts = record.accounts { LogText.append(" accounts=", accounts, to: &line) }
    if !record.isEveryday, namesProgram(record) { LogText.append(" program=", program ?? unknown, to: &line) }
    if let socket = record.socket { LogText.append(" socket=", socket, to: &line) }
    append(milliseconds: record.duration, to: &line)
  }

  private static let unknown = [UInt8(ascii: "?")]

  /// What a line has beside service and user: more is rare.
  private static let usualBytes = 160

  /// With three decimals.
  private static func append(seconds duration: Duration, to line: inout [UInt8]) {
    let (seconds, attoseconds) = max(duration, .zero).components
    LogText.append(" held=", to: &line)
    LogText.append(decimal: UInt(seconds), to: &line)
    line.append(UInt8(ascii: "."))
    LogText.append(decimal: UInt(attoseconds / 1_000_000_000_000_000), digits: 3, to: &line)
  }

  /// With three decimals.
  private static func append(milliseconds duration: Duration, to line: inout [UInt8]) {
    let microseconds = UInt(clamping: max(duration, .zero).attoseconds / 1_000_000_000_000)
    LogText.append(" ms=", to: &line)
    LogText.append(decimal: microseconds / 1000, to: &line)
    line.append(UInt8(ascii: "."))
    LogText.append(decimal: microseconds % 1000, digits: 3, to: &line)
  }
}
