import Accounts
import DatabaseServers
import DirectoryAsking
import TestSupport
import TestTraits
import Testing
import Threads

@testable import PostgreSQLDirectory

@Suite(.waiting, .server) struct PipelineTests {
  /// `slow` holds the connection long enough for what is asked meanwhile to go out together.
  private static let account = """
    SELECT \(People.columns), CASE WHEN username = 'user7' THEN (1 / (length(username) - 5))::text END AS options
    FROM people WHERE username = :username AND CASE WHEN :username = 'slow' THEN pg_sleep(0.3) IS NOT NULL ELSE true END
    """

  private func directory() throws -> PostgreSQLDirectory {
    let location = try ServerScope.makePeople("INSERT INTO people VALUES ('slow')")
    return try People.open(location, queries: People.queries(Self.account)).directory
  }

  @Test func oneFailingQueryAmong32LeavesTheOthersRight() throws {
    let directory = try directory()
    defer { directory.shutDown() }
    let names = ["slow"] + (0..<32).map { $0 == 20 ? "nobody" : "user\($0)" }
    let outcomes = directory.askAll(names)
    for (name, outcome) in zip(names, outcomes) {
      switch name {
      case "user7": #expect(outcome.cause == Unavailability(.queryFailed, "division by zero (22012)"))
      case "nobody": #expect(outcome.refusal == .unknownUser)
      default: #expect(outcome.value?.username == Array(name.utf8))
      }
    }
  }

  @Test func aBatchOfNothingButFailuresEnds() throws {
    let directory = try directory()
    defer { directory.shutDown() }
    let outcomes = directory.askAll(["slow"] + Array(repeating: "user7", count: 100))
    #expect(outcomes[0].value != nil)
    #expect(outcomes.dropFirst().allSatisfy { $0.cause?.code == .queryFailed })
  }

  @Test func anErrorOfAnotherConnectionsClassKeepsOurs() throws {
    let location = try ServerScope.makePeople(
      "CREATE FUNCTION far() RETURNS bool LANGUAGE plpgsql AS "
        + "$$ BEGIN RAISE EXCEPTION 'remote server is away' USING ERRCODE = '08001'; END $$;")
    let (directory, events) = try People.open(
      location, queries: People.queries("\(People.account) AND CASE WHEN username = 'user7' THEN far() ELSE true END"))
    defer { directory.shutDown() }
    #expect(directory.ask("user7").cause == Unavailability(.queryFailed, "remote server is away (08001)"))
    #expect(directory.ask("user1").value != nil)
    #expect(events.all.map(\.level) == [.info])
  }

  @Test func requestsLargerThanTheSocketGetThrough() throws {
    let directory = try directory()
    defer { directory.shutDown() }
    let long = String(repeating: "x", count: 8_000)
    let outcomes = directory.askAll(["slow"] + (0..<64).map { $0 % 2 == 0 ? long : "user1" })
    for (index, outcome) in outcomes.dropFirst().enumerated() {
      if index % 2 == 0 { #expect(outcome.refusal == .unknownUser) } else { #expect(outcome.value != nil) }
    }
  }

  @Test func aDeadlineInTheQueueIsKept() throws {
    let location = try ServerScope.makePeople("INSERT INTO people VALUES ('slow')")
    let query = Self.account.replacing("pg_sleep(0.3)", with: "pg_sleep(3)")
    let (directory, _) = try People.open(location, queries: People.queries(query), timing: .unhurried)
    defer { directory.shutDown() }
    #expect(directory.ask("user1").value != nil)
    let slow = Collected<Outcome<Account>>()
    directory.lookUp(
      AccountKey(name: LoginName(Array("slow".utf8), defaultDomain: nil), service: []), deadline: .now + .seconds(30)
    ) { slow.add($0) }
    let took = ContinuousClock().measure {
      #expect(directory.ask("user1", within: .milliseconds(60)).cause?.code == .timedOut)
    }
    #expect(took < .seconds(2), "while the slow one ran")
    #expect(eventually { slow.count == 1 })
    #expect(slow.all.first?.value != nil)
  }
}

@Suite struct PipelineProgressTests {
  private func run(_ count: Int, _ events: [PipelineProgress.Event]) -> [PipelineProgress.Action] {
    var progress = PipelineProgress(count: count)
    return events.map { progress.take($0) }
  }

  @Test func eachResultIsItsQuerys() {
    #expect(
      run(2, [.rows, .null, .rows, .null, .sync]) == [.answer(0), .readOn, .answer(1), .readOn, .finished])
  }

  @Test func whatFollowsAnErrorIsSentAgain() {
    #expect(
      run(3, [.rows, .null, .error, .null, .aborted, .null, .sync])
        == [.answer(0), .readOn, .fail(1), .readOn, .sendAgain(2), .readOn, .finished])
  }

  @Test func aStatementWithoutRowsFails() {
    #expect(run(1, [.foreign, .null, .sync]) == [.fail(0), .readOn, .finished])
  }

  @Test func aBrokenConnectionLosesTheRest() {
    #expect(run(3, [.rows, .null, .broken]) == [.answer(0), .readOn, .lost(from: 1)])
    #expect(run(3, [.rows, .broken]) == [.answer(0), .lost(from: 1)])
    #expect(run(1, [.broken]) == [.lost(from: 0)])
  }

  @Test func outOfStepIsLostAndNeverAnAnswer() {
    #expect(run(2, [.rows, .null, .null]).last == .lost(from: 1))
    #expect(run(2, [.rows, .rows]).last == .lost(from: 1))
    #expect(run(1, [.rows, .null, .rows]).last == .lost(from: 1))
    #expect(run(2, [.rows, .null, .sync]).last == .lost(from: 1))
    #expect(run(1, [.null]) == [.lost(from: 0)])
    #expect(run(1, [.rows, .sync]).last == .lost(from: 1))
  }
}
