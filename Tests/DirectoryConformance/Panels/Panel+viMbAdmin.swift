import Accounts

extension Panel {
  private static func viMbAdminTables(_ dialect: SQLDialect) -> String {
    """
    CREATE TABLE domain (id \(dialect.counter), domain varchar(255), description varchar(255),
      max_aliases int NOT NULL DEFAULT 0, alias_count bigint NOT NULL DEFAULT 0, max_mailboxes int NOT NULL DEFAULT 0,
      mailbox_count bigint NOT NULL DEFAULT 0, max_quota bigint NOT NULL DEFAULT 0, quota bigint NOT NULL DEFAULT 0,
      transport varchar(255) NOT NULL DEFAULT 'virtual', backupmx \(dialect.truth) NOT NULL DEFAULT '0',
      active \(dialect.truth) NOT NULL DEFAULT '1', homedir varchar(255), maildir varchar(255), uid int, gid int,
      created \(dialect.moment), modified \(dialect.moment));
    CREATE TABLE mailbox (id \(dialect.counter), username varchar(255) NOT NULL, password varchar(255) NOT NULL,
      name varchar(255), alt_email varchar(255), quota bigint NOT NULL DEFAULT 0, local_part varchar(255) NOT NULL,
      active \(dialect.truth) NOT NULL DEFAULT '1', access_restriction varchar(100) NOT NULL DEFAULT 'ALL',
      homedir varchar(255), maildir varchar(255), uid bigint, gid bigint, homedir_size bigint, maildir_size bigint,
      size_at \(dialect.moment), delete_pending \(dialect.truth) DEFAULT '0', created \(dialect.moment),
      modified \(dialect.moment), Domain_id bigint);
    INSERT INTO domain (id, domain, active) VALUES (1, 'example.com', '1'), (2, 'closed.example', '0');

    """
  }

  private static let alice = Expected(
    username: "alice@example.com", hash: "$2y$a", ids: [2000, 2001], home: "/srv/vmail/example.com/alice",
    maildir: "/srv/vmail/example.com/alice/mail", quota: "1000000S", name: "Alice")

  /// Everything in the database, and rows with which something is wrong.
  static let viMbAdmin = Panel(
    label: "locations of Dovecot's, services", preset: "vimbadmin", parameters: PresetParameters(),
    sql: { dialect in
      let mail = "'maildir:/srv/vmail/example.com/alice/mail:LAYOUT=fs'"
      return viMbAdminTables(dialect) + """
        INSERT INTO mailbox
          (username, password, name, quota, local_part, active, access_restriction, homedir, maildir, uid, gid, delete_pending, Domain_id)
        VALUES
          ('alice@example.com', '$2y$a', 'Alice', 1000000, 'alice', '1', 'ALL', '/srv/vmail/example.com/alice', \(mail), 2000, 2001, '0', 1),
          ('off@example.com', 'x', '', 0, 'off', '0', 'ALL', '/h', 'maildir:~/Maildir', 2000, 2000, '0', 1),
          ('some@example.com', 'x', '', 0, 'some', '1', 'IMAP,SMTP', '/h', 'maildir:~/Maildir', 2000, 2000, NULL, 1),
          ('none@example.com', 'x', '', 0, 'none', '1', '', '/h', 'mdbox:~/mdbox', 2000, 2000, '0', 1),
          ('going@example.com', 'x', '', 0, 'going', '1', 'ALL', '/h', '', 2000, 2000, '1', 1),
          ('carol@closed.example', 'x', '', -5, 'carol', '1', 'ALL', '/h', '', 0, 0, '0', 2),
          ('lost@closed.example', 'x', '', 0, 'lost', '1', 'ALL', NULL, NULL, NULL, NULL, '0', 2);
        """
    }, account: alice,
    logins: [
      ("alice@example.com", "imap", .open), ("ALICE@example.com", "smtp", .open),
      ("off@example.com", "imap", .inactive),
      ("some@example.com", "imap", .open), ("some@example.com", "submission", .open),
      ("some@example.com", "pop3", .inactive),
      ("some@example.com", "", .inactive), ("some@example.com", "%", .inactive),
      ("none@example.com", "imap", .inactive),
      ("none@example.com", "", .inactive), ("going@example.com", "imap", .inactive),
      ("carol@closed.example", "imap", .inactive),
    ], listed: ["alice@example.com", "none@example.com", "some@example.com"],
    probes: [
      ("a homedir that", 1), ("a format that courier", 1), ("LAYOUT=fs", 1), ("uid or gid 0", 1),
      ("a negative quota", 1),
      ("no uid or gid", 1),
    ])

  /// Newer versions leave paths and owners to Dovecot: the parameters say them.
  static let viMbAdminWithStandIns = Panel(
    label: "columns that are NULL", preset: "vimbadmin",
    parameters: PresetParameters(mailRoot: "/srv/vmail", uid: 2000, gid: 2001),
    sql: { dialect in
      viMbAdminTables(dialect) + """
        INSERT INTO mailbox (username, password, name, quota, local_part, maildir, Domain_id) VALUES
          ('alice@example.com', '$2y$a', 'Alice', 1000000, 'alice', 'maildir:/srv/vmail/example.com/alice/mail', 1);
        """
    }, account: alice, logins: [("alice@example.com", "imap", .open)], listed: ["alice@example.com"])
}
