public import Foundation

/// A program that a test started; it is stopped by its process id when the last reference goes, at the latest.
public final class ChildProcess: @unchecked Sendable {
  // Unchecked: Foundation's Process is used from one test at a time; its own methods are thread-safe.
  private let process: Process
  /// Standard output and error, as they came, in this file.
  public let outputPath: String

  /// What a program that ended left behind.
  public struct Result: Sendable {
    /// The exit status; 128 + n for signal n.
    public let status: Int32
    /// Standard output.
    public let output: String
    /// Standard error.
    public let errors: String
  }

  /// Starts `command[0]` (found by PATH) with the rest as arguments, its output going to a file.
  public init(_ command: [String], environment: [String: String] = [:], outputPath: String) throws {
    self.outputPath = outputPath
    _ = FileManager.default.createFile(atPath: outputPath, contents: nil)
    process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = command
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardInput = FileHandle.nullDevice
    let output = FileHandle(forWritingAtPath: outputPath) ?? .nullDevice
    process.standardOutput = output
    process.standardError = output
    try process.runWithoutBlockedSignals()
  }

  /// The process id.
  public var pid: Int32 { process.processIdentifier }
  /// Whether it has not ended yet.
  public var isRunning: Bool { process.isRunning }
  /// All it has written so far.
  public var output: String { (try? String(contentsOfFile: outputPath, encoding: .utf8)) ?? "" }

  /// Sends `signal` and waits up to `patience` seconds for the end; then kills.
  /// - Returns: the exit status (128 + n for signal n).
  @discardableResult
  public func stop(_ signal: Int32 = SIGTERM, patience: Double = 10) -> Int32 {
    if process.isRunning { kill(pid, signal) }
    let end = Date(timeIntervalSinceNow: patience)
    while process.isRunning && Date() < end { usleep(10_000) }
    if process.isRunning { kill(pid, SIGKILL) }
    process.waitUntilExit()
    return process.terminationReason == .uncaughtSignal ? 128 + process.terminationStatus : process.terminationStatus
  }

  deinit { if process.isRunning { stop() } }

  /// Runs a program to its end.
  /// - Parameter input: what it reads from standard input.
  public static func run(
    _ command: [String], environment: [String: String] = [:], input: String = ""
  ) throws -> Result {
    let folder = try TemporaryFolder("run")
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = command
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    try folder.write(input, to: "in")
    for name in ["out", "err"] { _ = FileManager.default.createFile(atPath: folder.file(name), contents: nil) }
    process.standardInput = FileHandle(forReadingAtPath: folder.file("in")) ?? .nullDevice
    process.standardOutput = FileHandle(forWritingAtPath: folder.file("out")) ?? .nullDevice
    process.standardError = FileHandle(forWritingAtPath: folder.file("err")) ?? .nullDevice
    try process.runWithoutBlockedSignals()
    process.waitUntilExit()
    func text(_ name: String) -> String {
      String(decoding: FileManager.default.contents(atPath: folder.file(name)) ?? Data(), as: UTF8.self)
    }
    let status = process.terminationStatus
    return Result(
      status: process.terminationReason == .uncaughtSignal ? 128 + status : status,
      output: text("out"), errors: text("err"))
  }
}

extension Process {
  /// A program inherits the signal mask of the thread that starts it, and the threads of Swift's pool block nearly all signals:
  /// SIGTERM would never reach it.
  fileprivate func runWithoutBlockedSignals() throws {
    var none = sigset_t()
    var before = sigset_t()
    sigemptyset(&none)
    pthread_sigmask(SIG_SETMASK, &none, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    try run()
  }
}

/// Asks `condition` every 20 ms until it holds.
/// - Returns: whether it held within `seconds`.
public func eventually(within seconds: Double = 10, _ condition: () throws -> Bool) rethrows -> Bool {
  let end = Date(timeIntervalSinceNow: seconds)
  while Date() < end {
    if try condition() { return true }
    usleep(20_000)
  }
  return try condition()
}
