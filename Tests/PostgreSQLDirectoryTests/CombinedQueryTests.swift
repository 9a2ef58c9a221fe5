import Accounts
import DatabaseServers
import DirectoryAsking
import Secrets
import TestSupport
import TestTraits
import Testing
import Threads

@testable import PostgreSQLDirectory

@Suite(.waiting, .server) struct CombinedQueryTests {
  /// The home says which statement found the account.
  private static let columns = """
    username, password, 5000 AS uid, 5000 AS gid,
      CASE WHEN current_query() LIKE '%gatepost' || '_asked.gatepost%' THEN '/together' ELSE '/alone' END AS home
    """
  /// `slow` holds the connection long enough for what is asked meanwhile to go out together.
  private static let wait = "CASE WHEN :username = 'slow' THEN pg_sleep(1) IS NOT NULL ELSE true END"
  private static let account = "SELECT \(columns) FROM people WHERE username = :username AND \(wait)"

  /// A directory whose one connection can be held.
  private struct Held {
    let schema: String
    let directory: PostgreSQLDirectory

    /// - Parameters:
    ///   - more: appended to the connection string.
    ///   - slowness: so much that no machine is that busy.
    init(
      _ setUp: String = "", _ query: String = CombinedQueryTests.account, more: String = "",
      slowness: Duration = .seconds(60)
    ) throws {
      try self.init(setUp, queries: People.queries(query), more: more, slowness: slowness)
    }

    init(_ setUp: String = "", queries: QuerySet, more: String = "", slowness: Duration = .seconds(60)) throws {
      schema = try ServerScope.makeSchema()
      try ServerScope.server().sql(
        "SET search_path = \(schema); \(People.table) INSERT INTO people VALUES ('slow'); \(setUp)")
      let location = try ServerScope.server().conninfo() + " application_name=\(schema)"
      let options = more.contains("options=") ? "" : " options='-c search_path=SCHEMA'"
      directory = try People.open(
        location + (options + more).replacing("SCHEMA", with: "\(schema)"), queries: queries,
        // Whoever holds it is not to be left for another connection.
        timing: OutageTiming(silence: .seconds(60)), slowness: slowness
      ).directory
      // Behind the first look-up it is found out whether they can go together.
      _ = directory.askAll(["nobody"])
    }

    /// What comes of names that are all waiting when the connection is free, in their order.
    /// - Parameter before: asks for more, before them.
    func ask(
      _ names: [String], after slow: String = "slow", before: (PostgreSQLDirectory) -> Void = { _ in }
    ) throws -> [Outcome<Account>] {
      let first = Collected<Outcome<Account>>()
      directory.lookUp(
        AccountKey(name: LoginName(Array(slow.utf8), defaultDomain: nil), service: []), deadline: .now + .seconds(20)
      ) { first.add($0) }
      let asleep =
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = '\(schema)' AND wait_event = 'PgSleep'"
      let isHeld = try eventually { try ServerScope.server().sql(asleep).contains("1") }
      #expect(isHeld)
      before(directory)
      let outcomes = directory.askAll(names)
      try #require(outcomes.count == names.count)
      #expect(first.all.first?.value != nil)
      return outcomes
    }
  }

  private func homes(_ outcomes: [Outcome<Account>]) -> Set<String> {
    Set(outcomes.compactMap { $0.value.map { String(decoding: $0.home, as: UTF8.self) } })
  }

  @Test func eachGetsItsOwn() throws {
    let held = try Held("INSERT INTO people SELECT 'none', NULL;")
    defer { held.directory.shutDown() }
    let names = (0..<200).map { $0 % 7 == 3 ? "nobody\($0)" : $0 % 5 == 0 ? "user\($0 / 10)" : "user\($0 * 4)" }
    let outcomes = try held.ask(names)
    for (name, outcome) in zip(names, outcomes) {
      if name.hasPrefix("nobody") {
        #expect(outcome.refusal == .unknownUser)
      } else {
        #expect(outcome.value.map { String(decoding: $0.username, as: UTF8.self) } == name)
        #expect(outcome.value?.passwordHash?.matches(Secret(text: name.replacing("user", with: "hash"))) == true)
      }
    }
    #expect(homes(outcomes) == ["/together"])
  }

