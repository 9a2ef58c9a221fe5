import Accounts
import Testing
import Threads

@testable import Broker

/// Directories that want to know of turns are told, and no others.
@Suite struct TurnTests {
  private final class Carousel: AccountDirectory, TurnTaking {
    let shelf: BrokerTests.Shelf
    let steps = Lock<[String]>([])

    init(_ name: String) { shelf = BrokerTests.Shelf(name, [:]) }

    func beginTurn() { steps.withLock { $0.append("begin") } }
    func endTurn() { steps.withLock { $0.append("end") } }

    var name: String { shelf.name }
    var offersPasswordChange: Bool { shelf.offersPasswordChange }
    var offersAppPasswords: Bool { shelf.offersAppPasswords }
    func lookUp(_ key: AccountKey, deadline: Deadline, completion: @escaping @Sendable (Outcome<Account>) -> Void) {
      shelf.lookUp(key, deadline: deadline, completion: completion)
    }
    func appPasswords(
      _ key: AccountKey, deadline: Deadline, completion: @escaping @Sendable (Outcome<[AppPassword]>) -> Void
    ) { shelf.appPasswords(key, deadline: deadline, completion: completion) }
    func setPassword(
      _ change: PasswordChange, deadline: Deadline, completion: @escaping @Sendable (Outcome<Void>) -> Void
    ) { shelf.setPassword(change, deadline: deadline, completion: completion) }
    func enumerate(deadline: Deadline, _ row: (EnumeratedAccount.View) -> Bool) -> Outcome<Void> {
      shelf.enumerate(deadline: deadline, row)
    }
    func inspect() -> [DirectoryFinding] { [] }
    func read(_ sql: String, deadline: Deadline, _ row: ([String?]) -> Bool) -> Outcome<Void> { .accepted(()) }
    func shutDown() {}
  }

  private func settings(_ directories: [any AccountDirectory]) -> BrokerSettings {
    BrokerSettings(directories: directories.map { BrokerSettings.Entry(directory: $0, modules: []) })
  }

  @Test func whoTakesNoTurnsIsNotTold() throws {
    let fixture = try BrokerTests.Fixture(settings([BrokerTests.Shelf("one", [:])]))
    #expect(fixture.broker.beginTurn() == nil)
  }

  /// A turn ends where it began: a directory that is replaced meanwhile would keep back what is asked of it for ever.
  @Test func aTurnEndsWhereItBegan() throws {
    let (old, new) = (Carousel("old"), Carousel("new"))
    let fixture = try BrokerTests.Fixture(settings([BrokerTests.Shelf("first", [:]), old]))
    let end = try #require(fixture.broker.beginTurn())
    _ = fixture.broker.replace(settings: settings([new]))
    #expect(old.steps.withLock { $0 } == ["begin"] && new.steps.withLock { $0.isEmpty })
    end()
    let endNew = try #require(fixture.broker.beginTurn())
    endNew()
    #expect(old.steps.withLock { $0 } == ["begin", "end"] && new.steps.withLock { $0 } == ["begin", "end"])
  }
}
