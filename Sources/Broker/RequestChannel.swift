public import Threads

/// Where a request came from and where its answer goes. The socket server's exchanges conform; tests bring their own. Classes, so that
/// to hand one on costs little.
public protocol RequestChannel: AnyObject, Sendable {
  /// The asking process.
  var processID: Int32 { get }
  /// Its effective user id.
  var userID: UInt32 { get }
  /// Its effective group id.
  var groupID: UInt32 { get }
  /// The place of the socket it came through among those that are listened on.
  var socket: Int { get }
  /// The groups the process had besides when it connected; nil when the kernel does not tell. Costs a system call.
  func supplementaryGroups() -> [UInt32]?
  /// When the request was whole.
  var received: Instant { get }
  /// When an answer is of no use any more.
  var deadline: Instant { get }
  /// Whether nobody waits any more: work for it is lost work.
  var isAbandoned: Bool { get }

  /// Sends the answer and ends the exchange; no bytes at all is the third outcome. From any thread, never blocks.
  func answer(_ reply: [UInt8])

  /// Takes the channel for a long answer, written by the calling thread; nil when nobody waits for it.
  /// - Parameter keepsWaiting: asked again and again while the client does not read.
  func openStream(keepsWaiting: @escaping AnswerStream.Patience) -> (any AnswerStream)?
}

extension RequestChannel {
  /// Of one socket only.
  public var socket: Int { 0 }
  /// Unknown.
  public func supplementaryGroups() -> [UInt32]? { nil }
}

/// A long answer, written piece by piece by one thread.
public protocol AnswerStream {
  /// Whether to go on waiting for a client that does not read: `stalled` is how long the present piece has not been taken, `inSum`
  /// how long all waits of this answer have been together.
  typealias Patience = (_ stalled: Duration, _ inSum: Duration) -> Bool

  /// Whether it was `Patience` that ended it.
  var wasGivenUp: Bool { get }
  /// Appends what `body` writes to the beginning of the room that it gets; it says how many bytes those are.
  /// - Parameter most: how much room it needs.
  /// - Returns: false when the client is gone or reads too slowly.
  func append(upTo most: Int, _ body: (UnsafeMutableRawBufferPointer) -> Int) -> Bool
  /// Sends what was gathered; false when the client is gone or reads too slowly.
  func flush() -> Bool
  /// Ends the answer where it is; what was not flushed is not sent.
  func finish()
}

extension AnswerStream {
  /// Appends `bytes`; false when the client is gone or reads too slowly.
  func append(_ bytes: [UInt8]) -> Bool {
    append(upTo: bytes.count) { room in
      room.copyBytes(from: bytes)
      return bytes.count
    }
  }
}
