internal import Foundation
internal import TestSupport
internal import TestTraits
internal import Testing

/// The shipped units as systemd runs them, with everything that they forbid: the daemon does all that it is for, and nothing else can
/// be done from where it is.
@Suite(
  .waiting, .serialized, .enabled(if: SystemdNamespace.isPossible, "needs root, systemd and a cgroup v2 hierarchy"))
struct SandboxTests {
  @Test func servesUnderTheRestrictionsOfItsUnit() throws {
    let machine = try SandboxSetUp()
    defer { machine.stop() }
    let start = try machine.systemd.systemctl("start", "gatepost.socket", "gatepost.service")
    try #require(start.status == 0, "\(start.errors)\(machine.log)\(machine.systemd.log)")

    try loginsAndChanges(machine)
    try lists(machine)
    try identity(machine)
    try threads(machine)
    let reload = try machine.systemd.systemctl("reload", "gatepost.service")
    #expect(reload.status == 0, "\(reload.errors)\(machine.log)")
    #expect(eventually { machine.log.contains("configuration reloaded") }, "\(machine.log)")
    try loginsAndChanges(machine)
    try attempts(machine)

    #expect(try machine.systemd.systemctl("stop", "gatepost.service").status == 0)
    let end = try machine.systemd.systemctl("show", "--property=Result,ExecMainStatus", "gatepost.service").output
    #expect(end.contains("Result=success") && end.contains("ExecMainStatus=0"), "\(end)\(machine.log)")
    #expect(machine.log.contains("stopped"))
    for word in ["-secret", "database-password", "not confined", "watchdog:", "mlockall"] {
      #expect(!machine.log.contains(word), "\(machine.log)")
    }
  }

  private func login(_ machine: SandboxSetUp, _ user: String, _ password: String) throws -> String {
    try machine.client.ask(AuthdaemonClient.authentication(service: "imap", user, password)).text
  }

  private func loginsAndChanges(_ machine: SandboxSetUp) throws {
    for directory in SandboxSetUp.directories {
      for family in SandboxSetUp.families {
        let user = "\(directory)-\(family)"
        #expect(try login(machine, user, "\(family)-secret").hasSuffix("\n.\n"), "\(user)\n\(machine.log)")
        #expect(try login(machine, user, "\(family)-sekret") == "FAIL\n", "\(user)")
      }
      let user = "\(directory)-sha256"
      for (old, new) in [("sha256-secret", "changed-secret"), ("changed-secret", "sha256-secret")] {
        let change = "PASSWD imap\t\(user)\t\(old)\t\(new)\n"
        #expect(try machine.client.ask(change).text == "OK\n", "\(user)\n\(machine.log)")
        #expect(try login(machine, user, new).hasSuffix("\n.\n"), "\(user)")
      }
    }
    #expect(try login(machine, "nobody", "x") == "FAIL\n")
    #expect(try machine.client.ask("PRE . imap unix-bcrypt\n").text.hasSuffix("\n.\n"))
  }

  private func lists(_ machine: SandboxSetUp) throws {
    let list = try machine.client.ask("ENUMERATE\n").text
    #expect(list.hasSuffix("\n.\n"))
    for directory in SandboxSetUp.directories {
      for family in SandboxSetUp.families { #expect(list.contains("\(directory)-\(family)\t"), "\(list)") }
    }
  }

  /// Who it is, and what can be had of its memory.
  private func identity(_ machine: SandboxSetUp) throws {
    let process = machine.systemd.path("/proc/\(try machine.processID())")
    let status = try fields("\(process)/status")
    let user = try machine.systemd.run(["id", "-u", "gatepost"]).output.trimmingCharacters(in: .newlines)
    #expect(user != "0" && status["Uid"] == "\(user)\t\(user)\t\(user)\t\(user)")
    for set in ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"] { #expect(status[set] == "0000000000000000") }
    #expect(status["NoNewPrivs"] == "1" && status["Seccomp"] == "2")
    let limits = try String(contentsOfFile: "\(process)/limits", encoding: .utf8).split(separator: "\n")
    func limit(_ name: String) -> [Substring] {
      limits.first { $0.hasPrefix(name) }?.split(separator: " ").suffix(3).prefix(2).map { $0 } ?? []
    }
    #expect(limit("Max core file size") == ["0", "0"])
    // systemd may not raise the limit in every container.
    let mayLock = limit("Max locked memory").first == "unlimited"
    #expect(machine.log.contains(mayLock ? "memory is locked" : "memory is not locked"), "\(machine.log)")
    #expect((status["VmLck"] != "0 kB") == mayLock)
    // What belongs to root can be read by root alone: not by another process of its user.
    var information = stat()
    #expect(stat("\(process)/environ", &information) == 0 && information.st_uid == 0)
    let read = try machine.systemd.run([
      "setpriv", "--reuid=gatepost", "--regid=gatepost", "--clear-groups", "cat",
      "/proc/\(try machine.processID())/environ",
    ])
    #expect(read.status != 0 && read.output.isEmpty)
  }

  /// Those that read requests and compute hashes have a filter more than the others.
  private func threads(_ machine: SandboxSetUp) throws {
    let process = machine.systemd.path("/proc/\(try machine.processID())")
    let main = try #require(fields("\(process)/status")["Seccomp_filters"].flatMap { Int($0) })
    var confined: Set<String> = []
    for thread in try FileManager.default.contentsOfDirectory(atPath: "\(process)/task") {
      let status = try fields("\(process)/task/\(thread)/status")
      if status["Seccomp_filters"].flatMap({ Int($0) }) == main + 1 { confined.insert(status["Name"] ?? "") }
    }
    #expect(confined.isSuperset(of: ["front", "closer"]) && confined.contains("hash-0"))
    #expect(confined.allSatisfy { ["front", "closer"].contains($0) || $0.hasPrefix("hash-") }, "\(confined)")
  }

  /// What the same unit lets another program do.
  private func attempts(_ machine: SandboxSetUp) throws {
    let run = try machine.systemd.systemctl("start", "attempts.service")
    #expect(run.status == 0, "\(run.errors)\(machine.log.suffix(2000))")
    let text = try String(contentsOfFile: machine.systemd.path("/var/lib/gatepost/attempts"), encoding: .utf8)
    var codes: [String: Int32] = [:]
    for line in text.split(separator: "\n") {
      guard let blank = line.lastIndex(of: " ") else { continue }
      codes[String(line[..<blank])] = Int32(line[line.index(after: blank)...])
    }
    #expect(codes["write to the state folder"] == 0 && codes["a packet to this machine"] == 0, "\(text)")
    // systemd says when the kernel has no filters for the network traffic of a cgroup.
    if machine.systemd.log.contains("firewalling") { codes["a packet to another machine"] = EPERM }
    for name in [
      "mount", "ptrace", "unshare", "clone a user namespace", "keyctl", "bpf", "io_uring_setup", "setuid",
      "executable and writable memory", "a packet to another machine",
    ] { #expect(codes[name] == EPERM, "\(name): \(text)") }
    for name in ["a packet socket", "a netlink socket"] { #expect(codes[name] == EAFNOSUPPORT, "\(name): \(text)") }
    let allowed = codes.filter { $0.value == 0 }.keys.sorted()
    #expect(allowed == ["a packet to this machine", "write to the state folder"], "\(text)")
  }

  private func fields(_ path: String) throws -> [String: String] {
    var fields: [String: String] = [:]
    for line in try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n") {
      guard let colon = line.firstIndex(of: ":") else { continue }
      fields[String(line[..<colon])] = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
    }
    return fields
  }
}