  /// Fewer are asked for one by one.
  @Test func threeGoAlone() throws {
    let held = try Held()
    defer { held.directory.shutDown() }
    #expect(try homes(held.ask(["user1", "user2", "user3"])) == ["/alone"])
    #expect(try homes(held.ask(["user1", "user2", "user3", "user4"])) == ["/together"])
  }

  /// What an array's text could take for something else.
  @Test func namesAreFoundAsTheyAre() throws {
    let names = [
      "NULL", "null", "{", "}", "{}", ",", "\"", "\\", "\\\"", "a,b", "\"a\"", "{\"a\",\"b\"}", " a", "a ", "a b", "\t",
      "'", "''", "$1", "gatepost_asked", "\u{e4}@\u{1f600}", "\u{1}", "x", "[1:2]={a,b}",
      String(repeating: "\\\"", count: 4000),
    ]
    let values = names.map { "('\($0.replacing("'", with: "''"))', 'p')" }.joined(separator: ", ")
    let held = try Held("INSERT INTO people VALUES \(values);")
    defer { held.directory.shutDown() }
    let outcomes = try held.ask(names + ["nobody"])
    for (name, outcome) in zip(names, outcomes) {
      #expect(outcome.value.map { String(decoding: $0.username, as: UTF8.self) } == name)
    }
    #expect(outcomes.last?.refusal == .unknownUser)
    #expect(homes(outcomes) == ["/together"])
  }

  /// In these a byte of a character may be a backslash.
  @Test(arguments: [("SJIS", "/alone"), ("LATIN1", "/together")])
  func encodings(_ encoding: String, _ home: String) throws {
    let held = try Held(more: " client_encoding=\(encoding)")
    defer { held.directory.shutDown() }
    let names = (0..<10).map { "user\($0)" }
    let outcomes = try held.ask(names)
    #expect(outcomes.compactMap { $0.value.map { String(decoding: $0.username, as: UTF8.self) } } == names)
    #expect(homes(outcomes) == [home])
  }

  @Test func aPresetsConstantsAreForAll() throws {
    let account = try QueryTemplate(
      """
      SELECT username, :mail_root || username AS maildir, password, :uid AS uid, :gid AS gid,
        CASE WHEN current_query() LIKE '%gatepost' || '_asked.gatepost%' THEN '/together' ELSE '/alone' END AS home
      FROM people WHERE username = :username AND \(Self.wait)
      """, dialect: .postgresql, allowing: Placeholder.lookUp.union(Placeholder.preset))
    let root = #"it's {"a\", NULL} "#
    let held = try Held(
      queries: QuerySet(
        account: account, enumerate: nil,
        constants: [.uid: Array("7".utf8), .gid: Array("8".utf8), .mailRoot: Array(root.utf8)]))
    defer { held.directory.shutDown() }
    let outcomes = try held.ask((0..<10).map { "user\($0)" })
    for (index, outcome) in outcomes.enumerated() {
      #expect(outcome.value?.maildir == Array("\(root)user\(index)".utf8))
      #expect(outcome.value?.uid == 7 && outcome.value?.gid == 8)
    }
    #expect(homes(outcomes) == ["/together"])
  }

  /// App passwords are asked for one by one, in the same pipeline, whatever the order.
  @Test func appPasswordsGoBesideThem() throws {
    let read = { try QueryTemplate($0, dialect: .postgresql, allowing: Placeholder.lookUp) }
    let held = try Held(
      queries: QuerySet(
        account: read(Self.account),
        appPasswords: read("SELECT password || '-app' AS password FROM people WHERE username = :username")))
    defer { held.directory.shutDown() }
    let found = Collected<(number: Int, hash: Secret?)>()
    let outcomes = try held.ask(["user0"]) { directory in
      for number in 1...20 {
        let key = AccountKey(name: LoginName(Array("user\(number)".utf8), defaultDomain: nil), service: [])
        let deadline = Deadline.now + .seconds(20)
        if number % 3 == 0 {
          directory.appPasswords(key, deadline: deadline) { found.add((number, $0.value?.first?.hash)) }
        } else {
          directory.lookUp(key, deadline: deadline) {
            found.add((number, $0.value?.home == Array("/together".utf8) ? $0.value?.passwordHash : nil))
          }
        }
      }
    }
    #expect(outcomes.first?.value != nil)
    #expect(eventually { found.count == 20 })
    for (number, hash) in found.all {
      #expect(hash?.matches(Secret(text: "hash\(number)\(number % 3 == 0 ? "-app" : "")")) == true, "\(number)")
    }
  }

