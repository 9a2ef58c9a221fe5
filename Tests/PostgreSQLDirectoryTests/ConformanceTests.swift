import Accounts
import DirectoryConformance
import PostgreSQLDirectory
import TestSupport
import Testing

@Suite(.server) struct ConformanceTests {
  @Test(arguments: DirectoryConformance.cases) func conforms(_ it: ConformanceCase) throws {
    let server = try ServerScope.server()
    let database = try ServerScope.makeDatabase()
    let location = server.conninfo(database: database)
    try it.run(
      DirectoryFixture(
        dialect: .postgresql,
        execute: { try server.sql($0, database: database) },
        open: { try PostgreSQLDirectory(DirectoryParameters(name: "main", location: location, queries: $0)) }))
  }
}
