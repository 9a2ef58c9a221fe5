import Accounts
import AuthdaemonWire
import Logging
import Passwords
import Secrets
import Threads

@testable import Broker
@testable import Telemetry

/// A request's course, its answer, its log line; and all of it at once, from the parsed request to the answer.
enum RequestWork {
  static var pieces: [Piece] {
    let account = AccountWork.account
    let password = Secret(text: PasswordWork.password)
    let encoder = AnswerEncoder(defaultOptions: nil)
    let record = self.record
    let directory = OneAccount(account)
    guard
      let pool = try? HashPool(threads: 1, queueCapacity: 1),
      let broker = try? Broker(
        settings: BrokerSettings(
          directories: [.init(directory: directory, modules: [])], throttle: ThrottleRules()), pool: pool,
        enumerations: 1,
        audit: { use($0) }),
      // Without room: lines are made where they would wait, and the thread that would write them has nothing to do.
      let writer = try? LogWriter(descriptor: 2, capacity: 0, lostLine: { _ in [] })
    else { fatalError("no threads") }
    let lines = StandardErrorLog(style: .journal, level: .info, writer: writer)
    let log = RequestLog(logger: Logger(label: "gatepost", factory: { _ in lines }), lines: lines, ownProcess: 1)
    let channel = Channel()
    let rules = CourseRules(directories: [0], offersChange: [false])
    let auth = WireWork.parse(WireWork.auth)
    let pre = WireWork.parse(WireWork.pre)
    return [
      Piece("course-auth") {
        var course = RequestCourse(purpose: .login(.login(password: password)), rules: rules)
        use(course.handle(.start))
        use(course.handle(.lookedUp(.accepted(account))))
        guard case .finish(.accepted) = course.handle(.verified(.match)) else { fatalError("not accepted") }
      },
      Piece("encode-reply") {
        let (bytes, _) = encoder.encode(
          .accepted(.account(account, password: password)), service: AccountWork.service, secrets: false)
        if bytes.isEmpty { fatalError("no reply") }
      },
      Piece("log-line") {
        log.write(record)
      },
      Piece("broker-auth") {
        broker.handle(auth, from: channel)
      },
      Piece("broker-pre") {
        broker.handle(pre, from: channel)
      },
    ]
  }

  private static var record: AuditRecord {
    var record = AuditRecord()
    record.verb = "AUTH"
    record.service = AccountWork.service
    record.user = AccountWork.userID
    record.remoteAddress = "192.0.2.17".bytes
    record.processID = 12_345
    record.userID = 110
    record.directory = "mail"
    record.duration = .microseconds(1_234)
    return record
  }

  /// Has the row at once.
  private final class OneAccount: AccountDirectory {
    let name = "mail"
    let offersPasswordChange = false
    let offersAppPasswords = false
    let account: Account

    init(_ account: Account) { self.account = account }

    func lookUp(_ key: AccountKey, deadline: Deadline, completion: @escaping @Sendable (Outcome<Account>) -> Void) {
      completion(.accepted(account))
    }

    func appPasswords(
      _ key: AccountKey, deadline: Deadline, completion: @escaping @Sendable (Outcome<[AppPassword]>) -> Void
    ) {
      completion(.accepted([]))
    }

    func setPassword(
      _ change: PasswordChange, deadline: Deadline, completion: @escaping @Sendable (Outcome<Void>) -> Void
    ) {
      completion(.refused(.unknownUser))
    }

    func enumerate(deadline: Deadline, _ row: (EnumeratedAccount.View) -> Bool) -> Outcome<Void> { .accepted(()) }
    func inspect() -> [DirectoryFinding] { [] }
    func read(_ sql: String, deadline: Deadline, _ row: ([String?]) -> Bool) -> Outcome<Void> { .accepted(()) }
    func shutDown() {}
  }

  /// Wants a reply.
  private final class Channel: RequestChannel {
    let processID: Int32 = 12_345
    let userID: UInt32 = 110
    let groupID: UInt32 = 110
    let received = Instant.now
    let deadline = Instant.now + .seconds(3600)
    let isAbandoned = false

    func answer(_ reply: [UInt8]) {
      if reply.count < 20 { fatalError("no reply") }
    }

    func openStream(keepsWaiting: @escaping AnswerStream.Patience) -> (any AnswerStream)? { nil }
  }
}
