import Accounts
import DatabaseServers
import DirectoryConformance
import TestSupport
import TestTraits
import Testing
import Threads

@testable import PostgreSQLDirectory

@Suite(.waiting, .server) struct ConformanceTests {
  @Test(arguments: DirectoryConformance.cases) func conforms(_ it: ConformanceCase) throws {
    // A schema of its own is as empty as a database, and costs a hundredth.
    let location = try ServerScope.server().conninfo() + " options='-c search_path=\(ServerScope.makeSchema())'"
    let settings = try ConnectionSettings(conninfo: Conninfo(location), passwordFile: nil)
    try it.run(
      DirectoryFixture(
        dialect: .postgresql,
        // Hundreds of statements: psql would take a process for each.
        execute: { sql in
          let stop = StopFlag()
          try settings.open(stop: stop).run(sql, until: .now + .seconds(20), stop: stop)
        },
        open: { try PostgreSQLDirectory(DirectoryParameters(name: "main", location: location, queries: $0)) }))
  }
}
