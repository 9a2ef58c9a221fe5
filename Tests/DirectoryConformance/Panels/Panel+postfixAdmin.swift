import Accounts

extension Panel {
  /// The tables of PostfixAdmin 4.0, as far as accounts and domains go.
  private static func tables(_ dialect: SQLDialect, prefix: String = "") -> String {
    """
    CREATE TABLE \(prefix)domain (domain varchar(255) NOT NULL PRIMARY KEY, description varchar(255) NOT NULL DEFAULT '',
      aliases int NOT NULL DEFAULT 0, mailboxes int NOT NULL DEFAULT 0, maxquota bigint NOT NULL DEFAULT 0,
      quota bigint NOT NULL DEFAULT 0, transport varchar(255) NOT NULL DEFAULT 'virtual',
      backupmx \(dialect.truth) NOT NULL DEFAULT '0', password_expiry int DEFAULT 0,
      active \(dialect.truth) NOT NULL DEFAULT '1');
    CREATE TABLE \(prefix)alias_domain (alias_domain varchar(255) NOT NULL PRIMARY KEY, target_domain varchar(255) NOT NULL,
      active \(dialect.truth) NOT NULL DEFAULT '1');
    CREATE TABLE \(prefix)mailbox (username varchar(255) NOT NULL PRIMARY KEY, password varchar(255) NOT NULL,
      name varchar(255) NOT NULL DEFAULT '', maildir varchar(255) NOT NULL, quota bigint NOT NULL DEFAULT 0,
      local_part varchar(255) NOT NULL, domain varchar(255) NOT NULL, phone varchar(30) NOT NULL DEFAULT '',
      email_other varchar(255) NOT NULL DEFAULT '', token varchar(255) NOT NULL DEFAULT '', totp_secret varchar(255),
      password_expiry \(dialect.moment) DEFAULT '2000-01-01 00:00:00', active \(dialect.truth) NOT NULL DEFAULT '1',
      smtp_active \(dialect.truth) NOT NULL DEFAULT '1');
    CREATE TABLE \(prefix)mailbox_app_password (id \(dialect.counter), username varchar(255), description varchar(255),
      password_hash varchar(255));

    """
  }

  /// alice, and one mailbox for each way not to get in.
  private static func rows(_ prefix: String = "") -> String {
    """
    INSERT INTO \(prefix)domain (domain, password_expiry, active) VALUES
      ('ALL', 0, '1'), ('example.com', 0, '1'), ('example.org', 90, '1'), ('closed.example', 0, '0'), ('alias.example', 0, '1');
    INSERT INTO \(prefix)alias_domain (alias_domain, target_domain, active) VALUES
      ('alias.example', 'example.com', '1'), ('old.example', 'example.com', '0');
    INSERT INTO \(prefix)mailbox
      (username, password, name, maildir, quota, local_part, domain, password_expiry, active, smtp_active) VALUES
      ('alice@example.com', '{SHA512-CRYPT}$6$a', 'Alice', 'example.com/alice/', 10240000, 'alice', 'example.com',
        '2000-01-01 00:00:00', '1', '1'),
      ('off@example.com', 'x', '', 'example.com/off/', 0, 'off', 'example.com', '2000-01-01 00:00:00', '0', '1'),
      ('quiet@example.com', 'x', '', 'example.com/quiet/', 0, 'quiet', 'example.com', '2000-01-01 00:00:00', '1', '0'),
      ('late@example.org', 'x', '', 'example.org/late/', 0, 'late', 'example.org', '2001-01-01 00:00:00', '1', '1'),
      ('fresh@example.org', 'x', '', 'example.org/fresh/', 0, 'fresh', 'example.org', '2999-01-01 00:00:00', '1', '1'),
      ('carol@closed.example', 'x', '', 'closed.example/carol/', 0, 'carol', 'closed.example', '2000-01-01 00:00:00', '1', '1'),
      ('both@example.com', 'x', 'target', 'example.com/both/', 0, 'both', 'example.com', '2000-01-01 00:00:00', '1', '1'),
      ('both@alias.example', 'x', 'own', 'alias.example/both/', 0, 'both', 'alias.example', '2000-01-01 00:00:00', '1', '1');
    INSERT INTO \(prefix)mailbox_app_password (username, description, password_hash) VALUES
      ('alice@example.com', 'phone', '$6$p'), ('off@example.com', 'other', '$6$o');

    """
  }

  private static let everything = ["imap", "pop3", "smtp", "sieve"]

  private static let alice = Expected(
    username: "alice@example.com", hash: "{SHA512-CRYPT}$6$a", ids: [5000, 5001], home: "/var/vmail/",
    maildir: "example.com/alice/", quota: "10240000S", name: "Alice")

  private static let everybody = [
    "alice@example.com", "both@alias.example", "both@example.com", "carol@closed.example", "fresh@example.org",
    "late@example.org", "quiet@example.com",
  ]

