internal import CPostgreSQL
internal import DatabaseServers
internal import Glibc
internal import Secrets
internal import Threads

/// How to reach the database: what a new connection is made from.
struct ConnectionSettings: Sendable {

  private let conninfo: Conninfo
  private let passwordFile: String?
  private let limit: Duration

  /// - Parameter limit: for one server to answer and let us in; `connect_timeout` of the connection string shortens it.
  init(conninfo: Conninfo, passwordFile: String?, limit: Duration = OutageTiming.connecting) {
    self.limit = limit
    var conninfo = conninfo
    if conninfo["fallback_application_name"] == nil { conninfo["fallback_application_name"] = "gatepost" }
    if conninfo["tcp_user_timeout"] == nil {
      conninfo["tcp_user_timeout"] = String(OutageTiming.unacknowledged.components.seconds * 1_000)
    }
    self.conninfo = conninfo
    self.passwordFile = passwordFile
  }

  /// The same, for a connection that is to write: of several servers the one that takes writes.
  var writable: ConnectionSettings {
    guard conninfo.hosts.count > 1 else { return self }
    var conninfo = conninfo
    conninfo["target_session_attrs"] = "read-write"
    return ConnectionSettings(conninfo: conninfo, passwordFile: passwordFile, limit: limit)
  }

  /// For one server to answer a greeting, or to prepare the query.
  func limit(hasAlternative: Bool) -> Duration {
    hasAlternative ? min(limit, OutageTiming.connectingWithAlternative) : limit
  }

  /// Whether there are several servers, and one that is none of `hosts`.
  func hasAlternative(to hosts: [Conninfo.Host]) -> Bool { !servers(without: hosts).isEmpty && !hosts.isEmpty }

  private func servers(without failed: [Conninfo.Host]) -> [Conninfo.Host] {
    conninfo.hosts.filter { host in !failed.contains { host.isSame(as: $0) } }
  }

  /// Connects. Tries the servers in turn, each once. libpq ends at the first that is silent (it would wait for ever), that
  /// breaks off its greeting or answers it with an error, such as too many connections: here the next one is tried.
  ///
  /// Looking up a host's name can block (libpq asks the system's resolver): not for a thread that owes answers.
  /// - Parameters:
  ///   - failed: servers to leave out.
  ///   - suspect: a server to try last.
  func open(
    without failed: [Conninfo.Host] = [], suspect: Conninfo.Host? = nil, until deadline: Instant? = nil,
    stop: StopFlag
  ) throws(DatabaseFault) -> Connection {
    let password: Secret?
    do throws(PasswordFile.Failure) {
      password = if let passwordFile { try PasswordFile.read(passwordFile) } else { nil }
    } catch {
      throw DatabaseFault(.connection, error.message)
    }
    var hosts = servers(without: failed)
    if let suspect, let index = hosts.firstIndex(where: { $0.isSame(as: suspect) }) {
      hosts.append(hosts.remove(at: index))
    }
    var messages: [String] = []
    var state: SQLState?
    while true {
      switch try attempt(hosts, password: password, until: deadline, stop: stop) {
      case .connected(let connection):
        PQsetnonblocking(connection.handle, 1)
        return connection
      case .failed(let host, let fault):
        messages.append(fault.message)
        state = fault.state ?? state
        hosts = rest(of: hosts, behind: host)
        if hosts.isEmpty { throw DatabaseFault(.connection, state: state, messages.joined(separator: "; ")) }
      }
    }
  }

  /// The servers that an attempt which ended at `host` has not tried.
  private func rest(of hosts: [Conninfo.Host], behind host: Conninfo.Host) -> [Conninfo.Host] {
    guard let index = hosts.firstIndex(where: { $0.isSame(as: host) }) else { return Array(hosts.dropFirst()) }
    // libpq has been to those before it, unless it goes in an order of its own.
    guard conninfo["load_balance_hosts"] == "random" || conninfo["target_session_attrs"] == "prefer-standby" else {
      return Array(hosts[(index + 1)...])
    }
    var rest = hosts
    rest.remove(at: index)
    return rest
  }

  private enum Attempt {
    case connected(Connection)
    case failed(Conninfo.Host, DatabaseFault)
  }

