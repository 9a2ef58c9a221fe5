package import Accounts

/// Connections to one server on which the queries are prepared: ready for look-ups. They live and die together.
///
/// Handed from the thread that opened the first to the one that uses them, once.
package struct LookUpSession: Sendable {
  /// Opens one more to the same server.
  package typealias Opening = @Sendable () throws(DatabaseFault) -> any LookUpConnection

  /// It stands for all.
  let first: any LookUpConnection
  /// What has been opened since.
  let later = LaterConnections()
  private let count: Int
  private let another: Opening?

  /// A session of one connection.
  package init(_ first: any LookUpConnection) {
    self.first = first
    count = 1
    another = nil
  }

  /// A session of several, `count` at the most: a server that gives no more, because there are too many or it is going down, has given
  /// the first. What `another` throws is not told: what is wrong will show on that one.
  package init(_ first: any LookUpConnection, upTo count: Int, another: @escaping Opening) {
    self.first = first
    self.count = count
    self.another = another
  }

  /// Opens the others, while the first one serves.
  /// - Parameter tell: called when there is one more.
  func openOthers(_ tell: () -> Void) {
    guard let another else { return }
    for _ in 1..<count {
      guard !later.isClosed, let connection = try? another(), later.add(connection) else { return }
      tell()
    }
  }
}

/// A connection on which the queries are prepared and the account's columns are known.
package protocol LookUpConnection: Sendable {
  /// How many look-ups it takes at a time.
  var capacity: Int { get }
  /// Takes look-ups, `capacity` at the most, while it has none; sends nothing yet.
  func take(_ lookUps: [LookUp], now: Deadline) -> any LookUpExchange
  /// What it has to find out for itself, asked once look-ups have been answered and before it takes more: an exchange without look-ups,
  /// of which nothing has been sent yet. Nil: nothing.
  func upkeep(now: Deadline) -> (any LookUpExchange)?
  /// For poll().
  var descriptor: Int32 { get }
  /// Where it goes, for the log: "host db1 port 5432, database mail".
  var place: String { get }
  /// False: no text of the database can be equal to `text`, and a query with it would end in an error.
  func canHold(_ text: [UInt8]) -> Bool
  /// Reads what has come though nothing was asked: a changed setting, or the end.
  /// - Returns: what ended the connection; nil when it lives.
  func readUnasked() -> DatabaseFault?
}

extension LookUpConnection {
  package func upkeep(now: Deadline) -> (any LookUpExchange)? { nil }
}

/// Why there is no session.
package enum SessionFailure: Error, Sendable, Equatable {
  /// There is no connection: requests wait for one for a while.
  case unreachable(DatabaseFault)
  /// The server is there and the query does not fit it: requests are answered at once, and the next attempt may find
  /// it mended.
  case unfit(Unavailability)

  /// What kept a session from coming about.
  package init(_ fault: DatabaseFault) {
    self = fault.kind == .query ? .unfit(fault.unavailability) : .unreachable(fault)
  }
}

/// The look-ups that are under way on one connection.
package protocol LookUpExchange: AnyObject {
  /// Sends them.
  func send(_ queries: inout LookUpQueries) throws(DatabaseFault)

  /// Writes what can be written and reads what has come.
  /// - Parameters:
  ///   - events: of poll(), 0 when there are none.
  ///   - answer: told of each look-up that has its answer.
  func advance(
    events: Int16, _ queries: inout LookUpQueries, now: Deadline, _ answer: (LookUp, LookUp.Answer) -> Void
  ) -> ExchangeState

  /// What poll() is to wait for.
  var pollEvents: Int16 { get }
  /// Whether it can go on without anything of the socket's.
  var isReady: Bool { get }
  /// Those that may have run, and have no answer: they die with the connection.
  var underWay: [LookUp] { get }
  /// Those that are to be sent again, in order.
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
  func takeExpired(at now: Deadline) -> [LookUp]
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
