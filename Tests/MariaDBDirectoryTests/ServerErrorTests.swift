#if MariaDB
  import DatabaseServers
  import Testing

  @testable import MariaDBDirectory

  /// What an error of the server means.
  @Suite struct ServerErrorTests {
    /// A server that is not well is left for another one, and is no mistake of the configuration; a query that does not fit would not fit
    /// elsewhere.
    @Test(arguments: [
      (1047, "08S01", ServerError.Phase.running, DatabaseFault.Kind.connection),
      (1047, "08S01", .preparing, .connection),
      (1158, "08S01", .running, .connection), (1461, "42000", .preparing, .connection),
      (1461, "42000", .running, .query), (1041, "HY000", .preparing, .connection), (1041, "HY000", .running, .query),
      (1146, "42S02", .preparing, .query), (1064, "42000", .preparing, .query), (1213, "40001", .running, .query),
    ])
    func whoseFaultItIs(_ number: UInt32, _ state: String, _ phase: ServerError.Phase, _ kind: DatabaseFault.Kind) {
      #expect(ServerError(number: number, state: state).fault("words", phase).kind == kind)
    }
  }
#endif
