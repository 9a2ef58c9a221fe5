internal import Accounts
internal import Threads

/// Opens sessions on a thread of their own, one at a time: looking up a host's name, TLS and Kerberos may block inside
/// libpq, and the thread that owes answers must not.
final class Connector: Sendable {
  private let settings: ConnectionSettings
  private let account: String
  private let stop: StopFlag
  private let wakeUp: WakeUp
  private let done = Lock<Result<Session, Session.Failure>?>(nil)

  /// - Parameters:
  ///   - account: the account query, as the server gets it.
  ///   - wakeUp: signalled when an attempt has ended.
  init(_ settings: ConnectionSettings, account: String, stop: StopFlag, wakeUp: WakeUp) {
    self.settings = settings
    self.account = account
    self.stop = stop
    self.wakeUp = wakeUp
  }

  /// Starts an attempt.
  /// - Parameter suspect: see `Session`.
  func start(suspect: Conninfo.Host? = nil) {
    do {
      _ = try Worker(name: "pgsql-connect") {
        do throws(Session.Failure) {
          self.finish(.success(try Session(self.settings, account: self.account, suspect: suspect, stop: self.stop)))
        } catch {
          self.finish(.failure(error))
        }
      }
    } catch {
      finish(.failure(.unreachable(DatabaseFault(.connection, "no thread to connect: \(error)"))))
    }
  }

  /// The attempt's end, once; nil before.
  func take() -> Result<Session, Session.Failure>? {
    done.withLock { done in
      defer { done = nil }
      return done
    }
  }

  private func finish(_ result: Result<Session, Session.Failure>) {
    done.withLock { $0 = result }
    wakeUp.signal()
  }
}
