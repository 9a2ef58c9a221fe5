internal import Threads

/// Opens sessions on a thread of their own, one at a time: looking up a host's name, TLS and Kerberos may block inside
/// the database's library, and the thread that owes answers must not.
package final class Connector<Session: LookUpSession>: Sendable {
  /// Opens a session; a suspect server, one that has stopped answering, is tried last.
  package typealias Opening = @Sendable (_ suspect: Session.Host?) throws(SessionFailure) -> Session

  private let threadName: String
  private let wakeUp: WakeUp
  private let open: Opening
  private let done = Lock<Result<Session, SessionFailure>?>(nil)

  /// - Parameters:
  ///   - threadName: see `Worker`.
  ///   - wakeUp: signalled when an attempt has ended.
  package init(threadName: String, wakeUp: WakeUp, open: @escaping Opening) {
    self.threadName = threadName
    self.wakeUp = wakeUp
    self.open = open
  }

  /// Starts an attempt.
  package func start(suspect: Session.Host? = nil) {
    do {
      _ = try Worker(name: threadName) {
        do throws(SessionFailure) {
          self.finish(.success(try self.open(suspect)))
        } catch {
          self.finish(.failure(error))
        }
      }
    } catch {
      finish(.failure(.unreachable(DatabaseFault(.connection, "no thread to connect: \(error)"))))
    }
  }

  /// The attempt's end, once; nil before.
  package func take() -> Result<Session, SessionFailure>? {
    done.withLock { done in
      defer { done = nil }
      return done
    }
  }

  private func finish(_ result: Result<Session, SessionFailure>) {
    done.withLock { $0 = result }
    wakeUp.signal()
  }
}
