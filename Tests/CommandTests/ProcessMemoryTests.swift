import Foundation
import TestSupport
import TestTraits
import Testing

/// The memory of every command stays its own: no core dump, and nothing for others of its user to read.
@Suite(.waiting) struct ProcessMemoryTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder("memory") }

  /// Whether a dump of a program that ends in `folder` would lie there.
  private static let dumpsGoToTheFolder: Bool = {
    let pattern = (try? String(contentsOfFile: "/proc/sys/kernel/core_pattern", encoding: .utf8)) ?? "|"
    return !pattern.hasPrefix("|") && !pattern.contains("/")
  }()

  private func dumps() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasPrefix("core") }
  }

  private static func coreLimit(_ pid: Int32) throws -> [Substring] {
    let lines = try String(contentsOfFile: "/proc/\(pid)/limits", encoding: .utf8).split(separator: "\n")
    let line = try #require(lines.first { $0.hasPrefix("Max core file size") })
    return line.split(separator: " ").suffix(3).dropLast()
  }

  @Test(.enabled(if: dumpsGoToTheFolder, "core dumps go elsewhere here"))
  func aDaemonThatCrashesLeavesNoDumpAndNoReport() throws {
    let unlimited = "ulimit -c unlimited && cd \(folder.path)"
    // The search can find something.
    _ = try ChildProcess.run(["sh", "-c", "\(unlimited) && kill -ABRT $$"])
    let found = try dumps()
    #expect(!found.isEmpty)
    for name in found { try FileManager.default.removeItem(atPath: folder.file(name)) }
    let daemon = try GatepostDaemon(prelude: unlimited) { socket in
      """
      [[listen]]
      socket = "\(socket)"
      mode = "0600"
      [[directory]]
      type = "sqlite"
      database = "\(folder.file("none.db"))"
      preset = "courier"
      """
    }
    #expect(try Self.coreLimit(#require(daemon.pid)) == ["0", "0"])
    kill(try #require(daemon.pid), SIGABRT)
    #expect(eventually { daemon.hasEnded })
    // Swift's crash report shows the memory that the registers point to.
    #expect(!daemon.log.contains("crashed") && !daemon.log.contains("Registers"))
    #expect(daemon.stop() == 128 + SIGABRT)
    #expect(try dumps().isEmpty)
  }

  @Test(arguments: [["probe", "login", "user"], ["probe", "set-password", "user"]])
  func commandsThatHoldPasswordsHaveNone(_ command: [String]) throws {
    let silent = try ListeningSocket(folder.file("silent"))
    try folder.write("old\nnew\n", to: "input")
    let process = try ChildProcess(
      ["sh", "-c", #"ulimit -c unlimited && exec "$@" <\#(folder.file("input"))"#, "sh", GatepostExecutable.path()]
        + command + ["--password-stdin", "--socket", silent.path], outputPath: folder.file("output"))
    #expect(try eventually { try Self.coreLimit(process.pid) == ["0", "0"] })
    process.stop()
  }
}
