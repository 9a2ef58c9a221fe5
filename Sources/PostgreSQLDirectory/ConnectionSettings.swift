internal import CPostgreSQL
internal import Glibc
internal import Secrets

/// How to reach the database: what a new connection is made from.
struct ConnectionSettings: Sendable {
  typealias Instant = ContinuousClock.Instant

  /// For one server to answer and let us in; `connect_timeout` of the connection string shortens it.
  static let limit = Duration.seconds(5)
  /// The same while there is another server to try: what libpq takes for the least `connect_timeout`.
  static let limitWithAlternative = Duration.seconds(2)
  /// How long what we sent may stay unacknowledged before the peer counts as dead (Linux's TCP_USER_TIMEOUT), unless
  /// the connection string says otherwise. Without it a pulled cable goes unnoticed for a quarter of an hour.
  static let unacknowledgedLimit = Duration.seconds(5)

  private let conninfo: Conninfo
  private let passwordFile: String?

  init(conninfo: Conninfo, passwordFile: String?) {
    var conninfo = conninfo
    if conninfo["fallback_application_name"] == nil { conninfo["fallback_application_name"] = "gatepost" }
    if conninfo["tcp_user_timeout"] == nil {
      conninfo["tcp_user_timeout"] = String(Self.unacknowledgedLimit.components.seconds * 1_000)
    }
    self.conninfo = conninfo
    self.passwordFile = passwordFile
  }

  /// The same, for a connection that is to write: of several servers the one that takes writes.
  var writable: ConnectionSettings {
    guard conninfo.hosts.count > 1 else { return self }
    var conninfo = conninfo
    conninfo["target_session_attrs"] = "read-write"
    return ConnectionSettings(conninfo: conninfo, passwordFile: passwordFile)
  }

  /// Connects. Tries the servers as libpq does; where libpq would wait for ever on a silent one, goes on without it.
  ///
  /// Looking up a host's name can block (libpq asks the system's resolver): not for a thread that owes answers.
  func open(until deadline: Instant? = nil, stop: StopFlag) throws(DatabaseFault) -> Connection {
    let password: Secret?
    do throws(PasswordFile.Failure) {
      password = if let passwordFile { try PasswordFile.read(passwordFile) } else { nil }
    } catch {
      throw DatabaseFault(.connection, error.message)
    }
    var hosts = conninfo.hosts
    var silent: [String] = []
    while true {
      let info = silent.isEmpty ? conninfo : conninfo.limited(to: hosts)
      let attempt = try attempt(info, password: password, hasAlternative: hosts.count > 1, until: deadline, stop: stop)
      switch attempt {
      case .connected(let connection):
        PQsetnonblocking(connection.handle, 1)
        return connection
      case .failed(let fault):
        let message = (silent + [fault.message]).joined(separator: "; ")
        throw DatabaseFault(.connection, state: fault.state, message)
      case .silent(let host, let message):
        silent.append(message)
        guard hosts.count > 1 else { throw DatabaseFault(.connection, silent.joined(separator: "; ")) }
        hosts.remove(at: hosts.firstIndex { $0.isSame(as: host) } ?? 0)
      }
    }
  }

  private enum Attempt {
    case connected(Connection)
    case failed(DatabaseFault)
    case silent(Conninfo.Host, String)
  }

  private func attempt(
    _ info: Conninfo, password: Secret?, hasAlternative: Bool, until deadline: Instant?, stop: StopFlag
  ) throws(DatabaseFault) -> Attempt {
    guard let connection = Self.start(info, password: password) else {
      throw DatabaseFault(.connection, "libpq: out of memory")
    }
    let limit = limit(hasAlternative: hasAlternative)
    var current = Conninfo.Host(of: connection)
    var end = Instant.now + limit
    var writing = true
    while true {
      if connection.isBroken { return .failed(connection.lastFault) }
      do throws(DatabaseFault) {
        try connection.wait(
          reading: !writing, writing: writing, until: deadline.map { min($0, end) } ?? end, stop: stop)
      } catch {
        guard error.kind == .timeLimit else { throw error }
        if let deadline, deadline <= .now { throw DatabaseFault(.timeLimit, "no connection in time") }
        return .silent(current, "\(current): no answer within \(limit)")
      }
      switch PQconnectPoll(connection.handle) {
      case PGRES_POLLING_OK: return .connected(connection)
      case PGRES_POLLING_READING: writing = false
      case PGRES_POLLING_WRITING: writing = true
      default: return .failed(connection.lastFault)
      }
      let host = Conninfo.Host(of: connection)
      if host != current {
        current = host
        end = .now + limit
      }
    }
  }

  private func limit(hasAlternative: Bool) -> Duration {
    let ours = hasAlternative ? Self.limitWithAlternative : Self.limit
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
