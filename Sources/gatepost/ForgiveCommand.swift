internal import Accounts
internal import ArgumentParser
internal import Configuration
internal import Glibc

/// `gatepost forgive`: takes a user's or an address's failed logins back, and shows who is slowed.
struct ForgiveCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "forgive",
    abstract: "Stop slowing a user or an address down after wrong passwords.",
    discussion: """
      Asks the running daemon over its control socket, which only root, the
      daemon's user and the members of [control] group may open. --list shows who
      is slowed now, and how much. Exit status 1: there was nothing to forgive.
      """)

  /// For an answer of the daemon.
  private static let patience: Duration = .seconds(10)

  private static let whenAbsent =
    "is gatepost running, and has it a control socket? Without systemd's RuntimeDirectory=, [control] socket names it"

  @Argument(help: "The user, as they log in or as --list shows them.")
  var user: String?

  @Option(help: "An address to forgive: IPv4, or any of its /64 for IPv6.")
  var address: String?

  @Flag(help: "Show who is slowed now instead.")
  var list = false

  @Option(help: "The control socket. Default: as the configuration says, or \(ControlSettings.standardSocket).")
  var socket: String?

  @Option(help: "The configuration file that names the control socket.")
  var config: String?

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    if list {
      guard user == nil, address == nil else { throw ValidationError("--list takes no user and no --address.") }
      return
    }
    guard user != nil || address != nil else { throw ValidationError("Name a user or an --address, or use --list.") }
    if let user, user.isEmpty || user == "-" { throw ValidationError("The user name must not be empty or \"-\".") }
    if let address, NetworkAddress(address.utf8) == nil {
      throw ValidationError("--address must be an IPv4 or IPv6 address.")
    }
  }

  func run() throws {
    let request =
      list
      ? ControlProtocol.Request(verb: "slowed", words: [])
      : ControlProtocol.Request(
        verb: "forgive",
        words: [
          user.map { Array($0.utf8) } ?? ControlProtocol.none, address.map { Array($0.utf8) } ?? ControlProtocol.none,
        ])
    let answer = try ask(request)
    if list { try show(answer) } else { try report(answer) }
  }

  private func ask(_ request: ControlProtocol.Request) throws -> ControlProtocol.Answer {
    let path = try socketPath()
    let bytes: [UInt8]
    do throws(SocketClient.Failure) {
      bytes = try SocketClient(path: path, timeout: Self.patience, whenAbsent: Self.whenAbsent)
        .exchange(ControlProtocol.encode(request))
    } catch {
      throw trouble("\(error)")
    }
    guard let answer = ControlProtocol.answer(bytes) else {
      throw trouble("no whole answer from \(path): may user id \(geteuid()) use it? is it the control socket?")
    }
    if answer.status == .error {
      throw trouble(answer.words.first.map(ProbeReport.printable) ?? "the daemon did not understand")
    }
    return answer
  }

  private func trouble(_ reason: String) -> ExitCode {
    if json { try? standardOutput((["outcome": "unavailable", "reason": .string(reason)] as JSONValue).pretty + "\n") }
    standardError("gatepost: \(reason)")
    return .temporary
  }

  /// A file that was named must be right; one that was not may be missing, or be closed to this user.
  private func socketPath() throws -> String {
    if let socket { return socket }
    let path = config ?? ConfigurationFile.standardPath
    if config == nil, access(path, R_OK) != 0 { return ControlSettings.standardSocket }
    do throws(ConfigurationError) {
      return try ConfigurationReader.read(path: path, backEnds: backEnds).control.socket
        ?? ControlSettings.standardSocket
    } catch {
      for mistake in error.mistakes { standardError(mistake.line(in: path)) }
      throw ExitCode.configuration
    }
  }

  private func report(_ answer: ControlProtocol.Answer) throws {
    let forgiven = answer.rows.filter { $0.count == 2 }
    if json {
      let rows = forgiven.map { row -> JSONValue in ["kind": .text(row[0]), "name": .text(row[1])] }
      try standardOutput((["forgiven": .array(rows)] as JSONValue).pretty + "\n")
    } else {
      for row in forgiven {
        try standardOutput("forgiven: \(ProbeReport.printable(row[0])) \(ProbeReport.printable(row[1]))\n")
      }
      if forgiven.isEmpty { try standardOutput("nothing to forgive\n") }
    }
    if forgiven.isEmpty { throw ExitCode.refused }
  }

  private func show(_ answer: ControlProtocol.Answer) throws {
    let rows = answer.rows.filter { $0.count == 7 }
    func text(_ bytes: [UInt8]) -> String { ProbeReport.printable(bytes) }
    func number(_ bytes: [UInt8]) -> Int { Int(String(decoding: bytes, as: UTF8.self)) ?? 0 }
    if json {
      let values = rows.map { row -> JSONValue in
        [
          "kind": .text(row[0]), "name": .text(row[1]), "failures": .int(number(row[2])),
          "delayMilliseconds": .int(number(row[3])), "firstFailureSecondsAgo": .int(number(row[4])),
          "lastFailureSecondsAgo": .int(number(row[5])), "tooManyInARow": .bool(row[6] != ControlProtocol.none),
        ]
      }
      try standardOutput(
        (["slowed": .array(values), "count": .int(answer.words.first.map(number) ?? 0)] as JSONValue).pretty + "\n")
      return
    }
    guard !rows.isEmpty else {
      try standardOutput("nobody is slowed\n")
      return
    }
    let width = rows.map { text($0[1]).count }.max() ?? 0
    var lines = ""
    for row in rows {
      let name = text(row[1])
      let delay = number(row[3])
      let seconds = delay % 1000 == 0 ? "\(delay / 1000) s" : "\(delay) ms"
      lines += "\(text(row[0]))  \(name)\(String(repeating: " ", count: width - name.count))  "
      lines += "waits \(seconds)  failures \(number(row[2]))"
      lines += row[6] == ControlProtocol.none ? "" : " in a row, slowed for a day"
      lines += "  first \(Self.ago(number(row[4])))  last \(Self.ago(number(row[5])))\n"
    }
    try standardOutput(lines)
    if let count = answer.words.first.map(number), count > rows.count {
      try standardOutput("and \(count - rows.count) more\n")
    }
  }

  /// `5 s ago`, `12 min ago`, `3 h ago`.
  private static func ago(_ seconds: Int) -> String {
    switch seconds {
    case ..<120: "\(seconds) s ago"
    case ..<7200: "\(seconds / 60) min ago"
    default: "\(seconds / 3600) h ago"
    }
  }
}
