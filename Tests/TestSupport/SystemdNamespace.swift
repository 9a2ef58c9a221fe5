internal import Foundation

/// systemd itself, as the first process of namespaces of its own: units are run by it with all that they ask for, and the machine
/// outside sees nothing of it. Needs root, systemd and a cgroup v2 hierarchy.
public final class SystemdNamespace: Sendable {
  /// What the unit files are named that it starts with, and where `Requires=` may be added.
  public static let target = "gatepost-test.target"

  private static let program = "/lib/systemd/systemd"
  /// Where a cgroup v2 hierarchy is: alone, or beside the older ones.
  private static let hierarchy = ["/sys/fs/cgroup/unified", "/sys/fs/cgroup"].first {
    FileManager.default.fileExists(atPath: "\($0)/cgroup.procs")
  }

  /// Whether there is what it takes.
  public static var isPossible: Bool {
    geteuid() == 0 && FileManager.default.isExecutableFile(atPath: program) && hierarchy != nil
  }

  private let folder: TemporaryFolder
  private let group: String
  private let outer: ChildProcess
  /// systemd's, as the machine outside numbers it.
  private let inner: Int32

  /// Boots.
  /// - Parameters:
  ///   - units: the files of `/etc/systemd/system`, whose other content is out of sight; the target may require them.
  ///   - prelude: shell commands inside before systemd starts: mounts, as a rule.
  public init(units: [String: String], prelude: String = "") throws {
    guard let hierarchy = Self.hierarchy else { throw ServerTrouble("no cgroup v2 hierarchy") }
    folder = try TemporaryFolder("systemd")
    group = "\(hierarchy)/gatepost-test-\(UUID().uuidString.prefix(8))"
    try FileManager.default.createDirectory(atPath: group, withIntermediateDirectories: false)
    for (name, text) in units { try folder.write(text, to: "units/\(name)") }
    try folder.write("[Unit]\nDefaultDependencies=no\n", to: "units/\(Self.target)")
    // systemd starts as in a container. What it would do to the machine (udev, mounts, consoles) is not in the target.
    let inside = """
      set -e
      mount -t tmpfs -o mode=755 tmpfs /run
      mount -t cgroup2 cgroup2 /sys/fs/cgroup
      mount --bind "$1/units" /etc/systemd/system
      \(prelude)
      exec env -i container=gatepost-test PATH=/usr/sbin:/usr/bin:/sbin:/bin \(Self.program) --system \
        --unit=\(Self.target) --log-target=console --log-level=notice
      """
    let outside = """
      echo $$ >"$2/cgroup.procs" && exec unshare --fork --kill-child --pid --mount --uts --ipc --cgroup \
        --propagation private --mount-proc sh -c "$3" sh "$1"
      """
    outer = try ChildProcess(["sh", "-c", outside, "sh", folder.path, group, inside], outputPath: folder.file("log"))
    let outerPid = outer.pid
    var found: Int32?
    _ = eventually {
      let children = try? String(contentsOfFile: "/proc/\(outerPid)/task/\(outerPid)/children", encoding: .utf8)
      found = children?.split(separator: " ").first.flatMap { Int32($0) }
      return found != nil
    }
    guard let found else { throw ServerTrouble("no namespace", log: outer.output) }
    inner = found
    guard eventually(within: 30, { (try? systemctl("is-active", Self.target).status) == 0 }) else {
      throw ServerTrouble("systemd does not start", log: outer.output)
    }
  }

  /// Runs `systemctl` inside.
  @discardableResult
  public func systemctl(_ arguments: String...) throws -> ChildProcess.Result {
    try run(["systemctl", "--no-pager"] + arguments)
  }

  /// Runs a program inside.
  @discardableResult
  public func run(_ command: [String], input: String = "") throws -> ChildProcess.Result {
    try ChildProcess.run(["nsenter", "--target", "\(inner)", "--all", "--"] + command, input: input)
  }

  /// The path of a process's root inside, seen from outside.
  public func path(_ inside: String) -> String { "/proc/\(inner)/root\(inside)" }

  /// What systemd has said.
  public var log: String { outer.output }

  /// Ends everything inside.
  public func stop() {
    // The first process of a namespace takes all others with it.
    kill(inner, SIGKILL)
    outer.stop(SIGKILL)
    let groups = (try? FileManager.default.subpathsOfDirectory(atPath: group)) ?? []
    for name in groups.sorted(by: { $0.count > $1.count }) { rmdir("\(group)/\(name)") }
    _ = eventually(within: 5) { rmdir(group) == 0 || errno != EBUSY }
  }

  deinit { stop() }
}
