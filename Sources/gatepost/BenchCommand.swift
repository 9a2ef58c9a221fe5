internal import ArgumentParser
internal import AuthdaemonWire
internal import Configuration
internal import LoadGenerator

/// `gatepost bench`: how fast does a socket answer, and does it answer rightly?
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Ask a socket again and again: how fast are the answers, and are they right?",
    discussion: """
      Each request has a connection of its own, so many at one time; a new one
      begins when one has its answer. Every answer is checked against the account
      that was asked for. Asks Unix sockets of this machine only.

      The file of --users has a line for each account, in fields separated by TABs:

        user TAB password [TAB address [TAB KEY=value]...]

      address: what ADDRESS= must be, if it is not the user; FAIL if the server
      must refuse the login (--mode account asks without a password, and takes no
      notice). KEY=value: lines that the reply must have. Accounts are asked for
      in a scattered order, each once before any comes again.

        gatepost bench --users users.tsv --connections 64 --seconds 10
        gatepost bench --mode list --requests 3

      Latencies run from before the connection to the end of the answer. Exit
      status 1 if any answer was not the right one.
      """)

  @Option(help: "The socket to ask.")
  var socket = ListenerSettings.standard.socket

  @Option(help: "The file of accounts. A list must have as many accounts, if given.")
  var users: String?

  @Option(help: "login (AUTH), account (PRE) or list (ENUMERATE).")
  var mode = BenchMode.login

  @Option(help: "Connections at one time, at most 10000.")
  var connections = 8

  @Option(help: "For so long; at most 3600. (default: 5)")
  var seconds: Double?

  @Option(help: "So many requests, instead of --seconds.")
  var requests: Int?

  @Option(help: "Threads that ask, at most 16.")
  var threads = 1

  @Option(help: "A request without an answer is given up after so many seconds.")
  var timeout = 30.0

  @Option(help: "The service to ask for: imap, pop3, smtp, …")
  var service = "imap"

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    if let objection = Self.objection(toSocket: socket) { throw ValidationError(objection) }
    guard mode == .list || users != nil else { throw ValidationError("--users is needed: the accounts to ask for.") }
    guard LoadPlan.connectionRange ~= connections else {
      throw ValidationError("--connections must be 1 to \(LoadPlan.connectionRange.upperBound).")
    }
    guard LoadPlan.threadRange ~= threads else {
      throw ValidationError("--threads must be 1 to \(LoadPlan.threadRange.upperBound).")
    }
    guard seconds == nil || requests == nil else {
      throw ValidationError("--seconds and --requests exclude each other.")
    }
    if let seconds, !(seconds > 0 && seconds <= LoadPlan.longestSeconds) {
      throw ValidationError("--seconds must be above 0 and at most \(Int(LoadPlan.longestSeconds)).")
    }
    if let requests, !(1...LoadPlan.mostRequests ~= requests) {
      throw ValidationError("--requests must be 1 to \(LoadPlan.mostRequests).")
    }
    guard timeout > 0 && timeout <= LoadPlan.longestSeconds else {
      throw ValidationError("--timeout must be above 0 and at most \(Int(LoadPlan.longestSeconds)).")
    }
    let bytes = Array(service.utf8)
    guard RequestEncoder.carries(bytes), !service.contains(" "), bytes.count <= LoadPlan.longestService else {
      throw ValidationError("--service must be a word of at most \(LoadPlan.longestService) bytes.")
    }
  }

  /// Why `target` is not asked: a load for another machine is an attack, and nothing here would measure its network.
  static func objection(toSocket target: String) -> String? {
    let isPath = target.hasPrefix("/") || target.hasPrefix("@") || target.hasPrefix("./") || target.hasPrefix("../")
    guard target.contains("://") || !isPath && target.contains(":") else { return nil }
    return
      "--socket is the path of a Unix socket on this machine; \(target) looks like a network address, and a load is for "
      + "one's own daemon alone."
  }

  func run() throws {
    let plan = self.plan
    let users = try readUsers()
    let report: LoadReport
    do {
      try SocketClient(path: socket, timeout: SocketClient.standardTimeout).knock()
      report = try LoadGenerator.run(plan, socket: socket, users: users)
    } catch {
      standardError("gatepost: \(error)")
      throw ExitCode.temporary
    }
    let summary = BenchSummary(report, plan)
    try standardOutput(json ? summary.json.pretty + "\n" : summary.text)
    if report.wrong > 0 || report.requests == 0 { throw ExitCode.refused }
  }

  private var plan: LoadPlan {
    var plan = LoadPlan(
      mode: mode.plan, connections: connections, extent: requests.map { .requests($0) } ?? .seconds(seconds ?? 5),
      service: Array(service.utf8))
    plan.threads = threads
    plan.timeout = timeout
    return plan
  }

  private func readUsers() throws -> UsersFile? {
    guard let users else { return nil }
    do throws(UsersFile.Failure) { return try UsersFile(path: users) } catch {
      throw ExitCode.misuse("cannot use \(users): \(error)")
    }
  }
}

/// `--mode`.
enum BenchMode: String, ExpressibleByArgument, CaseIterable {
  case login
  case account
  case list

  var plan: LoadPlan.Mode {
    switch self {
    case .login: .login
    case .account: .account
    case .list: .list
    }
  }
}
