internal import Broker
internal import Logging
internal import Threads

/// Logs which rule is missing, once a minute for each user, question and socket. Names are looked up on a thread that lasts no longer,
/// because the server of names may be slow, and whoever asks must not wait for it.
final class PermissionAdvisor: Sendable {
  /// The same is said again after this time: a minute.
  static let interval = Duration.seconds(60)
  /// What has been said is remembered of so many; beyond, it may be said again sooner.
  static let capacity = 256

  private struct Question: Hashable {
    let userID: UInt32
    let permission: PeerPolicy.Permission
    let socket: String?
  }

  private struct State {
    var said: [Question: Instant] = [:]
    var isBusy = false
  }

  private let state = Lock(State())
  private let names: ProcessNames
  private let logger: Logger

  init(names: ProcessNames, logger: Logger) {
    self.names = names
    self.logger = logger
  }

  /// - Parameter program: of the process, nil when it is not known.
  func advise(_ denial: Denial, _ record: AuditRecord, program: [UInt8]?, at now: Instant) {
    let question = Question(userID: record.userID, permission: denial.permission, socket: denial.socket)
    let isNews = state.withLock { state -> Bool in
      guard !state.isBusy, state.said[question].map({ now - $0 >= Self.interval }) ?? true else { return false }
      if state.said.count >= Self.capacity { state.said = [:] }
      state.said[question] = now
      state.isBusy = true
      return true
    }
    guard isNews else { return }
    let (processID, userID) = (record.processID, record.userID)
    let (state, names, logger) = (self.state, self.names, self.logger)
    let worker = try? Worker(name: "advice") {
      let line = PermissionAdvice.line(denial, processID: processID, userID: userID, program: program, names)
      logger.error("\(line)")
      state.withLock { $0.isBusy = false }
      state.broadcast()
    }
    guard worker == nil else { return }
    state.withLock { state in
      state.isBusy = false
      state.said[question] = nil
    }
  }

  /// Waits until what was begun is logged.
  func finish(_ patience: Duration) { _ = state.wait(patience) { $0.isBusy ? nil : true } }
}