  private func attempt(
    _ hosts: [Conninfo.Host], password: Secret?, until deadline: Instant?, stop: StopFlag
  ) throws(DatabaseFault) -> Attempt {
    let info = hosts == conninfo.hosts ? conninfo : conninfo.limited(to: hosts)
    guard let connection = Self.start(info, password: password) else {
      throw DatabaseFault(.connection, "libpq: out of memory")
    }
    var current = Conninfo.Host(of: connection)
    var limit = connectLimit(hasAlternative: !rest(of: hosts, behind: current).isEmpty)
    var end = Instant.now + limit
    var writing = true
    while true {
      if connection.isBroken { return .failed(Conninfo.Host(of: connection), connection.lastFault) }
      do throws(DatabaseFault) {
        try connection.wait(
          reading: !writing, writing: writing, until: deadline.map { min($0, end) } ?? end, stop: stop)
      } catch {
        guard error.kind == .timeLimit else { throw error }
        if let deadline, deadline <= .now { throw DatabaseFault(.timeLimit, "no connection in time") }
        return .failed(current, DatabaseFault(.connection, "\(current): no answer within \(limit)"))
      }
      switch PQconnectPoll(connection.handle) {
      case PGRES_POLLING_OK: return .connected(connection)
      case PGRES_POLLING_READING: writing = false
      case PGRES_POLLING_WRITING: writing = true
      default: return .failed(Conninfo.Host(of: connection), connection.lastFault)
      }
      let host = Conninfo.Host(of: connection)
      if host != current {
        current = host
        limit = connectLimit(hasAlternative: !rest(of: hosts, behind: host).isEmpty)
        end = .now + limit
      }
    }
  }

  private func connectLimit(hasAlternative: Bool) -> Duration {
    let ours = limit(hasAlternative: hasAlternative)
    guard let text = conninfo["connect_timeout"], let seconds = Int32(text), seconds > 0 else { return ours }
    return min(ours, .seconds(seconds))
  }

  /// Hands the parameters to libpq as C strings, and overwrites ours.
  private static func start(_ info: Conninfo, password: Secret?) -> Connection? {
    var values = info.values.filter { !$0.value.isEmpty }
    if password != nil { values["password"] = nil }
    var keywords: [UnsafePointer<CChar>?] = []
    var texts: [UnsafePointer<CChar>?] = []
    var owned: [UnsafeMutableBufferPointer<CChar>] = []
    func own(_ bytes: some Collection<UInt8>) -> UnsafePointer<CChar>? {
      let copy = UnsafeMutableBufferPointer<CChar>.allocate(capacity: bytes.count + 1)
      copy.initialize(repeating: 0)
      for (index, byte) in bytes.enumerated() { copy[index] = CChar(bitPattern: byte) }
      owned.append(copy)
      return UnsafePointer(copy.baseAddress)
    }
    defer {
      for copy in owned {
        copy.update(repeating: 0)
        copy.deallocate()
      }
    }
    for (keyword, value) in values {
      keywords.append(own(keyword.utf8))
      texts.append(own(value.utf8))
    }
    if let password {
      keywords.append(own("password".utf8))
      texts.append(password.withBytes { own($0) })
    }
    keywords.append(nil)
    texts.append(nil)
    return PQconnectStartParams(keywords, texts, 0).map { Connection(owning: $0) }
  }
}

extension Conninfo.Host: CustomStringConvertible {
  /// The server that `connection` is at.
  init(of connection: Connection) {
    func text(_ pointer: UnsafeMutablePointer<CChar>?) -> String? { pointer.map { String(cString: $0) } }
    self.init(
      host: text(PQhost(connection.handle)), address: text(PQhostaddr(connection.handle)),
      port: text(PQport(connection.handle)))
  }

  /// Whether `other`, as libpq reports it, is this one, as it was written.
  func isSame(as other: Conninfo.Host) -> Bool {
    (host == other.host || (address != nil && (address == other.host || address == other.address)))
      && (port ?? "5432") == (other.port ?? "5432")
  }

  /// As in "host db1 port 5432".
  var description: String { "host \(host ?? address ?? "") port \(port ?? "5432")" }
}
