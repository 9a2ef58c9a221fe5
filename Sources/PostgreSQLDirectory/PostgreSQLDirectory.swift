public import Accounts
internal import DatabaseServers
internal import Threads

/// Accounts in PostgreSQL, through libpq.
///
/// Look-ups share one connection, on which whatever is asked at a time goes out as one pipeline; password changes and
/// enumerations have connections of their own. A lost connection is made anew by itself, and the look-ups it took with
/// it are asked again.
public final class PostgreSQLDirectory: AccountDirectory {
  /// As configured.
  public let name: String
  private let queries: QuerySet
  private let settings: ConnectionSettings
  private let intake: Intake
  private let listing: OccasionalConnections<Connection>
  private let stop: StopFlag
  private let worker: Worker
  private let passwords: PasswordWriter?

  /// Does not connect: the first look-up does.
  /// - Throws: `SystemError` when the process has no threads or descriptors left; an error when libpq cannot read the
  ///   connection string, which `BackEnd.objection` says beforehand.
  public convenience init(_ parameters: DirectoryParameters) throws {
    try self.init(parameters, timing: OutageTiming())
  }

  init(_ parameters: DirectoryParameters, timing: OutageTiming) throws {
    name = parameters.name
    queries = parameters.queries
    let settings = ConnectionSettings(
      conninfo: try Conninfo(parameters.location), passwordFile: parameters.passwordFile,
      limit: timing.connecting)
    self.settings = settings
    let stop = StopFlag()
    self.stop = stop
    func connections(_ settings: ConnectionSettings) -> OccasionalConnections<Connection> {
      OccasionalConnections(policy: timing.policy, stop: stop) { deadline throws(DatabaseFault) in
        try settings.open(until: deadline, stop: stop)
      }
    }
    listing = connections(settings)
    let intake = try Intake()
    self.intake = intake
    let lookUps = LookUpQueries(queries)
    let connector = Connector<Session>(threadName: "pgsql-connect", wakeUp: intake.wakeUp) {
      suspect throws(SessionFailure) in
      try Session(settings, lookUps, suspect: suspect, stop: stop)
    }
    let log = ConnectionLog(parameters.report)
    passwords = try queries.setPassword.map { [queries] _ in
      let update = PasswordUpdate(queries, connections: connections(settings.writable), stop: stop)
      return try PasswordWriter(threadName: "pgsql-password", stop: stop) { update.run($0, until: $1) }
    }
    worker = try Worker(name: "pgsql-lookup") {
      var loop = LookUpLoop(intake: intake, connector: connector, queries: lookUps, log: log, timing: timing)
      loop.run()
    }
  }

  deinit {
    // Not `shutDown()`: the last reference may go on one of the threads it would wait for.
    stop.set()
    intake.close()
    passwords?.close()
  }

  /// Whether there is a `set-password` query.
  public var offersPasswordChange: Bool { passwords != nil }

  /// Finds one account; see `AccountDirectory`.
  public func lookUp(
    _ key: AccountKey, deadline: Deadline, completion: @escaping @Sendable (Outcome<Account>) -> Void
  ) {
    take(LookUp(key: key, deadline: deadline, .account(completion)))
  }

  /// Whether there is an `app-passwords` query.
  public var offersAppPasswords: Bool { queries.appPasswords != nil }

  /// Finds an account's app passwords; see `AccountDirectory`.
  public func appPasswords(
    _ key: AccountKey, deadline: Deadline, completion: @escaping @Sendable (Outcome<[AppPassword]>) -> Void
  ) {
    guard offersAppPasswords else { return completion(.accepted([])) }
    take(LookUp(key: key, deadline: deadline, .appPasswords(completion)))
  }

  private func take(_ lookUp: LookUp) {
    switch intake.offer(lookUp) {
    case .taken: break
    case .full:
      lookUp.complete(
        .unavailable(Unavailability(.overloaded, "\(Intake.capacity) look-ups are waiting for \(name)")))
    case .closed: lookUp.complete(.unavailable(Unavailability(.stopping)))
    }
  }

  /// Stores a new password; see `AccountDirectory`.
  public func setPassword(
    _ change: PasswordChange, deadline: Deadline, completion: @escaping @Sendable (Outcome<Void>) -> Void
  ) {
    guard let passwords else { return completion(.refused(.passwordChangeNotOffered)) }
    passwords.take(change, deadline: deadline, completion: completion)
  }

  /// Hands every account to `row`; see `AccountDirectory`.
  public func enumerate(deadline: Deadline, _ row: (EnumeratedAccount.View) -> Bool) -> Outcome<Void> {
    guard let query = queries.enumerate else {
      return .unavailable(Unavailability(.queryFailed, "there is no enumerate query"))
    }
    return Enumeration(query, constants: queries.constants, connections: listing, stop: stop)
      .run(until: deadline, row)
  }

  /// Everything that is wrong; see `AccountDirectory`.
  public func inspect() -> [DirectoryFinding] {
    Inspection(queries: queries, settings: settings, stop: stop).findings()
  }

  /// Runs a query of Gatepost's own; see `AccountDirectory`.
  public func read(_ sql: String, deadline: Deadline, _ row: ([String?]) -> Bool) -> Outcome<Void> {
    RowReader(connections: listing, stop: stop).read(sql, until: deadline, row)
  }

  /// Ends the threads and connections; see `AccountDirectory`.
  public func shutDown() {
    stop.set()
    intake.close()
    passwords?.close()
    let end = ContinuousClock.Instant.now + .seconds(1)
    worker.join(end - .now)
    passwords?.join(end - .now)
  }
}
