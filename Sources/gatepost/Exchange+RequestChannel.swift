public import Broker
public import SocketServer

/// A connection is the broker's channel itself: something between them would be one more piece of memory for each request.
extension Exchange: RequestChannel {
  public var processID: Int32 { peer.pid }
  public var userID: UInt32 { peer.uid }
  public var groupID: UInt32 { peer.gid }
  public var socket: Int { listener }

  public func openStream(keepsWaiting: @escaping AnswerStream.Patience) -> (any AnswerStream)? {
    stream(keepsWaiting: keepsWaiting)
  }
}

extension StreamWriter: AnswerStream {}
