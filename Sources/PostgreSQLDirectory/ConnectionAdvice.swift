internal import DatabaseServers

/// What an administrator can do about the common troubles.
enum ConnectionAdvice {
  /// By code, or else by what libpq says in English; nil when there is nothing to add.
  static func advice(for fault: DatabaseFault) -> String? {
    if let code = fault.code { return byCode[code] }
    return byWords.first { fault.message.contains($0.words) }?.advice
  }

  private static let byCode = [
    "28000":
      "pg_hba.conf does not let this role in this way; with \"peer\" the system user and the role must have the same name, "
      + "or a line in pg_ident.conf",
    "28P01": "correct the password in password-file or the connection, or set it with ALTER ROLE … PASSWORD",
    "3D000": "correct dbname in the connection, or create the database",
    "42501": "GRANT the role what the query needs, such as SELECT on its tables",
    "42P01": "correct the table's name, or set search_path for the role",
    "42P18": "write a cast behind the placeholder, such as :service::text",
    "53300": "raise max_connections, or the role's CONNECTION LIMIT",
    "57P03": "wait: the server is starting up or going down",
  ]

  private static let byWords: [(words: String, advice: String)] = [
    ("No such file or directory", "is the server running, and host its socket's folder?"),
    ("Connection refused", "is the server running, and does it listen on this address and port?"),
    ("could not translate host name", "correct host in the connection, or the name service"),
    ("Permission denied", "this process may not enter the socket's folder"),
    ("no password supplied", "the server wants a password: name a password-file, or use libpq's passfile"),
    ("certificate", "look at sslmode, sslrootcert and the server's certificate"),
  ]
}
