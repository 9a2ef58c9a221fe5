import Foundation
import Passwords
import TestSupport
import Testing

@testable import gatepost

@Suite("gatepost password")
struct PasswordCommandTests {
  /// The program beside the test bundle.
  static let program = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().path + "/gatepost"
  private static let sha256 = "{SHA256}K7gNU3sdo+OL0wNhqoVWhr3g6s1xYv72ol/pe/Unols="

  private func gatepost(_ arguments: [String], input: String = "") throws -> ChildProcess.Result {
    try ChildProcess.run([Self.program, "password"] + arguments, input: input)
  }

  @Test("hash, then verify")
  func hashAndVerify() throws {
    for scheme in ["SHA512-CRYPT", "ssha512", "Blf-Crypt"] {
      let made = try gatepost(["hash", "--password-stdin", "--scheme", scheme], input: "secret\n")
      #expect(made.status == 0 && made.errors.isEmpty)
      #expect(made.output.hasSuffix("\n"))
      let right = try gatepost(["verify", "--hash-stdin", "--password-stdin"], input: made.output + "secret\n")
      #expect(right.status == 0 && right.output.hasPrefix("match"))
      let wrong = try gatepost(["verify", "--hash-stdin", "--password-stdin"], input: made.output + "Secret\n")
      #expect(wrong.status == 1 && wrong.output.hasPrefix("mismatch"))
    }
  }

  @Test("Rounds")
  func rounds() throws {
    let made = try gatepost(["hash", "--password-stdin", "--rounds", "1000", "--json"], input: "secret")
    let value = try #require(JSONSerialization.jsonObject(with: Data(made.output.utf8)) as? [String: Any])
    #expect((value["hash"] as? String)?.hasPrefix("$6$rounds=1000$") == true)
    #expect(value["scheme"] as? String == "SHA512-CRYPT" && value["weak"] as? Bool == false)
    for (scheme, beginning) in [
      ("BLF-CRYPT:5", "$2y$05$"), ("sha512-crypt:rounds=1001", "$6$rounds=1001$"),
      ("ARGON2ID:m=2048,t=3,p=2", "$argon2id$v=19$m=2048,t=3,p=2$"),
    ] {
      let made = try gatepost(["hash", "--password-stdin", "--scheme", scheme], input: "secret")
      #expect(made.status == 0 && made.output.hasPrefix(beginning), "\(made)")
    }
    for (arguments, part) in [
      (["--scheme", "BLF-CRYPT:99"], "from 4 to 15"), (["--scheme", "BLF-CRYPT:x"], "BLF-CRYPT:10"),
      (["--scheme", "BLF-CRYPT:5", "--rounds", "6"], "either"),
    ] {
      let wrong = try gatepost(["hash", "--password-stdin"] + arguments, input: "secret")
      #expect(wrong.status == 64 && wrong.errors.contains(part), "\(wrong)")
    }
    let few = try gatepost(["hash", "--password-stdin", "--rounds", "1"], input: "secret")
    #expect(few.status == 64 && few.errors.contains("from 1000 to 5000000"))
  }

  @Test("Exit statuses tell the verdicts apart")
  func statuses() throws {
    func verdict(_ hash: String) throws -> (Int32, String?) {
      let result = try gatepost(["verify", "--password-stdin", "--json", hash], input: "secret\n")
      let value = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
      return (result.status, value?["verdict"] as? String)
    }
    #expect(try verdict(Self.sha256) == (0, "match"))
    #expect(try verdict("{SHA256}47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=") == (1, "mismatch"))
    #expect(try verdict("!" + Self.sha256) == (1, "locked"))
    #expect(try verdict("{ARGON2ID}x") == (75, "unverifiable"))
  }

  @Test("Called wrongly")
  func usage() throws {
    #expect(try gatepost(["verify"]).status == 64)
    #expect(try gatepost(["verify", Self.sha256, "--hash-stdin"]).status == 64)
    #expect(try gatepost(["hash", "--password-stdin"]).status == 64)
    let unknown = try gatepost(["hash", "--scheme", "ROT13", "--password-stdin"], input: "x\n")
    #expect(unknown.status == 64 && unknown.errors.contains("SHA512-CRYPT"))
    #expect(try gatepost(["hash", "--password-stdin"], input: "\n").status == 1)
    let weak = try gatepost(["hash", "--scheme", "md5", "--password-stdin"], input: "secret\n")
    #expect(weak.status == 0 && weak.errors.contains("weak"))
    // Nobody sees a password in a complaint.
    let long = try gatepost(["hash", "--scheme", "DES-CRYPT", "--password-stdin"], input: "longer-than-eight\n")
    #expect(long.status == 1 && !long.errors.contains("longer-than-eight") && long.errors.contains("8 bytes"))
  }

