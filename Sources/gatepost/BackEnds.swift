internal import Accounts
internal import PostgreSQLDirectory
internal import SQLiteDirectory

#if MariaDB
  internal import MariaDBDirectory

  private let mariaDB = BackEnd.mariaDB
#else
  private let mariaDB = BackEnd(
    type: "mariadb", aliases: ["authmysql", "mysql"], dialect: .mariadb, locationKey: "connection",
    objection: { _ in nil }, holdsPassword: { $0.lowercased().contains("password") }, absence: absenceOfMariaDB,
    open: { _ in throw Absent() })

  private let absenceOfMariaDB =
    "this gatepost was built without MariaDB; build one that has it with `make release MARIADB=yes`, which needs libmariadb-dev"

  /// Not reached: the configuration is refused.
  private struct Absent: Error, CustomStringConvertible {
    var description: String { absenceOfMariaDB }
  }
#endif

/// Every kind of database there is. One name here and one module are all that another one takes.
let backEnds: [BackEnd] = [.sqlite, .postgresql, mariaDB]
