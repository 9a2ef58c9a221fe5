package import Accounts

/// A connection on which the queries are prepared and the account's columns are known: ready for look-ups.
///
/// Handed from the thread that opened it to the one that uses it, once.
package protocol LookUpSession: Sendable {
  /// Names a server, so that another attempt can leave it for the last.
  associatedtype Host: Sendable
  /// How look-ups run on it.
  associatedtype Exchange: LookUpExchange where Exchange.Session == Self

  /// For poll().
  var descriptor: Int32 { get }
  /// Where it goes, for the log: "host db1 port 5432, database mail".
  var place: String { get }
  /// The server.
  var host: Host { get }
  /// False: no text of the database can be equal to the question's, and a query with it would end in an error.
  func canHold(_ key: AccountKey) -> Bool
  /// Reads what has come though nothing was asked: a changed setting, or the end.
  /// - Returns: what ended the connection; nil when it lives.
  func readUnasked() -> DatabaseFault?
}

/// Why there is no session.
package enum SessionFailure: Error, Sendable, Equatable {
  /// There is no connection: requests wait for one for a while.
  case unreachable(DatabaseFault)
  /// The server is there and the query does not fit it: requests are answered at once, and the next attempt may find
  /// it mended.
  case unfit(Unavailability)
}

/// The look-ups that are under way on one session.
package protocol LookUpExchange {
  /// Where they run.
  associatedtype Session

  /// How many it takes at the most.
  static var maximumCount: Int { get }

  /// Takes the look-ups; sends nothing yet.
  init(_ lookUps: [LookUp], on session: Session, now: Deadline)

  /// Sends them, or the first.
  mutating func send(_ queries: inout LookUpQueries) throws(DatabaseFault)

  /// Writes what can be written and reads what has come.
  /// - Parameters:
  ///   - events: of poll(), 0 when there are none.
  ///   - answer: told of each look-up that has its answer.
  mutating func advance(
    events: Int16, _ queries: inout LookUpQueries, now: Deadline, _ answer: (LookUp, LookUp.Answer) -> Void
  ) -> ExchangeState

  /// What poll() is to wait for.
  var pollEvents: Int16 { get }
  /// Whether it can go on without anything of the socket's.
  var isReady: Bool { get }
  /// Those that may have run, and have no answer: they die with the connection.
  var underWay: [LookUp] { get }
  /// Those that did not run, in order.
  var unsent: [LookUp] { get }
  /// The statement must be prepared anew, on a new connection.
  var spoiled: DatabaseFault? { get }
  /// Whether one of them was asked before, on a connection that is gone.
  var isRepetition: Bool { get }
  /// The earliest deadline of those without an answer.
  var nextDeadline: Deadline? { get }
  /// Whether a deadline has passed since it was sent.
  var hasExpired: Bool { get }
  /// When the server was last heard.
  var lastHeard: Deadline { get }
  /// Takes out those whose deadline has passed; their results will be dropped.
  mutating func takeExpired(at now: Deadline) -> [LookUp]
}

/// What reading came to.
package enum ExchangeState {
  /// Results are missing.
  case waiting
  /// All have come.
  case finished
  /// The connection is of no use.
  case lost(DatabaseFault)
}
