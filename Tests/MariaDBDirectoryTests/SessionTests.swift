#if MariaDB
  import Accounts
  import DatabaseServers
  import DirectoryAsking
  import TestSupport
  import TestTraits
  import Testing
  import Threads

  @testable import MariaDBDirectory

  /// Settings of the server that would end or cut an answer without a word.
  @Suite(.waiting) struct SessionTests {
    @Test func theServersSettingsCutNoAnswer() throws {
      let server = try MariaDBServer()
      defer { server.stop() }
      // `init_connect` is not done for those who may do everything.
      try server.sql(
        People.table
          + """
          CREATE TABLE twins AS SELECT * FROM people WHERE username = 'user1' UNION ALL SELECT * FROM people;
          CREATE USER gatepost@localhost; GRANT SELECT, UPDATE ON test.* TO gatepost@localhost;
          """)
      for (set, unset) in [
        (
          "SET GLOBAL sql_select_limit = 1, GLOBAL group_concat_max_len = 4",
          "SET GLOBAL sql_select_limit = DEFAULT, GLOBAL group_concat_max_len = DEFAULT"
        ),
        (
          "SET GLOBAL init_connect = 'SET sql_select_limit = 1, group_concat_max_len = 4'",
          "SET GLOBAL init_connect = ''"
        ),
      ] {
        try server.sql(set)
        let account = """
          SELECT username, password, 1 AS uid, 2 AS gid, '/home' AS home,
            (SELECT group_concat(username ORDER BY username) FROM people WHERE username LIKE 'user99_') AS options
          FROM twins WHERE username = :username
          """
        let (directory, _) = try People.open(server.connection(user: "gatepost"), queries: People.queries(account))
        defer { directory.shutDown() }
        var count = 0
        let outcome = directory.enumerate(deadline: .now + .seconds(60)) { _ in
          count += 1
          return true
        }
        #expect(outcome.value != nil && count == 1_000, "\(set): \(outcome) at \(count)")
        let twin = directory.ask("user1")
        #expect(twin.cause?.code == .ambiguous, "\(set): \(twin)")
        let options = directory.ask("user2").value?.options.map { String(decoding: $0, as: UTF8.self) }
        #expect(options == (990...999).map { "user\($0)" }.joined(separator: ","), "\(set)")
        try server.sql(unset)
      }
    }
  }
#endif
