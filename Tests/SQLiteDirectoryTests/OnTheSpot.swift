import Accounts
import CLinux
import Foundation
import TestSupport
import Threads

/// A directory that is asked in turns, each of one look-up: what can be answered on the spot is, on the calling thread.
final class OnTheSpot: AccountDirectory {
  private let base: any AccountDirectory & TurnTaking
  /// Turns do not overlap.
  private let turn = NSLock()

  init(_ base: any AccountDirectory) throws {
    guard let base = base as? any AccountDirectory & TurnTaking else {
      throw Connection.Failure(text: "takes no turns")
    }
    self.base = base
  }

  private func inTurn(_ body: () -> Void) {
    turn.withLock {
      base.beginTurn()
      body()
      base.endTurn()
    }
  }

  func lookUp(_ key: AccountKey, deadline: Deadline, completion: @escaping @Sendable (Outcome<Account>) -> Void) {
    inTurn { base.lookUp(key, deadline: deadline, completion: completion) }
  }

  func appPasswords(
    _ key: AccountKey, deadline: Deadline, completion: @escaping @Sendable (Outcome<[AppPassword]>) -> Void
  ) {
    inTurn { base.appPasswords(key, deadline: deadline, completion: completion) }
  }

  var name: String { base.name }
  var offersPasswordChange: Bool { base.offersPasswordChange }
  var offersAppPasswords: Bool { base.offersAppPasswords }
  func setPassword(
    _ change: PasswordChange, deadline: Deadline, completion: @escaping @Sendable (Outcome<Void>) -> Void
  ) { base.setPassword(change, deadline: deadline, completion: completion) }
  func enumerate(deadline: Deadline, _ row: (EnumeratedAccount.View) -> Bool) -> Outcome<Void> {
    base.enumerate(deadline: deadline, row)
  }
  func inspect() -> [DirectoryFinding] { base.inspect() }
  func read(_ sql: String, deadline: Deadline, _ row: ([String?]) -> Bool) -> Outcome<Void> {
    base.read(sql, deadline: deadline, row)
  }
  func shutDown() { base.shutDown() }

  /// Looks up in a turn.
  /// - Returns: what came of it, and whether this thread found it out.
  func ask(_ user: String, within: Duration = .seconds(20)) -> (outcome: Outcome<Account>?, wasHere: Bool) {
    let key = AccountKey(name: LoginName(Array(user.utf8), defaultDomain: nil), service: Array("imap".utf8))
    let answer = Box<(Outcome<Account>, pthread_t)>()
    lookUp(key, deadline: .now + within) { answer.put(($0, pthread_self())) }
    let taken = answer.take()
    return (taken?.0, taken.map { pthread_equal($0.1, pthread_self()) != 0 } ?? false)
  }

  /// Looks up in a turn until this thread finds the answer itself. The first times it may not: the look-up thread may not be done with
  /// what it was asked before, and another program may have had the processor for longer than a turn may take.
  /// - Returns: what was found; nil when only the look-up thread ever did.
  func askHere(_ user: String) -> Outcome<Account>? {
    let end = Instant.now + .seconds(20)
    repeat {
      let (outcome, wasHere) = ask(user)
      if wasHere { return outcome }
      usleep(10_000)
    } while .now < end
    return nil
  }

  /// Whether files in temporary folders show what of them is in memory, and can be driven out of it: not so on tmpfs and overlayfs.
  static let canBeTold: Bool = {
    guard let folder = try? TemporaryFolder("cached") else { return false }
    let file = open(folder.file("file"), O_RDWR | O_CREAT, 0o600)
    defer { close(file) }
    var byte: UInt8 = 1
    guard write(file, &byte, 1) == 1, gatepost_read_cached(file, &byte, 1, 0) == 1 else { return false }
    // A disk may be so fast that what the system begins to read for us is there before it looks.
    return (0..<20).contains { _ in
      drop(file)
      return gatepost_read_cached(file, &byte, 1, 0) < 0 && errno == EAGAIN
    }
  }()

  /// Drives a file out of the system's memory.
  static func drop(_ file: Int32) {
    fsync(file)
    posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED)
  }
}
