import Foundation
import Synchronization
import TestSupport

/// Answers each connection, one after the other, with the pieces that a function gives for its request.
final class ScriptedServer: Sendable {
  typealias Answer = @Sendable (_ request: String) -> [String]

  private let listening: ListeningSocket
  private let isOver = Atomic(false)
  private let finished = DispatchSemaphore(value: 0)

  init(_ path: String, _ answer: @escaping Answer) throws {
    unlink(path)
    listening = try ListeningSocket(path)
    Thread.detachNewThread { [self] in
      while !isOver.load(ordering: .relaxed) {
        var waiting = pollfd(fd: listening.descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&waiting, 1, 20) > 0 else { continue }
        let client = accept(listening.descriptor, nil, nil)
        guard client >= 0 else { continue }
        var buffer = [UInt8](repeating: 0, count: 8192)
        // A request of a few bytes arrives whole.
        let count = read(client, &buffer, buffer.count)
        for piece in answer(String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)) {
          _ = send(client, piece, piece.utf8.count, Int32(MSG_NOSIGNAL))
          sched_yield()
        }
        close(client)
      }
      finished.signal()
    }
  }

  func stop() {
    isOver.store(true, ordering: .relaxed)
    finished.wait()
  }
}
