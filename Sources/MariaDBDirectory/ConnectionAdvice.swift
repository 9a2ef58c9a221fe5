#if MariaDB
  internal import DatabaseServers

  /// What an administrator can do about the common troubles.
  enum ConnectionAdvice {
    /// By the server's number, or else by what libmariadb says in English; nil when there is nothing to add.
    static func advice(for fault: DatabaseFault) -> String? {
      if let error = ServerError(behind: fault) { return byNumber[error.number] }
      return byWords.first { fault.message.contains($0.words) }?.advice
    }

    /// The fault, and what to do about it.
    static func text(_ fault: DatabaseFault) -> String {
      advice(for: fault).map { "\(fault): \($0)" } ?? "\(fault)"
    }

    private static let grant = "GRANT this user what the query needs, such as SELECT on its tables"

    private static let byNumber: [UInt32: String] = [
      1040: "raise max_connections",
      1044: "GRANT this user something in the database, or correct dbname in the connection",
      1045:
        "correct user and the password in password-file or the connection; users are told apart by the host they come from too: "
        + "SELECT user, host, plugin FROM mysql.user",
      1046: "name the database with dbname in the connection, or with the tables in the query",
      1049: "correct dbname in the connection, or create the database",
      1129: "mariadb-admin flush-hosts lets this host connect again",
      1130: "CREATE USER … for the host that this machine has there",
      1142: grant, 1143: grant, 1370: grant,
      1146: "correct the table's name, or dbname in the connection",
      1267:
        "a name may have characters that the column's character set has not: ALTER TABLE … CONVERT TO CHARACTER SET utf8mb4",
      1203: "raise max_user_connections, or the user's MAX_USER_CONNECTIONS",
      1226: "raise the user's limit, such as MAX_USER_CONNECTIONS",
      1698: "with the plugin unix_socket the system user and the database's must have the same name",
    ]

    private static let byWords: [(words: String, advice: String)] = [
      ("Can't connect to local", "is the server running, and socket (or a host that begins with /) its socket's path?"),
      ("Can't connect to", "is the server running, and does it listen on this address and port?"),
      ("Unknown server host", "correct host in the connection, or the name service"),
      ("offers no TLS", "give the server a certificate (ssl_cert, ssl_key), or leave the ssl- keywords away"),
      ("SSL", "look at ssl-ca and the server's certificate; ssl-verify=off trusts any"),
      ("certificate", "look at ssl-ca and the server's certificate; ssl-verify=off trusts any"),
      ("plugin", "the library's plugin for this user's kind of login is missing, or not allowed"),
    ]
  }
#endif
