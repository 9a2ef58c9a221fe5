internal import Accounts
internal import Glibc

/// A session's connections, a lane each, and what is under way on them.
///
/// What is done for each look-up goes through the lanes by their index: a lane taken out of the array is a copy, and copying counts references.
struct LookUpLanes {
  private struct Lane {
    let connection: any LookUpConnection
    /// Nil: it is idle.
    var exchange: (any LookUpExchange)?
    /// Whether this connection is the one that is of no use.
    var isLost = false
  }

  private var lanes: [Lane]
  private let later: LaterConnections
  private var busy = 0
  /// How many went out together the last time.
  private var lastCount = 0
  /// Of lanes that are idle again: to be sent once more.
  private var returned: [LookUp] = []
  /// A statement must be prepared anew, on new connections.
  private(set) var spoiled: DatabaseFault?

  init(_ session: LookUpSession) {
    lanes = [Lane(connection: session.first)]
    later = session.later
  }

  /// Takes over the connections that have been opened since.
  mutating func adoptLater() {
    for connection in later.take() { lanes.append(Lane(connection: connection)) }
  }

  /// No more are to be opened.
  func close() { later.close() }

  /// The one that stands for all.
  var first: any LookUpConnection { lanes[0].connection }

  /// Whether nothing is under way.
  private var isIdle: Bool { busy == 0 }

  /// Whether more than one look-up is, or was when the last ones went out.
  var isBusyWithMany: Bool { busy > 1 || lastCount > 1 }

  /// How many look-ups it can take now.
  var room: Int { spoiled == nil && busy < lanes.count ? first.capacity : 0 }

  /// Takes look-ups, no more than there is room for, and sends them. When it throws they are under way.
  mutating func send(_ lookUps: [LookUp], _ queries: inout LookUpQueries, now: Deadline) throws(DatabaseFault) {
    guard let index = lanes.indices.first(where: { lanes[$0].exchange == nil }) else {
      // Not reached: there was no room.
      returned += lookUps
      return
    }
    let exchange = lanes[index].connection.take(lookUps, now: now)
    lanes[index].exchange = exchange
    busy += 1
    lastCount = lookUps.count
    do throws(DatabaseFault) {
      try exchange.send(&queries)
    } catch {
      lanes[index].isLost = true
      throw error
    }
  }

  /// Writes what can be written and reads what has come.
  /// - Parameters:
  ///   - events: what poll() made of the entries that were added; empty when it was not asked.
  ///   - answer: told of each look-up that has its answer.
  /// - Returns: why the session is of no use any more; nil when it lives.
  mutating func advance(
    events: ArraySlice<pollfd>, _ queries: inout LookUpQueries, now: Deadline, _ answer: (LookUp, LookUp.Answer) -> Void
  ) -> DatabaseFault? {
    var lost: DatabaseFault?
    for index in lanes.indices {
      let place = events.startIndex + index
      let happened = place < events.endIndex ? events[place].revents : 0
      guard let exchange = lanes[index].exchange else {
        if happened != 0, let fault = lanes[index].connection.readUnasked() { lost = fault }
        continue
      }
      switch exchange.advance(events: happened, &queries, now: now, answer) {
      case .waiting: break
      case .finished:
        lanes[index].exchange = nil
        busy -= 1
        returned += exchange.unsent
        spoiled = spoiled ?? exchange.spoiled
        if let fault = beginUpkeep(of: index, &queries, now: now) { lost = fault }
      case .lost(let fault):
        lanes[index].isLost = true
        lost = fault
      }
    }
    return lost ?? (isIdle ? spoiled : nil)
  }

  /// - Returns: what made the connection useless.
  private mutating func beginUpkeep(of index: Int, _ queries: inout LookUpQueries, now: Deadline) -> DatabaseFault? {
    guard spoiled == nil, let exchange = lanes[index].connection.upkeep(now: now) else { return nil }
    lanes[index].exchange = exchange
    busy += 1
    do throws(DatabaseFault) {
      try exchange.send(&queries)
      return nil
    } catch {
      lanes[index].isLost = true
      return error
    }
  }

  /// For poll(): the sockets of all.
  func addPollEntries(to entries: inout [pollfd]) {
    for index in lanes.indices {
      let events = lanes[index].exchange?.pollEvents ?? Int16(POLLIN)
      entries.append(pollfd(fd: lanes[index].connection.descriptor, events: events, revents: 0))
    }
  }

  /// Whether it can go on without anything of the sockets'.
  var isReady: Bool { busy > 0 && lanes.indices.contains { lanes[$0].exchange?.isReady == true } }

  /// Those that may have run, and have no answer.
  var underWay: [LookUp] { lanes.flatMap { $0.exchange?.underWay ?? [] } }

  /// Takes out those that may be why the session is given up: they are under way on a connection that was lost, or that has said
  /// nothing since `silence` began.
  mutating func takeSuspects(silence: Deadline) -> [LookUp] {
    var suspects: [LookUp] = []
    for index in lanes.indices {
      guard let exchange = lanes[index].exchange, lanes[index].isLost || exchange.lastHeard <= silence else { continue }
      lanes[index].exchange = nil
      returned += exchange.unsent
      suspects += exchange.underWay
    }
    return suspects
  }

  /// Those that are to be sent again, in order.
  var unsent: [LookUp] { returned + lanes.flatMap { $0.exchange?.unsent ?? [] } }

  /// Takes out those that can be sent again now.
  mutating func takeReturned() -> [LookUp] {
    if returned.isEmpty { return [] }
    defer { returned = [] }
    return returned
  }

  /// The earliest deadline of those without an answer.
  var nextDeadline: Deadline? {
    var next: Deadline?
    for index in lanes.indices {
      guard let deadline = lanes[index].exchange?.nextDeadline else { continue }
      next = next.map { min($0, deadline) } ?? deadline
    }
    return next
  }

  /// What the server lets wait longest: it says whether the server is silent.
  var mostSilent: (any LookUpExchange)? {
    var most: (any LookUpExchange)?
    for index in lanes.indices {
      guard let exchange = lanes[index].exchange else { continue }
      if most.map({ exchange.lastHeard < $0.lastHeard }) ?? true { most = exchange }
    }
    return most
  }

  /// Takes out those whose deadline has passed; their results will be dropped.
  mutating func takeExpired(at now: Deadline) -> [LookUp] {
    var expired: [LookUp] = []
    for index in lanes.indices {
      if let exchange = lanes[index].exchange { expired += exchange.takeExpired(at: now) }
    }
    return expired
  }
}
