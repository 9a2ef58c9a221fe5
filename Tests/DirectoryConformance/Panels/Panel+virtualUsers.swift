import Accounts

extension Panel {
  private static func tutorialSQL(_ dialect: SQLDialect, quota: String) -> String {
    """
    CREATE TABLE virtual_domains (id \(dialect.counter), name varchar(50) NOT NULL);
    CREATE TABLE virtual_users (id \(dialect.counter), domain_id bigint, password varchar(150) NOT NULL,
      email varchar(100) UNIQUE\(quota.isEmpty ? "" : ", \(quota)"));
    CREATE TABLE virtual_aliases (id \(dialect.counter), domain_id bigint NOT NULL, source varchar(100) NOT NULL,
      destination varchar(100) NOT NULL);
    INSERT INTO virtual_domains (id, name) VALUES (1, 'example.com'), (2, 'example.org');
    INSERT INTO virtual_users (domain_id, password, email) VALUES
      (1, '{BLF-CRYPT}$2y$a', 'alice@example.com'), (2, '$6$b', 'bob@example.org');

    """
  }

  /// ISPmail: a column for the quota, and one row that lost its domain.
  static let ispMail = Panel(
    label: "with quota", preset: "virtual-users",
    sql: { dialect in
      tutorialSQL(dialect, quota: "quota bigint NOT NULL DEFAULT 0") + """
        UPDATE virtual_users SET quota = 5000000000 WHERE email = 'alice@example.com';
        INSERT INTO virtual_users (domain_id, password, email) VALUES (NULL, 'x', 'lost@example.com');
        """
    },
    account: Expected(
      username: "alice@example.com", hash: "{BLF-CRYPT}$2y$a", ids: [5000, 5001], home: "/var/vmail/example.com/alice",
      maildir: "Maildir", quota: "5000000000S", name: nil),
    logins: [("bob@example.org", "smtp", .open), ("lost@example.com", "imap", .unknown), ("alice", "imap", .unknown)],
    listed: ["alice@example.com", "bob@example.org"], probes: [("not in virtual_domains", 1)])

  /// Linode: no quota, and the mail in the home itself.
  static let linode = Panel(
    label: "without quota", preset: "virtual-users",
    parameters: {
      var parameters = PresetParameters(mailRoot: "/var/mail/vhosts", uid: 5000, gid: 5001)
      parameters.maildir = "."
      return parameters
    }(), sql: { tutorialSQL($0, quota: "") },
    account: Expected(
      username: "bob@example.org", hash: "$6$b", ids: [5000, 5001], home: "/var/mail/vhosts/example.org/bob",
      maildir: ".",
      quota: nil, name: nil),
    logins: [("alice@example.com", "imap", .open)], listed: ["alice@example.com", "bob@example.org"])
}
