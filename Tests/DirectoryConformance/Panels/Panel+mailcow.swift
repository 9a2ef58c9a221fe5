import Accounts

extension Panel {
  private static func mailcowSQL(source: Bool) -> String {
    """
    CREATE TABLE domain (domain varchar(255) NOT NULL PRIMARY KEY, description varchar(255), aliases int NOT NULL DEFAULT 0,
      mailboxes int NOT NULL DEFAULT 0, maxquota bigint NOT NULL DEFAULT 102400, quota bigint NOT NULL DEFAULT 102400,
      backupmx tinyint(1) NOT NULL DEFAULT 0, active tinyint(1) NOT NULL DEFAULT 1);
    CREATE TABLE mailbox (username varchar(255) NOT NULL PRIMARY KEY, password varchar(255) NOT NULL, name varchar(255),
      description varchar(255), mailbox_path_prefix varchar(150) DEFAULT '/var/vmail/', quota bigint NOT NULL DEFAULT 102400,
      local_part varchar(255) NOT NULL, domain varchar(255) NOT NULL, attributes json,
      kind varchar(100) NOT NULL DEFAULT '', multiple_bookings int NOT NULL DEFAULT -1,
      \(source ? "authsource enum('mailcow', 'keycloak', 'generic-oidc', 'ldap') DEFAULT 'mailcow', " : "")
      active tinyint(1) NOT NULL DEFAULT 1, KEY (domain));
    CREATE TABLE app_passwd (id int NOT NULL AUTO_INCREMENT PRIMARY KEY, name varchar(255) NOT NULL,
      mailbox varchar(255) NOT NULL, domain varchar(255) NOT NULL, password varchar(255) NOT NULL,
      imap_access tinyint(1) NOT NULL DEFAULT 1, smtp_access tinyint(1) NOT NULL DEFAULT 1,
      dav_access tinyint(1) NOT NULL DEFAULT 1, eas_access tinyint(1) NOT NULL DEFAULT 1,
      pop3_access tinyint(1) NOT NULL DEFAULT 1, sieve_access tinyint(1) NOT NULL DEFAULT 1,
      active tinyint(1) NOT NULL DEFAULT 1);
    INSERT INTO app_passwd (name, mailbox, domain, password, imap_access, smtp_access, pop3_access, sieve_access, active) VALUES
      ('phone', 'alice@example.com', 'example.com', '{BLF-CRYPT}$2y$p', 1, 1, 0, 0, 1),
      ('gone', 'alice@example.com', 'example.com', '{BLF-CRYPT}$2y$g', 1, 1, 1, 1, 0),
      ('calendar', 'alice@example.com', 'example.com', '{BLF-CRYPT}$2y$c', 0, 0, 0, 0, 1);
    INSERT INTO domain (domain, active) VALUES ('example.com', 1), ('closed.example', 0);
    INSERT INTO mailbox (username, password, name, quota, local_part, domain, attributes, kind, active) VALUES
      ('alice@example.com', '{BLF-CRYPT}$2y$a', 'Alice', 3221225472, 'alice', 'example.com',
        '{"imap_access":"1","smtp_access":"1","force_pw_update":"0","mailbox_format":"maildir:"}', '', 1),
      ('plain@example.com', 'x', NULL, 0, 'plain', 'example.com', NULL, '', 1),
      ('off@example.com', 'x', '', 0, 'off', 'example.com', '{}', '', 0),
      ('silent@example.com', 'x', '', 0, 'silent', 'example.com', '{}', '', 2),
      ('some@example.com', 'x', '', 0, 'some', 'example.com', '{"imap_access":"1","pop3_access":"0","smtp_access":0}', '', 1),
      ('forced@example.com', 'x', '', 0, 'forced', 'example.com', '{"force_pw_update":"1","mailbox_format":"mdbox:"}', '', 1),
      ('room@example.com', 'x', '', 0, 'room', 'example.com', '{}', 'location', 1),
      ('carol@closed.example', 'x', '', 0, 'carol', 'closed.example', '{}', '', 1);
    """
  }

  private static let mailcowAlice = Expected(
    username: "alice@example.com", hash: "{BLF-CRYPT}$2y$a", ids: [5000, 5000], home: "/var/vmail/example.com/alice",
    maildir: "Maildir", quota: "3221225472S", name: "Alice")

  private static let mailcowLogins: [(user: String, service: String, login: Login)] = [
    ("Alice@example.com", "imap", .open), ("plain@example.com", "pop3", .open), ("off@example.com", "imap", .inactive),
    ("silent@example.com", "imap", .inactive), ("some@example.com", "imap", .open),
    ("some@example.com", "pop3", .inactive),
    ("some@example.com", "smtp", .inactive), ("some@example.com", "sieve", .open),
    ("forced@example.com", "imap", .inactive),
    ("room@example.com", "imap", .inactive), ("carol@closed.example", "imap", .inactive),
  ]

  private static let mailcowListed = [
    "alice@example.com", "forced@example.com", "plain@example.com", "silent@example.com", "some@example.com",
  ]

  /// With `authsource`: passwords of others are not looked at.
  static let mailcow = Panel(
    label: "attributes, sources of passwords", preset: "mailcow",
    parameters: PresetParameters(uid: 5000, gid: 5000, appPasswords: true),
    sql: { _ in
      mailcowSQL(source: true) + """

        INSERT INTO mailbox (username, password, local_part, domain, attributes, authsource)
        VALUES ('ldap@example.com', '{BLF-CRYPT}$2y$l', 'ldap', 'example.com', '{}', 'ldap');
        """
    }, account: mailcowAlice, logins: mailcowLogins + [("ldap@example.com", "imap", .withoutPassword)],
    listed: (mailcowListed + ["ldap@example.com"]).sorted(),
    appPasswords: [
      ("Alice@example.com", [("phone", ["imap", "smtp"]), ("calendar", [])]), ("plain@example.com", []),
    ],
    probes: [("a mailbox_format", 1)])

  /// Without.
  static let oldMailcow = Panel(
    label: "before there were sources", preset: "mailcow", parameters: PresetParameters(uid: 5000, gid: 5000),
    sql: { _ in mailcowSQL(source: false) }, account: mailcowAlice, logins: mailcowLogins, listed: mailcowListed,
    probes: [("a mailbox_format", 1), ("an app password", 2)])
}
