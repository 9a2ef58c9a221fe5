#if MariaDB
  internal import Accounts
  internal import DatabaseServers

  extension LookUpSession {
    /// The most connections, each good for one look-up at a time. Measured: see docs/decisions.md.
    static var maximumConnections: Int { 8 }

    /// Connects and prepares.
    /// - Parameter suspect: a server that has stopped answering: the others are tried first.
    init(
      _ settings: ConnectionSettings, _ queries: QuerySet, suspect: Host?, stop: StopFlag
    ) throws(SessionFailure) {
      let prepare = { @Sendable (connection: Connection, end: Deadline) throws(DatabaseFault) in
        try PreparedConnection(queries, on: connection, until: end, stop: stop)
      }
      do throws(DatabaseFault) {
        let first = try settings.open(suspect: suspect, stop: stop, prepare: prepare)
        self.init(first, upTo: Self.maximumConnections) { () throws(DatabaseFault) in
          try settings.open(another: first.host, stop: stop, prepare: prepare)
        }
      } catch {
        throw SessionFailure(error)
      }
    }
  }
#endif
