#if MariaDB
  public import Accounts

  extension BackEnd {
    /// MariaDB and MySQL through libmariadb: `type = "mariadb"`, and `connection` words such as `host=db1 dbname=mail user=gatepost`.
    public static let mariaDB = BackEnd(
      type: "mariadb", aliases: ["authmysql", "mysql"], dialect: .mariadb, locationKey: "connection",
      objection: { location in
        do throws(ConnectionText.Failure) {
          _ = try ConnectionParameters(location)
          return nil
        } catch {
          return error.message
        }
      },
      holdsPassword: { location in
        // One that cannot be read is refused; until then it counts as holding what it seems to.
        guard let parameters = try? ConnectionParameters(location) else {
          return location.lowercased().contains("password")
        }
        return parameters.password != nil
      },
      open: { try MariaDBDirectory($0) })
  }
#endif
