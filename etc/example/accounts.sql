-- A few accounts in PostfixAdmin's table, for trying gatepost out. The password of each is its local part with "-secret".
CREATE TABLE mailbox (
  username varchar(255) NOT NULL PRIMARY KEY,
  password varchar(255) NOT NULL,
  name varchar(255) NOT NULL DEFAULT '',
  maildir varchar(255) NOT NULL,
  quota bigint NOT NULL DEFAULT 0,
  local_part varchar(255) NOT NULL,
  domain varchar(255) NOT NULL,
  active boolean NOT NULL DEFAULT 1);
INSERT INTO mailbox (username, password, name, maildir, quota, local_part, domain, active) VALUES
  ('alice@example.org', '$6$gatepostexample$Y7xKRSirvKRSDBLcE7Tvq9Kn/tal/YmisHVxs7J00sxp8fWRngYGzXKckYnUw3fYYisryrH8Oea9uhi8IxofB1', 'Alice Example', 'example.org/alice/', 512000000, 'alice', 'example.org', 1),
  ('bob@example.org', '$2y$10$gatepostexamplesalt2u.rMjcF9qn8iTwpZsZ11rr/Dzd8E30I7K', 'Bob Example', 'example.org/bob/', 0, 'bob', 'example.org', 1),
  ('carol@example.org', '{SHA256}nh0KY4/5/RiYbYBXrvPDaHGqVLJ6b8xkEfsy+DJWdeI=', 'Carol Example', 'example.org/carol/', 0, 'carol', 'example.org', 0);
