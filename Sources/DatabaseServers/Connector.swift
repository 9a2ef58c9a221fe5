internal import Threads

/// Opens sessions on a thread of their own, one at a time: looking up a host's name, TLS and Kerberos may block inside
/// the database's library, and the thread that owes answers must not.
package final class Connector: Sendable {
  /// Opens a session; the server of a suspect connection, one that has stopped answering, is tried last.
  package typealias Opening = @Sendable (_ suspect: (any LookUpConnection)?) throws(SessionFailure) -> LookUpSession

  private let threadName: String
  private let wakeUp: WakeUp
  private let open: Opening
  private let done = Lock<Result<LookUpSession, SessionFailure>?>(nil)

  /// - Parameters:
  ///   - threadName: see `Worker`.
  ///   - wakeUp: signalled when an attempt has ended, and when a session has one more connection.
  package init(threadName: String, wakeUp: WakeUp, open: @escaping Opening) {
    self.threadName = threadName
    self.wakeUp = wakeUp
    self.open = open
  }

  /// Starts an attempt.
  package func start(suspect: (any LookUpConnection)? = nil) {
    do {
      _ = try Worker(name: threadName) {
        do throws(SessionFailure) {
          let session = try self.open(suspect)
          self.finish(.success(session))
          session.openOthers { self.wakeUp.signal() }
        } catch {
          self.finish(.failure(error))
        }
      }
    } catch {
      finish(.failure(.unreachable(DatabaseFault(.connection, "no thread to connect: \(error)"))))
    }
  }

  /// The attempt's end, once; nil before.
  package func take() -> Result<LookUpSession, SessionFailure>? {
    done.withLock { done in
      defer { done = nil }
      return done
    }
  }

  private func finish(_ result: Result<LookUpSession, SessionFailure>) {
    done.withLock { $0 = result }
    wakeUp.signal()
  }
}