  /// Without parameters `active` alone decides.
  static let postfixAdmin = Panel(
    label: "4.0, nothing asked for", preset: "postfixadmin", sql: { tables($0) + rows() }, account: alice,
    logins: [
      ("alice@example.com", "smtp", .open), ("off@example.com", "imap", .inactive),
      ("quiet@example.com", "smtp", .open),
      ("late@example.org", "imap", .open), ("carol@closed.example", "imap", .open),
      ("alice@alias.example", "imap", .unknown),
      ("alice", "imap", .unknown),
    ], listed: everybody,
    probes: [
      ("smtp_active off", 1), ("passwords that expire", 1), ("active off", 1), ("nobody logs in by an address", 1),
      ("an app password", 2),
    ])

  /// With all of them.
  static let postfixAdminWithAll = Panel(
    label: "4.0, all asked for, tables with a prefix", preset: "postfixadmin", parameters: all(table: "pfa_mailbox"),
    sql: { tables($0, prefix: "pfa_") + rows("pfa_") }, account: alice,
    logins: [
      ("alice@example.com", "smtp", .open), ("off@example.com", "imap", .inactive),
      ("quiet@example.com", "smtp", .inactive), ("quiet@example.com", "submission", .inactive),
      ("quiet@example.com", "imap", .open), ("late@example.org", "imap", .inactive),
      ("fresh@example.org", "imap", .open),
      ("carol@closed.example", "imap", .inactive), ("alice@alias.example", "imap", .open),
      ("off@alias.example", "imap", .inactive), ("alice@old.example", "imap", .unknown),
      ("both@alias.example", "imap", .open), ("alice", "imap", .unknown), ("nobody@alias.example", "imap", .unknown),
    ], listed: everybody.filter { $0 != "carol@closed.example" },
    appPasswords: [
      ("alice@example.com", [("phone", everything)]), ("alice@alias.example", [("phone", everything)]),
      ("alice@old.example", []), ("both@example.com", []),
    ])

  /// The part before the `@`, and alias domains.
  static let postfixAdminByLocalPart = Panel(
    label: "4.0, by local part", preset: "postfixadmin", parameters: all(login: .localPart),
    sql: { tables($0) + rows() + "DELETE FROM mailbox WHERE domain = 'alias.example'" },
    account: Expected(
      username: "alice", hash: "{SHA512-CRYPT}$6$a", ids: [5000, 5001], home: "/var/vmail/",
      maildir: "example.com/alice/",
      quota: "10240000S", name: "Alice"),
    logins: [
      ("alice@example.com", "imap", .open), ("alice@alias.example", "imap", .open),
      ("alice@old.example", "imap", .unknown),
      ("carol@closed.example", "imap", .inactive), ("late", "imap", .inactive),
    ], listed: ["alice", "both", "fresh", "late", "quiet"],
    appPasswords: [("alice@alias.example", [("phone", everything)]), ("alice", [("phone", everything)])])

  /// PostfixAdmin 2.3: fewer columns, `active` of PostgreSQL's a boolean, and only the one table, as guides have it.
  static let oldPostfixAdmin = Panel(
    label: "2.3, the table alone", preset: "postfixadmin",
    sql: { dialect in
      """
      CREATE TABLE mailbox (username varchar(255) NOT NULL PRIMARY KEY, password varchar(255) NOT NULL DEFAULT '',
        name varchar(255) NOT NULL DEFAULT '', maildir varchar(255) NOT NULL DEFAULT '', quota bigint NOT NULL DEFAULT 0,
        created \(dialect.moment), modified \(dialect.moment), active \(dialect.truth) NOT NULL DEFAULT '1',
        domain varchar(255), local_part varchar(255) NOT NULL);
      INSERT INTO mailbox (username, password, name, maildir, quota, domain, local_part, active) VALUES
        ('alice@example.com', '$1$a', 'Alice', 'example.com/alice/', -1, 'example.com', 'alice', '1'),
        ('bare', 'x', '', '', 0, 'example.com', 'bare', '1'),
        ('off@example.com', 'x', '', 'maildir:/x', 0, 'example.com', 'off', '0');
      """
    },
    account: Expected(
      username: "alice@example.com", hash: "$1$a", ids: [5000, 5001], home: "/var/vmail/",
      maildir: "example.com/alice/",
      quota: nil, name: "Alice"),
    logins: [("alice@example.com", "smtp", .open), ("off@example.com", "imap", .inactive)],
    listed: ["alice@example.com", "bare"],
    probes: [("without a domain", 1), ("an empty maildir", 1), ("a colon in maildir", 1)])

  private static func all(login: LoginStyle = .address, table: String? = nil) -> PresetParameters {
    var parameters = PresetParameters(uid: 5000, gid: 5001, login: login, smtpActive: true, table: table)
    parameters.domainActive = true
    parameters.passwordExpiry = true
    parameters.aliasDomains = true
    parameters.appPasswords = true
    return parameters
  }
}
