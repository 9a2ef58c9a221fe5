/// The names that clients give the services, by which panels allow or forbid them. SQL, for the presets.
enum MailService {
  /// Whether `:service` reads mail by IMAP.
  static let isIMAP = ":service IN ('imap', 'imaps')"
  /// Whether `:service` reads mail by POP3.
  static let isPOP3 = ":service IN ('pop3', 'pop3s', 'pop')"
  /// Whether `:service` sends mail: Postfix and its like say `smtp`, courier's server `esmtp`.
  static let isSending = ":service IN ('smtp', 'esmtp', 'submission', 'smtps', 'submissions')"
  /// Whether `:service` edits filters.
  static let isSieve = ":service IN ('sieve', 'managesieve')"
}
