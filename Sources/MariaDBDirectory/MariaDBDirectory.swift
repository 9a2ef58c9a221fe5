#if MariaDB
  internal import Accounts
  internal import DatabaseServers

  /// Accounts in MariaDB or MySQL, through libmariadb.
  ///
  /// Look-ups share a few connections, each good for one at a time; password changes and enumerations have connections of their own.
  /// Lost connections are made anew by themselves, and the look-ups they took with them are asked again.
  final class MariaDBDirectory: ServerDirectory {
    let requests: ServerRequests
    private let settings: ConnectionSettings
    private let listing: OccasionalConnections<Connection>

    /// Does not connect: `prepare`, or the first look-up, does.
    /// - Throws: `SystemError` when the process has no threads or descriptors left; an error when the connection
    ///   string cannot be read, which `BackEnd.objection` says beforehand.
    init(_ parameters: DirectoryParameters, timing: OutageTiming = OutageTiming()) throws {
      let settings = ConnectionSettings(
        parameters: try ConnectionParameters(parameters.location), passwordFile: parameters.passwordFile,
        limit: timing.connecting)
      self.settings = settings
      let stop = StopFlag()
      func connections(isForWriting: Bool = false) -> OccasionalConnections<Connection> {
        OccasionalConnections(policy: timing.policy, stop: stop) { deadline throws(DatabaseFault) in
          try settings.open(isForWriting: isForWriting, until: deadline, stop: stop)
        }
      }
      listing = connections()
      let queries = parameters.queries
      let update = PasswordUpdate(queries, connections: connections(isForWriting: true), stop: stop)
      requests = try ServerRequests(
        parameters, threads: "maria", timing: timing, stop: stop,
        open: { suspect throws(SessionFailure) in
          try LookUpSession(settings, queries, suspect: (suspect as? PreparedConnection)?.host, stop: stop)
        }, update: { update.run($0, until: $1) })
    }

    func enumerate(deadline: Deadline, _ row: (EnumeratedAccount.View) -> Bool) -> Outcome<Void> {
      let queries = requests.queries
      guard let query = queries.enumerate else {
        return .unavailable(Unavailability(.queryFailed, "there is no enumerate query"))
      }
      return Enumeration(query, constants: queries.constants, connections: listing, stop: requests.stop)
        .run(until: deadline, row)
    }

    func inspect() -> [DirectoryFinding] {
      Inspection(queries: requests.queries, settings: settings, stop: requests.stop).findings()
    }

    func read(_ sql: String, deadline: Deadline, _ row: ([String?]) -> Bool) -> Outcome<Void> {
      RowReader(connections: listing, stop: requests.stop).read(sql, until: deadline, row)
    }
  }
#endif
