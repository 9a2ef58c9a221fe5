internal import Glibc
public import Logging

/// Where swift-log's lines go: standard error, in the form its reader understands.
///
/// Read by the journal (`JOURNAL_STREAM` names standard error, systemd.exec(5)), a line begins with its syslog priority, `<6>`;
/// elsewhere with the time in UTC and the level. One event is one line whatever is in it: see `LogText`.
public struct StandardErrorLog: LogHandler {
  /// How lines begin.
  public enum Style: Sendable { case journal, terminal }

  /// Levels below are not logged.
  public var logLevel: Logger.Level
  /// Appended to each line as `key=value`.
  public var metadata: Logger.Metadata = [:]
  private let style: Style
  private let writer: LogWriter

  /// A handler that writes through `writer`.
  public init(style: Style, level: Logger.Level, writer: LogWriter) {
    self.style = style
    logLevel = level
    self.writer = writer
  }

  /// The style for this process' standard error.
  public static func style(journalStream: String?) -> Style {
    guard let journalStream else { return .terminal }
    var information = stat()
    guard fstat(2, &information) == 0 else { return .terminal }
    return journalStream == "\(information.st_dev):\(information.st_ino)" ? .journal : .terminal
  }

  /// A metadata value by its key.
  public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  /// Writes one line.
  public func log(event: LogEvent) {
    writer.write(Self.line(event.level, event.message.description, metadata, event.metadata, style))
  }

  /// Writes one line that is not made before it is written: nothing is copied.
  /// - Parameter append: appends the message, in which `LogText` has escaped whatever is not ours. Not long.
  @inline(__always)  // Else all that `append` holds is copied, a request's record among it.
  func log(level: Logger.Level, _ append: (inout [UInt8]) -> Void) {
    writer.write { line, time in
      Self.begin(level, style, &time, &line)
      append(&line)
      if !metadata.isEmpty { Self.append(metadata, to: &line) }
      line.append(UInt8(ascii: "\n"))
    }
  }

  /// The line that tells of `count` lost ones.
  public static func lostLine(style: Style) -> @Sendable (Int) -> [UInt8] {
    { count in
      line(
        .warning, "\(count) log lines lost: standard error is not read fast enough, or cannot be written", [:], nil,
        style)
    }
  }

  static func line(
    _ level: Logger.Level, _ message: String, _ own: Logger.Metadata, _ more: Logger.Metadata?, _ style: Style
  ) -> [UInt8] {
    var line: [UInt8] = []
    line.reserveCapacity(message.utf8.count + 48)
    var time = LogTime()
    begin(level, style, &time, &line)
    LogText.appendMessage(message, to: &line)
    if !own.isEmpty || !(more ?? [:]).isEmpty {
      append(own.merging(more ?? [:], uniquingKeysWith: { $1 }), to: &line)
    }
    line.append(UInt8(ascii: "\n"))
    return line
  }

  private static func begin(_ level: Logger.Level, _ style: Style, _ time: inout LogTime, _ line: inout [UInt8]) {
    switch style {
    case .journal:
      line.append(UInt8(ascii: "<"))
      line.append(UInt8(ascii: "0") + priority(level))
      line.append(UInt8(ascii: ">"))
    case .terminal:
      var now = timespec()
      clock_gettime(CLOCK_REALTIME, &now)
      time.append(now, to: &line)
      line.append(UInt8(ascii: " "))
      line += level.rawValue.utf8
      line += ": ".utf8
    }
  }

  private static func append(_ metadata: Logger.Metadata, to line: inout [UInt8]) {
    for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
      line.append(UInt8(ascii: " "))
      LogText.appendField(key, Array("\(value)".utf8), to: &line)
    }
  }

  /// syslog(3): 2 critical … 7 debug.
  private static func priority(_ level: Logger.Level) -> UInt8 {
    switch level {
    case .trace, .debug: 7
    case .info: 6
    case .notice: 5
    case .warning: 4
    case .error: 3
    case .critical: 2
    }
  }
}
