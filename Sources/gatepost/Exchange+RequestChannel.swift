public import Broker
public import SocketServer

/// A connection is the broker's channel itself: something between them would be one more piece of memory for each request.
extension Exchange: RequestChannel {
  /// The peer's process.
  public var processID: Int32 { peer.pid }
  /// The peer's user.
  public var userID: UInt32 { peer.uid }
  /// The peer's group.
  public var groupID: UInt32 { peer.gid }
  /// The place of the socket that it came through.
  public var socket: Int { listener }

  /// Takes the connection for a long answer.
  public func openStream(keepsWaiting: @escaping AnswerStream.Patience) -> (any AnswerStream)? {
    stream(keepsWaiting: keepsWaiting)
  }
}

extension StreamWriter: AnswerStream {}
