-- The database "postfix" as PostfixAdmin makes it, as far as Gatepost is concerned, with one domain and one user.
-- With PostfixAdmin installed, its setup page has made these tables already: then only the last lines are needed.

CREATE TABLE domain (
  domain          varchar(255) NOT NULL PRIMARY KEY,
  description     varchar(255) NOT NULL DEFAULT '',
  aliases         integer NOT NULL DEFAULT 0,
  mailboxes       integer NOT NULL DEFAULT 0,
  maxquota        bigint NOT NULL DEFAULT 0,
  quota           bigint NOT NULL DEFAULT 0,
  transport       varchar(255),
  backupmx        boolean NOT NULL DEFAULT false,
  created         timestamp with time zone DEFAULT now(),
  modified        timestamp with time zone DEFAULT now(),
  active          boolean NOT NULL DEFAULT true,
  password_expiry integer DEFAULT 0
);

CREATE TABLE mailbox (
  username        varchar(255) NOT NULL PRIMARY KEY,
  password        varchar(255) NOT NULL DEFAULT '',
  name            varchar(255) NOT NULL DEFAULT '',
  maildir         varchar(255) NOT NULL DEFAULT '',
  quota           bigint NOT NULL DEFAULT 0,
  local_part      varchar(255) NOT NULL,
  domain          varchar(255) NOT NULL REFERENCES domain (domain),
  created         timestamp with time zone DEFAULT now(),
  modified        timestamp with time zone DEFAULT now(),
  active          boolean NOT NULL DEFAULT true,
  phone           varchar(30) NOT NULL DEFAULT '',
  email_other     varchar(255) NOT NULL DEFAULT '',
  token           varchar(255) NOT NULL DEFAULT '',
  token_validity  timestamp with time zone DEFAULT '2000-01-01',
  password_expiry timestamp with time zone DEFAULT '2000-01-01',
  smtp_active     boolean NOT NULL DEFAULT true,
  totp_secret     varchar(255)
);

INSERT INTO domain (domain, description) VALUES ('example.com', 'the first domain');

-- The password is "secret", hashed by: openssl passwd -1 secret
INSERT INTO mailbox (username, password, name, maildir, local_part, domain, active)
VALUES ('testuser@example.com', '$1$testsalt$OJ.YJJoS0dMNJv3Q6WOHX/', 'Test User', 'example.com/testuser/', 'testuser', 'example.com', '1');

-- Gatepost reads the accounts and stores the passwords that users change.
CREATE ROLE gatepost LOGIN;
GRANT SELECT ON mailbox TO gatepost;
GRANT UPDATE (password) ON mailbox TO gatepost;
