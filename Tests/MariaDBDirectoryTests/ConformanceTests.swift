#if MariaDB
  import Accounts
  import DirectoryConformance
  import TestSupport
  import TestTraits
  import Testing

  @testable import MariaDBDirectory

  @Suite(.waiting, .server) struct ConformanceTests {
    @Test(arguments: DirectoryConformance.cases) func conforms(_ it: ConformanceCase) throws {
      // Compared byte for byte, as the other databases do by themselves.
      let location = try ServerScope.server().connection(
        database: ServerScope.makeDatabase("CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin"))
      try it.run(
        DirectoryFixture(
          dialect: .mariadb,
          // Hundreds of statements: a program would take a process for each.
          execute: { sql in
            let bystander = try Bystander(location)
            try bystander.say(
              "SET sql_mode = 'NO_BACKSLASH_ESCAPES,PIPES_AS_CONCAT', max_recursive_iterations = 1000000")
            try bystander.say(sql)
          },
          open: { try MariaDBDirectory(DirectoryParameters(name: "main", location: location, queries: $0)) }))
    }
  }
#endif
