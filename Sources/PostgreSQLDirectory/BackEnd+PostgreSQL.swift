public import Accounts

extension BackEnd {
  /// PostgreSQL through libpq: `type = "postgresql"`, and `connection` any connection string libpq knows.
  public static let postgresql = BackEnd(
    type: "postgresql", aliases: ["authpgsql", "pgsql", "postgres"], dialect: .postgresql, locationKey: "connection",
    objection: { Conninfo.objection(to: $0) },
    holdsPassword: { location in
      // One that libpq cannot read is refused; until then it counts as holding what it seems to.
      (try? Conninfo(location))?.holdsPassword ?? location.lowercased().contains("password")
    },
    open: { try PostgreSQLDirectory($0) })
}
