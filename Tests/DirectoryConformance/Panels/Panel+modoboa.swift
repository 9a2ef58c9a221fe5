import Accounts

extension Panel {
  /// Modoboa's, as Django makes them.
  static let modoboa = Panel(
    label: "users, mailboxes and domains", preset: "modoboa",
    parameters: PresetParameters(mailRoot: "/srv/vmail/", uid: 5000, gid: 5001),
    sql: { dialect in
      """
      CREATE TABLE core_user (id \(dialect.counter), password varchar(128) NOT NULL, last_login \(dialect.moment),
        is_superuser \(dialect.truth) NOT NULL DEFAULT '0', username varchar(254) NOT NULL UNIQUE,
        first_name varchar(30) NOT NULL DEFAULT '', last_name varchar(30) NOT NULL DEFAULT '', email varchar(254) NOT NULL,
        is_staff \(dialect.truth) NOT NULL DEFAULT '0', is_active \(dialect.truth) NOT NULL,
        is_local \(dialect.truth) NOT NULL DEFAULT '1', master_user \(dialect.truth) NOT NULL DEFAULT '0',
        secondary_email varchar(254), phone_number varchar(128), language varchar(10) NOT NULL DEFAULT 'en');
      CREATE TABLE admin_domain (id \(dialect.counter), name varchar(100) NOT NULL UNIQUE, quota int NOT NULL DEFAULT 0,
        enabled \(dialect.truth) NOT NULL, type varchar(20) NOT NULL DEFAULT 'domain');
      CREATE TABLE admin_mailbox (id \(dialect.counter), address varchar(252) NOT NULL, quota int NOT NULL DEFAULT 0,
        use_domain_quota \(dialect.truth) NOT NULL DEFAULT '0', domain_id bigint NOT NULL, user_id bigint NOT NULL,
        is_send_only \(dialect.truth) NOT NULL DEFAULT '0', message_limit int);
      INSERT INTO core_user (id, password, username, first_name, last_name, email, is_active) VALUES
        (1, '{SHA512-CRYPT}$6$a', 'alice@example.com', 'Alice', 'Able', 'alice@example.com', '1'),
        (2, '{CRYPT}x', 'off@example.com', '', '', 'off@example.com', '0'),
        (3, '{CRYPT}x', 'robot@example.com', '', '', 'robot@example.com', '1'),
        (4, '{CRYPT}x', 'carol@closed.example', '', '', 'carol@closed.example', '1'),
        (5, '{CRYPT}x', 'admin', 'The', 'Admin', 'admin@example.com', '1');
      INSERT INTO admin_domain (id, name, enabled) VALUES (1, 'example.com', '1'), (2, 'closed.example', '0');
      INSERT INTO admin_mailbox (address, quota, domain_id, user_id, is_send_only) VALUES
        ('alice', 4096, 1, 1, '0'), ('off', 0, 1, 2, '0'), ('robot', 0, 1, 3, '1'), ('carol', 0, 2, 4, '0');
      """
    },
    account: Expected(
      username: "alice@example.com", hash: "{SHA512-CRYPT}$6$a", ids: [5000, 5001],
      home: "/srv/vmail/example.com/alice",
      maildir: ".maildir", quota: "4294967296S", name: "Alice Able"),
    logins: [
      ("alice@example.com", "imap", .open), ("Alice@Example.com", "imap", .open),
      ("off@example.com", "smtp", .inactive),
      ("robot@example.com", "imap", .inactive), ("robot@example.com", "pop3", .inactive),
      ("robot@example.com", "smtp", .open),
      ("carol@closed.example", "imap", .inactive), ("admin@example.com", "imap", .unknown), ("admin", "imap", .unknown),
    ], listed: ["alice@example.com", "robot@example.com"])
}
