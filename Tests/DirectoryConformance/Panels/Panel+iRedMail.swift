import Accounts

extension Panel {
  private static func iRedMailSQL(_ dialect: SQLDialect) -> String {
    let small = dialect == .postgresql ? "int2" : "tinyint(1)"
    let services = [
      "smtp", "smtpsecured", "pop3", "pop3secured", "pop3tls", "imap", "imapsecured", "imaptls", "deliver", "lda",
      "managesieve",
      "managesievesecured", "sieve", "sievesecured", "sievetls", "internal", "doveadm", "lmtp", "dsync", "sogo",
    ].map { "enable\($0) \(small) NOT NULL DEFAULT 1" }.joined(separator: ", ")
    return """
      CREATE TABLE domain (domain varchar(255) NOT NULL PRIMARY KEY, description text, aliases bigint NOT NULL DEFAULT 0,
        mailboxes bigint NOT NULL DEFAULT 0, maxquota bigint NOT NULL DEFAULT 0, transport varchar(255) NOT NULL DEFAULT 'dovecot',
        backupmx \(small) NOT NULL DEFAULT 0, expired \(dialect.moment) NOT NULL DEFAULT '9999-12-31 01:01:01',
        active \(small) NOT NULL DEFAULT 1);
      CREATE TABLE mailbox (username varchar(255) NOT NULL PRIMARY KEY, password varchar(255) NOT NULL DEFAULT '',
        name varchar(255) NOT NULL DEFAULT '', language varchar(5) NOT NULL DEFAULT '',
        mailboxformat varchar(50) NOT NULL DEFAULT 'maildir', mailboxfolder varchar(50) NOT NULL DEFAULT 'Maildir',
        storagebasedirectory varchar(255) NOT NULL DEFAULT '/var/vmail', storagenode varchar(255) NOT NULL DEFAULT 'vmail1',
        maildir varchar(255) NOT NULL DEFAULT '', quota bigint NOT NULL DEFAULT 0, domain varchar(255) NOT NULL DEFAULT '',
        isadmin \(small) NOT NULL DEFAULT 0, \(services), allow_nets text DEFAULT NULL,
        passwordlastchange \(dialect.moment) NOT NULL DEFAULT '2001-01-01 00:00:00',
        expired \(dialect.moment) NOT NULL DEFAULT '9999-12-31 01:01:01', active \(small) NOT NULL DEFAULT 1);
      INSERT INTO domain (domain, backupmx, active) VALUES ('example.com', 0, 1), ('backup.example', 1, 1), ('closed.example', 0, 0);
      INSERT INTO mailbox (username, password, name, maildir, quota, domain) VALUES
        ('alice@example.com', '{SSHA512}a', 'Alice', 'example.com/A/l/alice-2020/', 4096, 'example.com'),
        ('off@example.com', 'x', '', 'm/', 0, 'example.com'), ('late@example.com', 'x', '', 'm/', 0, 'example.com'),
        ('some@example.com', 'x', '', 'm/', 0, 'example.com'), ('bound@example.com', 'x', '', 'm/', 0, 'example.com'),
        ('bob@backup.example', 'x', '', 'm/', 0, 'backup.example'), ('carol@closed.example', 'x', '', 'm/', 0, 'closed.example');
      INSERT INTO mailbox (username, password, maildir, domain) VALUES ('lost@gone.example', 'x', 'm/', 'gone.example');
      UPDATE mailbox SET active = 0 WHERE username = 'off@example.com';
      UPDATE mailbox SET expired = '2001-01-01 00:00:00' WHERE username = 'late@example.com';
      UPDATE mailbox SET enablepop3secured = 0, enablesmtpsecured = 0, mailboxformat = 'mdbox' WHERE username = 'some@example.com';
      UPDATE mailbox SET allow_nets = '192.0.2.0/24' WHERE username = 'bound@example.com';
      """
  }

  private static let iRedMailAlice = Expected(
    username: "alice@example.com", hash: "{SSHA512}a", ids: [2000, 2000],
    home: "/var/vmail/vmail1/example.com/a/l/alice-2020/",
    maildir: "Maildir", quota: "4294967296S", name: "Alice")

  private static let iRedMailListed = [
    "alice@example.com", "bound@example.com", "late@example.com", "some@example.com",
  ]

  /// As it is: whoever is bound to networks is refused.
  static let iRedMail = Panel(
    label: "services, expiry, backup domains, networks", preset: "iredmail",
    parameters: PresetParameters(uid: 2000, gid: 2000),
    sql: iRedMailSQL, account: iRedMailAlice,
    logins: [
      ("Alice@Example.com", "imap", .open), ("off@example.com", "imap", .inactive),
      ("late@example.com", "imap", .inactive),
      ("some@example.com", "imap", .open), ("some@example.com", "pop3", .inactive),
      ("some@example.com", "esmtp", .inactive),
      ("some@example.com", "managesieve", .open), ("some@example.com", "webmail", .open),
      ("bound@example.com", "imap", .inactive), ("bob@backup.example", "imap", .inactive),
      ("carol@closed.example", "imap", .inactive), ("lost@gone.example", "imap", .unknown),
    ], listed: iRedMailListed, probes: [("a mailboxformat", 1), ("they are refused", 1), ("not in domain", 1)])

  /// `ignore-allow-nets`.
  static let iRedMailEverywhere = Panel(
    label: "networks that decide nothing", preset: "iredmail",
    parameters: {
      var parameters = PresetParameters(uid: 2000, gid: 2000)
      parameters.ignoreAllowNets = true
      return parameters
    }(), sql: iRedMailSQL, account: iRedMailAlice,
    logins: [("bound@example.com", "imap", .open), ("off@example.com", "imap", .inactive)], listed: iRedMailListed,
    probes: [("a mailboxformat", 1), ("decides nothing", 1), ("not in domain", 1)])
}
