/// A `gatepost.toml` for the table of `accounts.sql`, which holds neither home nor uid.
struct AccountsConfiguration {
  var database: AccountsDatabase
  var home: String
  var uid: UInt32
  var gid: UInt32
  /// A second socket, through which only logins may be asked, as in Postfix's chroot.
  var loginSocket: String?
  /// A table of the whole configuration, such as `[[peer]]`.
  var more = ""

  func text(socketPath: String) -> String {
    let ids = "\(uid) AS uid, \(gid) AS gid, '\(home)' AS home"
    return """
      [[listen]]
      socket = "\(socketPath)"
      mode = "0666"
      \(loginSocket.map { "[[listen]]\nsocket = \"\($0)\"\nmode = \"0666\"\nallow = [\"login\"]" } ?? "")

      [[directory]]
      name = "accounts"
      \(database.directoryLines)
      [directory.queries]
      account = \"\"\"
        SELECT username, password, clear AS clear_password, \(ids), name, maildir, options,
          \(database.kind.quota("quota")) AS quota
        FROM mailbox WHERE username = :username AND active = 1\"\"\"
      enumerate = \"\"\"
        SELECT username, \(ids), maildir, options FROM mailbox WHERE active = 1\"\"\"
      set-password = \"\"\"
        UPDATE mailbox SET password = :new_hash,
          clear = CASE WHEN clear IS NULL THEN NULL ELSE :new_password END
        WHERE username = :username\"\"\"

      \(more)

      """
  }
}
