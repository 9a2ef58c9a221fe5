package import Accounts
internal import Threads

/// What is asked of a database server: look-ups, which share a session and a thread, and password changes, which have others.
package final class ServerRequests: Sendable {
  /// As configured.
  package let name: String
  package let queries: QuerySet
  /// Set when nothing is to be asked any more.
  package let stop: StopFlag
  private let intake: Intake
  private let worker: Worker
  private let passwords: PasswordWriter?

  /// Does not connect: `prepare`, or the first look-up, does.
  /// - Parameters:
  ///   - threads: what the names of its threads begin with; see `Worker`.
  ///   - open: makes a session for look-ups.
  ///   - update: does one password change; called only where there is a `set-password` query.
  /// - Throws: `SystemError` when the process has no threads or descriptors left.
  package init(
    _ parameters: DirectoryParameters, threads: String, timing: OutageTiming, stop: StopFlag,
    open: @escaping Connector.Opening, update: @escaping PasswordWriter.Update
  ) throws {
    name = parameters.name
    queries = parameters.queries
    self.stop = stop
    let intake = try Intake()
    self.intake = intake
    let connector = Connector(threadName: "\(threads)-connect", wakeUp: intake.wakeUp, open: open)
    let lookUps = LookUpQueries(queries)
    let log = ConnectionLog(parameters.report)
    passwords = try queries.setPassword.map { _ in
      try PasswordWriter(threadName: "\(threads)-password", stop: stop, update: update)
    }
    worker = try Worker(name: "\(threads)-lookup") {
      var loop = LookUpLoop(intake: intake, connector: connector, queries: lookUps, log: log, timing: timing)
      loop.run()
    }
  }

  /// Not `shutDown()`: the last reference may go on one of the threads it would wait for.
  deinit { close() }

  private func close() {
    stop.set()
    intake.close()
    passwords?.close()
  }

  fileprivate func prepare() { intake.prepare() }

  fileprivate func take(_ lookUp: LookUp) {
    switch intake.offer(lookUp) {
    case .taken: break
    case .full:
      lookUp.complete(
        .unavailable(Unavailability(.overloaded, "\(Intake.capacity) look-ups are waiting for \(name)")))
    case .closed: lookUp.complete(.unavailable(Unavailability(.stopping)))
    }
  }

  fileprivate func change(
    _ change: PasswordChange, deadline: Deadline, completion: @escaping @Sendable (Outcome<Void>) -> Void
  ) {
    guard let passwords else { return completion(.refused(.passwordChangeNotOffered)) }
    passwords.take(change, deadline: deadline, completion: completion)
  }

  fileprivate func shutDown() {
    close()
    let end = Instant.now + .seconds(1)
    worker.join(end - .now)
    passwords?.join(end - .now)
  }
}

/// A directory on a server: what all of them do alike.
package protocol ServerDirectory: AccountDirectory {
  var requests: ServerRequests { get }
}

extension ServerDirectory {
  package var name: String { requests.name }

  package var offersPasswordChange: Bool { requests.queries.setPassword != nil }

  package var offersAppPasswords: Bool { requests.queries.appPasswords != nil }

  package func prepare() { requests.prepare() }

  package func lookUp(
    _ key: AccountKey, deadline: Deadline, completion: @escaping @Sendable (Outcome<Account>) -> Void
  ) {
    requests.take(LookUp(key: key, deadline: deadline, .account(completion)))
  }

  package func appPasswords(
    _ key: AccountKey, deadline: Deadline, completion: @escaping @Sendable (Outcome<[AppPassword]>) -> Void
  ) {
    guard offersAppPasswords else { return completion(.accepted([])) }
    requests.take(LookUp(key: key, deadline: deadline, .appPasswords(completion)))
  }

  package func setPassword(
    _ change: PasswordChange, deadline: Deadline, completion: @escaping @Sendable (Outcome<Void>) -> Void
  ) {
    requests.change(change, deadline: deadline, completion: completion)
  }

  package func shutDown() { requests.shutDown() }
}
