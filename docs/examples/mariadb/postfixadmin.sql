-- The database "postfixadmin" as PostfixAdmin makes it in MariaDB, as far as Gatepost is concerned, with one domain and one user.
-- With PostfixAdmin installed, its setup page has made these tables already: then only the last lines are needed.

CREATE TABLE domain (
  domain          varchar(255) NOT NULL,
  description     varchar(255) NOT NULL DEFAULT '',
  aliases         int NOT NULL DEFAULT 0,
  mailboxes       int NOT NULL DEFAULT 0,
  maxquota        bigint NOT NULL DEFAULT 0,
  quota           bigint NOT NULL DEFAULT 0,
  transport       varchar(255) NOT NULL DEFAULT '',
  backupmx        tinyint(1) NOT NULL DEFAULT 0,
  created         datetime NOT NULL DEFAULT '2000-01-01 00:00:00',
  modified        datetime NOT NULL DEFAULT '2000-01-01 00:00:00',
  active          tinyint(1) NOT NULL DEFAULT 1,
  password_expiry int DEFAULT 0,
  PRIMARY KEY (domain)
) ENGINE = InnoDB CHARACTER SET latin1 COLLATE latin1_general_ci;

CREATE TABLE mailbox (
  username        varchar(255) NOT NULL,
  password        varchar(255) NOT NULL,
  name            varchar(255) CHARACTER SET utf8mb4 NOT NULL DEFAULT '',
  maildir         varchar(255) NOT NULL,
  quota           bigint NOT NULL DEFAULT 0,
  local_part      varchar(255) NOT NULL,
  domain          varchar(255) NOT NULL,
  created         datetime NOT NULL DEFAULT '2000-01-01 00:00:00',
  modified        datetime NOT NULL DEFAULT '2000-01-01 00:00:00',
  active          tinyint(1) NOT NULL DEFAULT 1,
  phone           varchar(30) NOT NULL DEFAULT '',
  email_other     varchar(255) NOT NULL DEFAULT '',
  token           varchar(255) NOT NULL DEFAULT '',
  token_validity  datetime NOT NULL DEFAULT '2000-01-01 00:00:00',
  password_expiry datetime NOT NULL DEFAULT '2000-01-01 00:00:00',
  smtp_active     tinyint(1) NOT NULL DEFAULT 1,
  totp_secret     varchar(255) DEFAULT NULL,
  PRIMARY KEY (username),
  KEY domain (domain)
) ENGINE = InnoDB CHARACTER SET latin1 COLLATE latin1_general_ci;

INSERT INTO domain (domain, description) VALUES ('example.com', 'the first domain');

-- The password is "secret", hashed by: openssl passwd -1 secret
INSERT INTO mailbox (username, password, name, maildir, local_part, domain)
VALUES ('testuser@example.com', '$1$testsalt$OJ.YJJoS0dMNJv3Q6WOHX/', 'Test User', 'example.com/testuser/', 'testuser', 'example.com');

-- Gatepost reads the accounts and stores the passwords that users change. It has no password: MariaDB asks the kernel who it is.
CREATE USER gatepost@localhost IDENTIFIED VIA unix_socket;
GRANT SELECT, UPDATE (password) ON mailbox TO gatepost@localhost;