  @Test("schemes lists each with a time")
  func schemes() throws {
    let listed = try gatepost(["schemes", "--json"])
    let values = try #require(JSONSerialization.jsonObject(with: Data(listed.output.utf8)) as? [[String: Any]])
    #expect(values.count > 20)
    #expect(values.contains { $0["name"] as? String == "SHA256" && ($0["microseconds"] as? Double ?? -1) > 0 })
    let lines = try gatepost(["schemes"]).output.split(separator: "\n")
    #expect(lines.count == values.count)
    for value in values {
      guard let rounds = value["rounds"] as? [String: Any], let least = rounds["least"] as? Int else { continue }
      let most = try #require(rounds["most"] as? Int)
      let reckoned = try #require(rounds["for-250-ms"] as? Int)
      #expect((least...most).contains(reckoned))
      // As `rehash-to` and `--scheme` take it.
      let spelled = try #require(rounds["spelled-for-250-ms"] as? String)
      let scheme = try PasswordScheme(spelling: spelled)
      #expect(scheme.name == value["name"] as? String && scheme.chosenRounds == reckoned && scheme.spelling == spelled)
    }
  }

  @Test("The work for 250 ms is reckoned from the time of the standard work")
  func reckoning() throws {
    func rounds(_ name: String, _ milliseconds: Int) throws -> Int? {
      PasswordTiming.rounds(
        for: .milliseconds(250), of: try #require(PasswordSchemes.named(name)),
        standardTook: .milliseconds(milliseconds))
    }
    #expect(try rounds("SHA512-CRYPT", 25) == 500_000)
    #expect(try rounds("SHA512-CRYPT", 13) == 960_000)
    #expect(try rounds("SHA512-CRYPT", 1) == 5_000_000)
    #expect(try rounds("BLF-CRYPT", 60) == 12)
    #expect(try rounds("BLF-CRYPT", 500) == 9)
    #expect(try rounds("BLF-CRYPT", 1) == 15)
    #expect(try rounds("ARGON2ID", 20) == 240_000)
    #expect(try rounds("PBKDF2-SHA256", 250) == 600_000)
    #expect(try rounds("SHA256", 1) == nil)
  }

  @Test("At a terminal the password does not show, and echo comes back")
  func terminal() throws {
    let terminal = try PseudoTerminal()
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/setsid")
    process.arguments = ["--ctty", "--wait", Self.program, "password", "verify", Self.sha256]
    process.standardInput = terminal.inner
    process.standardOutput = terminal.inner
    process.standardError = terminal.inner
    try process.run()
    #expect(terminal.shows("Password: "))
    #expect(try eventually { try !terminal.echoes() })
    terminal.type("secret\n")
    #expect(terminal.shows("match: the password is right"))
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    #expect(!terminal.seen.contains("secret"))
    #expect(try terminal.echoes())
  }
}

/// A terminal in memory.
private final class PseudoTerminal {
  private let outer: Int32
  let inner: FileHandle
  private(set) var seen = ""

  init() throws {
    outer = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK)
    var number: Int32 = -1
    var locked: Int32 = 0
    // TIOCSPTLCK and TIOCGPTN of ioctl_tty(2): what unlockpt(3) and ptsname(3) do, which Glibc's module hides.
    guard outer >= 0, ioctl(outer, 0x4004_5431, &locked) == 0, ioctl(outer, 0x8004_5430, &number) == 0 else {
      throw CocoaError(.fileNoSuchFile)
    }
    let descriptor = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY)
    guard descriptor >= 0 else { throw CocoaError(.fileNoSuchFile) }
    inner = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
  }

  deinit { close(outer) }

  func type(_ text: String) { _ = write(outer, text, text.utf8.count) }

  func shows(_ text: String) -> Bool {
    eventually {
      var bytes = [UInt8](repeating: 0, count: 4096)
      let count = read(outer, &bytes, bytes.count)
      if count > 0 { seen += String(decoding: bytes[..<count], as: UTF8.self) }
      return seen.contains(text)
    }
  }

  func echoes() throws -> Bool {
    var settings = termios()
    guard tcgetattr(inner.fileDescriptor, &settings) == 0 else { throw CocoaError(.fileReadUnknown) }
    return settings.c_lflag & tcflag_t(ECHO) != 0
  }
}