  @Test func severalRowsForOneNameAreNobodys() throws {
    let held = try Held(
      "",
      "SELECT \(Self.columns) FROM people, generate_series(1, CASE username WHEN 'user3' THEN 3 ELSE 1 END) "
        + "WHERE username = :username AND \(Self.wait)")
    defer { held.directory.shutDown() }
    let outcomes = try held.ask((0..<10).map { "user\($0)" })
    for (index, outcome) in outcomes.enumerated() {
      if index == 3 {
        #expect(outcome.cause == Unavailability(.ambiguous, "3 rows for one name"))
      } else {
        #expect(outcome.value.map { String(decoding: $0.username, as: UTF8.self) } == "user\(index)")
      }
    }
    #expect(homes(outcomes) == ["/together"])
  }

  /// Both parts of the name and the service, in an order of their own, and twice.
  @Test func allThatALookUpBrings() throws {
    let held = try Held(
      "INSERT INTO people SELECT 'a' || i || '@d' || i, 'p' FROM generate_series(1, 40) i;",
      """
      SELECT \(Self.columns) FROM people WHERE username = :local_part || '@' || :domain AND \(Self.wait)
        OR username = 'slow' AND :username = 'slow' AND :service = '' AND :domain = '' AND \(Self.wait)
      """)
    defer { held.directory.shutDown() }
    let outcomes = try held.ask((1...32).map { "a\($0)@d\($0 == 7 ? 8 : $0)" })
    for (index, outcome) in outcomes.enumerated() {
      let name = "a\(index + 1)@d\(index + 1)"
      if index == 6 {
        #expect(outcome.refusal == .unknownUser)
      } else {
        #expect(outcome.value.map { String(decoding: $0.username, as: UTF8.self) } == name)
      }
    }
    #expect(homes(outcomes) == ["/together"])
  }

  /// The columns of a table that is changed under way have other types: both statements are prepared anew.
  @Test func aSpoiledStatementCostsNoLogin() throws {
    let held = try Held()
    defer { held.directory.shutDown() }
    let names = (0..<32).map { "user\($0)" }
    #expect(try homes(held.ask(names)) == ["/together"])
    try ServerScope.server().sql("ALTER TABLE \(held.schema).people ALTER username TYPE varchar(9000)")
    let outcomes = try held.ask(names)
    #expect(outcomes.compactMap { $0.value.map { String(decoding: $0.username, as: UTF8.self) } } == names)
    #expect(try homes(held.ask(names)) == ["/together"])
  }

  /// A policy that goes by a setting which the query makes: for all at once it would be that of the first, or of the last.
  @Test(arguments: [
    "set_config('app.name', :username, false)", "made(:username)", "\"made it\"(:username)",
    "CASE WHEN :username <> 'x' THEN made(:username) END",
  ])
  func whatChangesSomethingIsForOneAlone(_ call: String) throws {
    let role = "r" + String(UInt64.random(in: .min ... .max))
    let held = try Held(
      """
      CREATE FUNCTION made(name text) RETURNS text LANGUAGE plpgsql AS
        $$ BEGIN RETURN set_config('app.name', name, false); END $$;
      CREATE FUNCTION "made it"(name text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN made(name); END $$;
      CREATE POLICY own ON people USING (username = (SELECT current_setting('app.name')));
      ALTER TABLE people ENABLE ROW LEVEL SECURITY; ALTER TABLE people FORCE ROW LEVEL SECURITY;
      CREATE ROLE \(role); ALTER TABLE people OWNER TO \(role); SELECT set_config('test.role', '\(role)', false);
      DO $$ BEGIN EXECUTE format('GRANT ALL ON SCHEMA %I TO \(role)', current_schema); END $$;
      """,
      "SELECT \(Self.columns) FROM (SELECT \(call) AS made OFFSET 0) AS setting, people WHERE username = made AND \(Self.wait)",
      more: " user=postgres options='-c role=\(role) -c search_path=SCHEMA'")
    defer { held.directory.shutDown() }
    let names = (1...20).map { "user\($0)" }
    let outcomes = try held.ask(names)
    #expect(outcomes.map { $0.value.map { String(decoding: $0.username, as: UTF8.self) } } == names)
    #expect(homes(outcomes) == ["/alone"])
  }

