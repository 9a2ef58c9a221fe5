internal import Accounts
internal import DatabaseServers

/// Accounts in PostgreSQL, through libpq.
///
/// Look-ups share one connection, on which whatever is asked at a time goes out as one pipeline; password changes and
/// enumerations have connections of their own. A lost connection is made anew by itself, and the look-ups it took with
/// it are asked again.
final class PostgreSQLDirectory: ServerDirectory {
  let requests: ServerRequests
  private let settings: ConnectionSettings
  private let listing: OccasionalConnections<Connection>

  /// Does not connect: `prepare`, or the first look-up, does.
  /// - Parameter slowness: see `CombinedQuery.slowness`.
  /// - Throws: `SystemError` when the process has no threads or descriptors left; an error when libpq cannot read the
  ///   connection string, which `BackEnd.objection` says beforehand.
  init(
    _ parameters: DirectoryParameters, timing: OutageTiming = OutageTiming(),
    slowness: Duration = CombinedQuery.slowness
  ) throws {
    let settings = ConnectionSettings(
      conninfo: try Conninfo(parameters.location), passwordFile: parameters.passwordFile, limit: timing.connecting)
    self.settings = settings
    let stop = StopFlag()
    func connections(_ settings: ConnectionSettings) -> OccasionalConnections<Connection> {
      OccasionalConnections(policy: timing.policy, stop: stop) { deadline throws(DatabaseFault) in
        try settings.open(until: deadline, stop: stop)
      }
    }
    listing = connections(settings)
    let queries = parameters.queries
    let lookUps = LookUpQueries(queries)
    let update = PasswordUpdate(queries, connections: connections(settings.writable), stop: stop)
    requests = try ServerRequests(
      parameters, threads: "pgsql", timing: timing, stop: stop,
      open: { suspect throws(SessionFailure) in
        try LookUpSession(
          settings, lookUps, suspect: (suspect as? PreparedConnection)?.host, slowness: slowness, stop: stop)
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
