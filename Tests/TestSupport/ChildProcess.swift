public import Foundation

/// A program that a test started; it is stopped by its process id when the last reference goes, at the latest.
///
/// Not Foundation's `Process`: that notices an end only once every process which inherited a descriptor from it has ended too,
/// so that a daemon left behind makes it wait for ever; and its children inherit the signal mask of the thread that starts
/// them, which on the threads of Swift's pool blocks SIGTERM.
public final class ChildProcess: @unchecked Sendable {
  // Unchecked: `ending` is reached under `lock` only; the rest never changes.

  /// What a program that ended left behind.
  public struct Result: Sendable {
    /// The exit status; 128 + n for signal n.
    public let status: Int32
    /// Standard output.
    public let output: String
    /// Standard error.
    public let errors: String
  }

  /// The process id. Somebody else's once `isRunning` was false.
  public let pid: Int32
  /// Standard output and error, as they came, in this file.
  public let outputPath: String
  private let lock = NSLock()
  private var ending: Int32?

  /// Starts `command[0]` (found by PATH) with the rest as arguments, its output going to a file.
  /// - Parameter handedDown: a descriptor of ours that it finds as number 3, the first that a service manager hands down.
  public convenience init(
    _ command: [String], environment: [String: String] = [:], handedDown: Int32? = nil, outputPath: String
  ) throws {
    try self.init(
      command, environment: environment, input: "/dev/null", handedDown: handedDown, outputPath: outputPath,
      errorPath: outputPath)
  }

  private init(
    _ command: [String], environment: [String: String], input: String, handedDown: Int32? = nil, outputPath: String,
    errorPath: String
  ) throws {
    self.outputPath = outputPath
    for path in Set([outputPath, errorPath]) {
      // Anew, so that what a former process wrote is not taken for this one's.
      guard FileManager.default.createFile(atPath: path, contents: nil) else { throw POSIXError(.EACCES) }
    }
    pid = try Self.spawn(
      command, environment: ProcessInfo.processInfo.environment.merging(environment) { $1 }, input: input,
      handedDown: handedDown, output: outputPath, errors: errorPath)
  }

  /// Whether it has not ended yet.
  public var isRunning: Bool { lock.withLock { wait(WNOHANG) == nil } }

  /// All it has written so far.
  public var output: String { Self.text(outputPath) }

  /// Sends `signal` and waits up to `patience` seconds for the end; then kills.
  /// - Returns: the exit status (128 + n for signal n).
  @discardableResult
  public func stop(_ signal: Int32 = SIGTERM, patience: Double = 10) -> Int32 {
    if isRunning { kill(pid, signal) }
    if !eventually(within: patience, { !isRunning }) { kill(pid, SIGKILL) }
    return waitForEnd()
  }

  deinit { if isRunning { stop() } }

  /// Runs a program to its end.
  /// - Parameter input: what it reads from standard input.
  public static func run(
    _ command: [String], environment: [String: String] = [:], input: String = ""
  ) throws -> Result {
    let folder = try TemporaryFolder("run")
    try folder.write(input, to: "in")
    let (output, errors) = (folder.file("out"), folder.file("err"))
    let process = try ChildProcess(
      command, environment: environment, input: folder.file("in"), outputPath: output, errorPath: errors)
    return Result(status: process.waitForEnd(), output: text(output), errors: text(errors))
  }

  private func waitForEnd() -> Int32 { lock.withLock { wait(0) } ?? 0 }

  /// To be called under the lock.
  private func wait(_ options: Int32) -> Int32? {
    if let ending { return ending }
    var status: Int32 = 0
    var result: Int32
    repeat { result = waitpid(pid, &status, options) } while result < 0 && errno == EINTR
    if result == pid {
      let signal = status & 0x7f
      ending = signal == 0 ? (status >> 8) & 0xff : 128 + signal
    }
    return ending
  }

  private static func text(_ path: String) -> String {
    String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
  }

  /// With no descriptor but the three, no signal blocked, none ignored.
  private static func spawn(
    _ command: [String], environment: [String: String], input: String, handedDown: Int32?, output: String,
    errors: String
  ) throws -> Int32 {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, input, O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_APPEND, 0)
    posix_spawn_file_actions_addopen(&actions, 2, errors, O_WRONLY | O_APPEND, 0)
    let first: Int32 = 3
    if let handedDown { posix_spawn_file_actions_adddup2(&actions, handedDown, first) }
    // In the child, so that nothing slips through which another thread opens meanwhile.
    ChildDescriptors.close(from: handedDown == nil ? first : first + 1, &actions)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    sigfillset(&signals)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

    var arguments = command.map { strdup($0) } + [nil]
    var variables = environment.map { strdup("\($0)=\($1)") } + [nil]
    defer { for text in arguments + variables { free(text) } }
    var pid: pid_t = 0
    let error = posix_spawnp(&pid, command.first ?? "", &actions, &attributes, &arguments, &variables)
    guard error == 0 else { throw ServerTrouble("\(command.first ?? ""): \(String(cString: strerror(error)))") }
    return pid
  }
}