  /// The plan may be another one than it was, or the server have other things to do.
  @Test func whatHasBecomeSlowRests() throws {
    let held = try Held(slowness: .zero)
    defer { held.directory.shutDown() }
    let names = (0..<32).map { "user\($0)" }
    #expect(try homes(held.ask(names)) == ["/together"])
    #expect(try homes(held.ask(names)) == ["/alone"])
  }

  /// It is tried where nobody waits for it yet, and whoever comes meanwhile is looked up on another connection.
  @Test func aConnectionThatIsLostInTheTrialCostsNoLogin() throws {
    let held = try Held(
      """
      CREATE FUNCTION held() RETURNS bool LANGUAGE plpgsql IMMUTABLE AS
        $$ BEGIN IF current_query() LIKE 'EXPLAIN%' THEN PERFORM pg_sleep(1.5); END IF; RETURN true; END $$;
      """, "SELECT \(Self.columns) FROM people WHERE username = :username AND held() AND \(Self.wait)")
    defer { held.directory.shutDown() }
    let onTrial =
      "FROM pg_stat_activity WHERE application_name = '\(held.schema)' AND query LIKE 'EXPLAIN%' AND state = 'active'"
    for round in 0..<3 {
      let isTried = try eventually { try ServerScope.server().sql("SELECT count(*) \(onTrial)").contains("1") }
      #expect(isTried, "\(round)")
      try ServerScope.server().sql("SELECT pg_terminate_backend(pid) \(onTrial)")
      let names = (0..<20).map { "user\($0)" }
      let outcomes = held.directory.askAll(names)
      #expect(outcomes.compactMap { $0.value.map { String(decoding: $0.username, as: UTF8.self) } } == names)
    }
  }

  /// Where it would not be the same, or dearer, each is asked for by itself.
  @Test(arguments: [
    "SELECT \(columns) FROM people WHERE username = :username AND \(wait) FOR UPDATE",
    // Names that are nobody's, and a function that is called like one of the server's.
    "SELECT \(columns) FROM people AS number WHERE username = :username AND \(wait) AND to_jsonb(number)->>'password' > ''",
    "SELECT \(columns) FROM people AS account WHERE username = :username AND \(wait) AND account IS NOT NULL",
    "SELECT \(columns) FROM people WHERE username = :username AND \(wait) ORDER BY 1 LIMIT 1; -- one",
    "SELECT \(columns) FROM (SELECT * FROM people WHERE username = :username OFFSET 0) AS account WHERE \(wait)",
    "WITH account AS (SELECT * FROM people WHERE username = :username) SELECT \(columns) FROM account WHERE \(wait)",
  ])
  func together(_ query: String) throws {
    let held = try Held(
      """
      CREATE FUNCTION unnest(text[]) RETURNS SETOF text LANGUAGE sql IMMUTABLE AS
        $$ SELECT DISTINCT n FROM pg_catalog.unnest($1) AS n ORDER BY n DESC $$;
      UPDATE people SET password = 'p' WHERE password IS NULL;
      """, query)
    defer { held.directory.shutDown() }
    #expect(try homes(held.ask((0..<10).map { "user\($0)" })) == ["/together"])
  }

