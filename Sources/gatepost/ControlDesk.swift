internal import Accounts
internal import Broker
internal import Configuration
internal import Glibc
internal import Logging
internal import SocketServer

/// The daemon's side of the control socket. A verb is one more row of `verbs`.
struct ControlDesk: Sendable {
  /// The most rows of a list: 1,000.
  static let mostRows = 1000

  let broker: Broker
  let logger: Logger

  private typealias Verb = @Sendable (ControlDesk, [[UInt8]]) -> ControlProtocol.Answer?

  /// Each gets the words behind it, and returns nil when they make no sense.
  private static let verbs: [String: Verb] = [
    "forgive": { $0.forgive($1) },
    "slowed": { $0.slowed($1) },
  ]

  /// The answer to one line.
  func answer(_ line: [UInt8]) -> [UInt8] {
    let answer =
      ControlProtocol.request(line).flatMap { request in
        Self.verbs[request.verb].flatMap { $0(self, request.words) }
      } ?? ControlProtocol.Answer(status: .error, words: [Array("not understood: another version of gatepost?".utf8)])
    return ControlProtocol.encode(answer)
  }

  /// Where the socket is to be; nil for none.
  static func path(_ settings: ControlSettings) -> String? {
    settings.socket ?? folder("RUNTIME_DIRECTORY").map { "\($0)/control" }
  }

  /// A folder that systemd made for the service: the first, if there are several (systemd.exec(5)).
  static func folder(_ variable: String) -> String? {
    guard let value = getenv(variable).map({ String(cString: $0) }) else { return nil }
    return value.split(separator: ":").first.map(String.init)
  }

  /// Opens the socket and serves it; nil when there is to be none.
  func open(_ settings: ControlSettings) throws -> ControlServer? {
    guard let path = Self.path(settings) else { return nil }
    // A name that the reader found and that is gone by now lets nobody in.
    let group = settings.group.flatMap { name -> UInt32? in
      if case .known(let id) = SystemFacts.current.group(name) { id } else { nil }
    }
    let own = geteuid()
    let server = try ControlServer(
      listener: try Listener.bind(path: path, mode: group == nil ? 0o600 : 0o660, owner: nil, group: group),
      mayAsk: { peer, groups in
        peer.uid == 0 || peer.uid == own || group.map { peer.gid == $0 || groups.contains($0) } ?? false
      },
      refusal: ControlProtocol.encode(
        ControlProtocol.Answer(
          status: .error, words: [Array("not allowed: join the group of [control], or ask as root".utf8)])),
      handler: answer)
    try server.start()
    return server
  }

  /// `forgive ACCOUNT ADDRESS`, `-` for none. Answers with what was forgiven.
  private func forgive(_ words: [[UInt8]]) -> ControlProtocol.Answer? {
    guard words.count == 2 else { return nil }
    var rows: [[[UInt8]]] = []
    if words[0] != ControlProtocol.none, broker.forgive(account: words[0]) {
      rows.append([Array("account".utf8), words[0]])
    }
    if words[1] != ControlProtocol.none {
      guard let address = NetworkAddress(words[1]) else { return nil }
      if broker.forgive(address: address) { rows.append([Array("address".utf8), words[1]]) }
    }
    for row in rows {
      // A name from outside: as a word, it forges no line.
      let name = String(decoding: PercentText.encode(row[1]), as: UTF8.self)
      logger.notice("throttle: \(String(decoding: row[0], as: UTF8.self)) \(name) forgiven by an administrator")
    }
    return ControlProtocol.Answer(status: rows.isEmpty ? .nothing : .ok, rows: rows)
  }

  /// `slowed`: who is slowed. A row has kind, name, failures, delay in ms, seconds since the first failure and the last, and `held` for
  /// too many in a row. Behind the status stands how many there are.
  private func slowed(_ words: [[UInt8]]) -> ControlProtocol.Answer? {
    guard words.isEmpty else { return nil }
    let (slowed, count) = broker.slowed(most: Self.mostRows)
    let rows = slowed.map { row in
      [
        Array(row.kind.rawValue.utf8), row.name, Self.number(row.failures), Self.number(Self.milliseconds(row.delay)),
        Self.number(Self.seconds(row.since)), Self.number(Self.seconds(row.last)),
        row.hadTooMany ? Array("many".utf8) : ControlProtocol.none,
      ]
    }
    return ControlProtocol.Answer(status: .ok, words: [Self.number(count)], rows: rows)
  }

  private static func number(_ value: some BinaryInteger) -> [UInt8] { Array("\(value)".utf8) }
  private static func seconds(_ duration: Duration) -> Int64 { duration.components.seconds }
  private static func milliseconds(_ duration: Duration) -> Int64 {
    duration.components.seconds * 1000 + duration.components.attoseconds / 1_000_000_000_000_000
  }
}
