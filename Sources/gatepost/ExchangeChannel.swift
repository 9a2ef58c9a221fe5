internal import Broker
internal import SocketServer

/// A connection as the broker sees it.
struct ExchangeChannel: RequestChannel {
  let exchange: Exchange
  let received: ContinuousClock.Instant
  let deadline: ContinuousClock.Instant

  init(_ exchange: Exchange) {
    self.exchange = exchange
    received = exchange.received
    deadline = exchange.deadline
  }

  var processID: Int32 { exchange.peer.pid }
  var userID: UInt32 { exchange.peer.uid }
  var groupID: UInt32 { exchange.peer.gid }
  var socket: Int { exchange.listener }
  func supplementaryGroups() -> [UInt32]? { exchange.supplementaryGroups() }
  var isAbandoned: Bool { exchange.isAbandoned }
  func answer(_ reply: [UInt8]) { exchange.answer(reply) }
  func openStream(keepsWaiting: @escaping AnswerStream.Patience) -> (any AnswerStream)? {
    exchange.stream(keepsWaiting: keepsWaiting).map(ExchangeStream.init)
  }
}

/// A streamed answer as the broker sees it.
struct ExchangeStream: AnswerStream {
  let writer: StreamWriter

  var wasGivenUp: Bool { writer.wasGivenUp }

  func append(_ body: (inout [UInt8]) -> Void) -> Bool { writer.append(body) }
  func flush() -> Bool { writer.flush() }
  func finish() { writer.finish() }
}
