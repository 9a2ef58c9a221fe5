internal import Threads

#if MariaDB
  internal import CMariaDB
  internal import DatabaseServers
  internal import Glibc
  internal import Secrets

  /// How to reach the database: what a new connection is made from.
  struct ConnectionSettings: Sendable {

    /// What the scanner of placeholders goes by, and what a password change needs: that a value too long for its column is an error.
    /// What the server would leave out without an error, all rows behind a number of them, and the rest of a long `GROUP_CONCAT`, is not
    /// left out. A session that lies idle is kept for a year.
    private static let session = """
      SET NAMES utf8mb4, sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION', autocommit = 1, \
      sql_select_limit = 18446744073709551615, group_concat_max_len = \(largestRow), wait_timeout = 31536000
      """
    /// In bytes; a larger one ends the connection. The replies of clients hold 8 KiB.
    private static let largestRow: UInt = 16 * 1_024 * 1_024
    /// Where the certificates of the system lie.
    private static let systemCertificates = "/etc/ssl/certs"

    private let parameters: ConnectionParameters
    private let passwordFile: String?
    private let limit: Duration

    /// - Parameter limit: for one server to answer and let us in; `connect_timeout` of the connection string shortens it.
    init(parameters: ConnectionParameters, passwordFile: String?, limit: Duration = OutageTiming.connecting) {
      self.parameters = parameters
      self.passwordFile = passwordFile
      self.limit = min(limit, parameters.connectTimeout ?? limit)
    }

    /// Connects. Tries the servers in turn, each once: one that is silent, breaks off or answers with an error, such as too many
    /// connections, is left for the next.
    ///
    /// Looking up a host's name can block: not for a thread that owes answers.
    /// - Parameters:
    ///   - suspect: a server to try last.
    ///   - isForWriting: of several servers, the one that takes writes.
    ///   - prepare: what a connection must be good for; done before it counts as made, by the time it is given.
    func open<Ready>(
      suspect: Host? = nil, isForWriting: Bool = false, until deadline: Instant? = nil, stop: StopFlag,
      prepare: (Connection, Instant) throws(DatabaseFault) -> Ready
    ) throws(DatabaseFault) -> Ready {
      let password = try readPassword()
      var hosts = parameters.hosts
      if let suspect, let index = hosts.firstIndex(of: suspect) { hosts.append(hosts.remove(at: index)) }
      var faults: [DatabaseFault] = []
      for (index, host) in hosts.enumerated() {
        let hasAlternative = index + 1 < hosts.count
        let limit = hasAlternative ? min(limit, OutageTiming.connectingWithAlternative) : limit
        let end = deadline.map { min($0, .now + limit) } ?? .now + limit
        do throws(DatabaseFault) {
          let connection = try connect(to: host, password, until: end, stop: stop)
          if isForWriting && hosts.count > 1 { try requireWritable(connection, until: end, stop: stop) }
          return try prepare(connection, end)
        } catch {
          switch error.kind {
          // The server is well: another one would say the same.
          case .query, .stopping: throw error
          case .connection: faults.append(error)
          case .timeLimit:
            if let deadline, deadline <= .now { throw DatabaseFault(.timeLimit, "no connection in time") }
            faults.append(DatabaseFault(.connection, "\(host): no answer within \(limit)"))
          }
        }
      }
      guard faults.count > 1 else { throw faults.first ?? DatabaseFault(.connection, "no host") }
      throw DatabaseFault(
        .connection, code: faults.last?.code, faults.map(\.message).joined(separator: "; "))
    }

    /// A connection and nothing else.
    func open(isForWriting: Bool = false, until deadline: Instant? = nil, stop: StopFlag) throws(DatabaseFault)
      -> Connection
    {
      try open(isForWriting: isForWriting, until: deadline, stop: stop) { connection, _ throws(DatabaseFault) in
        connection
      }
    }

    /// Another connection to a server to which there is one.
    /// - Parameter prepare: as for the others.
    func open<Ready>(
      another host: Host, stop: StopFlag, prepare: (Connection, Instant) throws(DatabaseFault) -> Ready
    ) throws(DatabaseFault) -> Ready {
      let end = Instant.now + limit
      return try prepare(try connect(to: host, try readPassword(), until: end, stop: stop), end)
    }

    private func readPassword() throws(DatabaseFault) -> Secret? {
      guard let passwordFile else { return parameters.password }
      do throws(PasswordFile.Failure) {
        return try PasswordFile.read(passwordFile)
      } catch {
        throw DatabaseFault(.connection, error.message)
      }
    }

    private func connect(
      to host: Host, _ password: Secret?, until deadline: Instant, stop: StopFlag
    ) throws(DatabaseFault) -> Connection {
      let connection = try Connection(to: host, database: parameters.database)
      let texts = connection.texts
      configure(connection.handle, texts)
      var target = Call.ConnectTarget(
        user: texts.own(parameters.user), password: password.map { texts.own($0) },
        database: texts.own(parameters.database),
        port: 0)
      switch host.way {
      case .standardSocket: break
      case .socket(let path): target.socket = texts.own(path)
      case .network(let name, let port):
        target.host = texts.own(name)
        target.port = port
      }
      guard try connection.run(.connect(target), until: deadline, stop: stop) == 0 else {
        throw connection.lastFault(of: nil, .connecting)
      }
      // Asked for, and yet left out by the library where the server offers none and nothing is to be verified.
      if parameters.tls != nil, mysql_get_ssl_cipher(connection.handle) == nil {
        throw DatabaseFault(.connection, "\(host): the server offers no TLS, and the connection asks for it")
      }
      Self.limitUnacknowledged(connection.descriptor)
      try connection.query(Self.session, until: deadline, stop: stop)
      return connection
    }

    private func configure(_ handle: UnsafeMutablePointer<MYSQL>, _ texts: CTexts) {
      mysql_options(handle, MYSQL_SET_CHARSET_NAME, "utf8mb4")
      // A server could otherwise ask for any file of ours.
      var no: UInt32 = 0
      mysql_options(handle, MYSQL_OPT_LOCAL_INFILE, &no)
      var largest = Self.largestRow
      mysql_options(handle, MYSQL_OPT_MAX_ALLOWED_PACKET, &largest)
      mysql_options4(handle, MYSQL_OPT_CONNECT_ATTR_ADD, "program_name", "gatepost")
      var enforces: CChar = parameters.tls == nil ? 0 : 1
      var verifies: CChar = parameters.tls?.verifies == true ? 1 : 0
      mysql_options(handle, MYSQL_OPT_SSL_ENFORCE, &enforces)
      mysql_options(handle, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &verifies)
      guard let tls = parameters.tls else { return }
      if let authority = texts.own(tls.authority) {
        mysql_options(handle, MYSQL_OPT_SSL_CA, authority)
      } else if tls.verifies {
        mysql_options(handle, MYSQL_OPT_SSL_CAPATH, Self.systemCertificates)
      }
      if let certificate = texts.own(tls.certificate) { mysql_options(handle, MYSQL_OPT_SSL_CERT, certificate) }
      if let key = texts.own(tls.key) { mysql_options(handle, MYSQL_OPT_SSL_KEY, key) }
    }

    private func requireWritable(_ connection: Connection, until deadline: Instant, stop: StopFlag)
      throws(DatabaseFault)
    {
      let statement = try Statement(
        "SELECT @@global.read_only", parameterCount: 0, on: connection, until: deadline, stop: stop)
      try statement.execute(until: deadline, stop: stop)
      var isWritable = false
      while try statement.fetch(until: deadline, stop: stop) {
        let value = statement.value(0).map { String(decoding: $0, as: UTF8.self) }
        isWritable = value == "0" || value == "OFF"
      }
      guard isWritable else {
        throw DatabaseFault(.connection, "\(connection.host): the server is read-only")
      }
    }

    /// A pulled cable is noticed in seconds. Of a Unix socket there is nothing to set.
    private static func limitUnacknowledged(_ descriptor: Int32) {
      var milliseconds = UInt32(OutageTiming.unacknowledged.components.seconds * 1_000)
      setsockopt(
        descriptor, Int32(IPPROTO_TCP), TCP_USER_TIMEOUT, &milliseconds, socklen_t(MemoryLayout<UInt32>.size))
    }
  }
#endif
