/// What becomes of logins whose password is stored by a weak scheme: `weak-schemes`.
public enum WeakSchemes: String, Sendable, CaseIterable {
  /// They are served like others.
  case accept
  /// They are served, and their log line names the scheme.
  case warn
  /// They are refused, though the password is right.
  case refuse
}
