import Glibc
import TestSupport
import Testing

@testable import SocketServer

@Suite struct CloserTests {
  /// A descriptor for each that shows at the other end when the first was closed.
  private func pairs(_ count: Int) -> (closed: [Int32], watched: [Int32]) {
    var (closed, watched): ([Int32], [Int32]) = ([], [])
    for _ in 0..<count {
      var pair: [Int32] = [-1, -1]
      socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0, &pair)
      closed.append(pair[0])
      watched.append(pair[1])
    }
    return (closed, watched)
  }

  private func isClosed(_ watched: Int32) -> Bool {
    var byte: UInt8 = 0
    return recv(watched, &byte, 1, 0) == 0
  }

  /// Beyond its room it closes at once; and a list that is longer than its room too.
  @Test(arguments: [(1, 10), (15, 1000), (16, 40), (200, 1000), (50, 10)]) func closesAll(_ atATime: Int, _ room: Int)
    throws
  {
    let closer = try Closer(room: room, rights: nil)
    var watched: [Int32] = []
    for _ in 0..<5 {
      let pairs = pairs(atATime)
      closer.close(pairs.closed.map { Closer.Ended(descriptor: $0, isDrained: $0 % 2 == 0) })
      watched += pairs.watched
    }
    defer { for descriptor in watched { close(descriptor) } }
    #expect(eventually { watched.allSatisfy(isClosed) })
  }
}