  @Test(arguments: [
    // The server does not take it there.
    "UPDATE people SET password = password WHERE username = :username AND \(wait) RETURNING \(columns)",
    "WITH seen AS (UPDATE people SET password = password RETURNING 1) SELECT \(columns) FROM people "
      + "WHERE username = :username AND \(wait)",
    // A plan for the name that is known finds it in the index; one for any name cannot.
    "SELECT \(columns) FROM many WHERE username LIKE :username AND \(wait)",
    // It may change something.
    "SELECT \(columns) FROM people WHERE username = :username AND \(wait) AND noted(username)",
    "SELECT \(columns) FROM noting WHERE username = :username AND \(wait)",
    // Too dear to be many.
    "SELECT \(columns) FROM many WHERE CASE WHEN username || '' = :username THEN \(wait) END",
    // An array of another type, or of one that compares otherwise.
    "SELECT \(columns) FROM lists WHERE CASE WHEN usernames = :username THEN \(wait) END".replacing(
      ":username = 'slow'", with: "username = 'slow'"),
    "SELECT \(columns) FROM people WHERE CASE WHEN username::char(9) = :username THEN \(wait) END".replacing(
      ":username = 'slow'", with: "username = 'slow'"),
    // The names that ours have.
    "SELECT \(columns) FROM people AS gatepost_asked_number WHERE username = :username AND \(wait)",
    "SELECT \(columns) FROM people AS gatepost_asked WHERE username = :username AND \(wait)",
  ])
  func alone(_ query: String) throws {
    let held = try Held(
      """
      CREATE TABLE many (username text, password text);
      INSERT INTO many SELECT 'user' || i, 'p' FROM generate_series(0, 20000) i;
      INSERT INTO many VALUES ('slow');
      CREATE INDEX ON many (username text_pattern_ops); ANALYZE many;
      CREATE FUNCTION noted(text) RETURNS bool LANGUAGE plpgsql AS $$ BEGIN RETURN true; END $$;
      CREATE VIEW noting AS SELECT * FROM people WHERE noted(username);
      CREATE TABLE lists (usernames text[], username text, password text);
      INSERT INTO lists VALUES ('{user1}', 'user1', 'p'), ('{slow}', 'slow', 'p');
      """,
      query)
    defer { held.directory.shutDown() }
    let names = query.contains("lists") ? Array(repeating: "{user1}", count: 10) : (0..<10).map { "user\($0)" }
    let outcomes = try held.ask(names, after: query.contains("lists") ? "{slow}" : "slow")
    #expect(outcomes.allSatisfy { $0.value != nil }, "\(outcomes)")
    #expect(homes(outcomes) == ["/alone"])
  }
}

@Suite struct CombinedQueryPartsTests {
  @Test(arguments: [
    ("Nested Loop  (cost=0.42..84.65 rows=10 width=175)", 84.65),
    ("Result  (cost=0.00..1e+06 rows=1 width=4)", 1_000_000),
    ("Scan on \"(cost=7..8 \"  (cost=0.00..0.01 rows=1 width=4)", 0.01), ("Result", nil), ("", nil), ("(cost=", nil),
  ])
  func estimatesAreRead(_ line: String, _ cost: Double?) {
    #expect(QueryPlan.estimate(of: line) == cost)
  }

  @Test(arguments: [
    (84.65, 8.44, true), (2.9, 0.26, true), (0, 0, true), (400, 8.44, false), (999, 99, true), (1_000, 100, false),
  ])
  func whatIsDearerIsLeft(_ together: Double, _ alone: Double, _ isCheap: Bool) {
    #expect(CombinedQueryTrial.isCheap(together: together, alone: alone) == isCheap)
  }

  @Test(arguments: [
    ("Output: a_1", ["a_1"]), ("public.\"Made it\"(x)", ["public", "Made it", "x"]),
    ("'\"'::text, \"a\\\\b\"(c)", ["text", "a\\\\b", "c"]), ("\"a\"\"b\"", nil),
  ])
  func namesInAPlan(_ plan: String, _ names: [String]?) {
    let found = QueryPlan.names(in: plan).map { String(decoding: $0, as: UTF8.self) }
    #expect((found == nil) == (names == nil))
    for name in names ?? [] {
      #expect(found?.contains("\"\(name.replacing("\\", with: "\\\\"))\"") == true, "\(name)")
    }
  }
}
