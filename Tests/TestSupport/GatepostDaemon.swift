internal import Foundation

/// The daemon under test: the executable that this build made, serving one socket below a temporary folder.
public final class GatepostDaemon: Sendable {
  private let folder: TemporaryFolder
  private let process: Lockbox
  private let command: [String]
  private let environment: [String: String]

  /// Where it listens. The last component is `socket`, so that courier's programs find it.
  public var socketPath: String { folder.file("run/socket") }
  /// The configuration file.
  public var configurationPath: String { folder.file("gatepost.toml") }
  /// Everything it has logged since its last start.
  public var log: String { process.held?.output ?? process.lastLog }

  /// Whether it has logged this, or does so soon: lines are written by a thread of their own, after the answer that they are about.
  public func logs(_ text: String) -> Bool {
    eventually { log.contains(text) }
  }

  /// Writes the configuration, starts the daemon, and waits until its socket answers.
  /// - Parameters:
  ///   - prelude: what a shell does before it becomes the daemon, such as `ulimit -n 64`.
  ///   - slowsGuessers: whether `[throttle]` is left as the configuration has it. Nearly all tests log in with wrong passwords as fast as
  ///     they can, and are about something else.
  ///   - mode: of the configuration; one with a password in it must not be open to everybody.
  ///   - environment: added to the test's own.
  ///   - configuration: the text of `gatepost.toml`; it is given the path of the socket that it has to name.
  public init(
    prelude: String? = nil, slowsGuessers: Bool = false, mode: Int = 0o644, environment: [String: String] = [:],
    _ configuration: (_ socketPath: String) -> String
  ) throws {
    self.environment = environment
    folder = try TemporaryFolder("gatepost")
    try FileManager.default.createDirectory(atPath: folder.file("run"), withIntermediateDirectories: false)
    chmod(folder.file("run"), 0o755)
    let daemon = [try GatepostExecutable.path(), "serve", "--config", folder.file("gatepost.toml")]
    command = prelude.map { ["sh", "-c", "\($0); exec \"$@\"", "sh"] + daemon } ?? daemon
    process = Lockbox()
    let text = configuration(socketPath) + (slowsGuessers ? "" : "\n[throttle]\nenabled = false\n")
    try folder.write(text, to: "gatepost.toml", mode: mode)
    try start()
  }

  /// Starts it again after `stop()`.
  public func start() throws {
    let process = try ChildProcess(command, environment: environment, outputPath: logPath)
    self.process.held = process
    let path = socketPath
    let answers = eventually { (try? SocketConnection(unixPath: path)) != nil || !process.isRunning }
    guard answers, process.isRunning else { throw ServerTrouble("gatepost does not start", log: process.output) }
  }

  /// In the folder that the environment names, where `make test` looks for passwords in all logs at the end; else beside the rest.
  private var logPath: String {
    guard let kept = ProcessInfo.processInfo.environment["GATEPOST_TEST_LOGS"] else { return folder.file("log") }
    return "\(kept)/\(UUID().uuidString).log"
  }

  /// Ends it as an administrator would.
  /// - Returns: its exit status.
  @discardableResult
  public func stop() -> Int32 {
    let status = process.held?.stop() ?? 0
    if let held = process.held { process.lastLog = held.output }
    process.held = nil
    return status
  }

  /// Whether it has ended by itself.
  public var hasEnded: Bool { process.held?.isRunning == false }

  /// Of the running daemon.
  public var pid: Int32? { process.held?.pid }

  /// Holds the running process. Unchecked: every access takes the lock.
  private final class Lockbox: @unchecked Sendable {
    private let lock = NSLock()
    private var process: ChildProcess?
    private var log = ""
    /// What the process had logged that was held before.
    var lastLog: String {
      get { lock.withLock { log } }
      set { lock.withLock { log = newValue } }
    }
    var held: ChildProcess? {
      get { lock.withLock { process } }
      set { lock.withLock { process = newValue } }
    }
  }
}
