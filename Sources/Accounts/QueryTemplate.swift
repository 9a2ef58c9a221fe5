/// How a database reads SQL text, as far as it decides where a placeholder can stand.
public enum SQLDialect: Sendable, CaseIterable {
  /// SQLite: `'…'`, `"…"`, `` `…` ``, `[…]`, `--`, `/* */` (not nested).
  case sqlite
  /// PostgreSQL: `'…'`, `E'…\'…'`, `"…"`, `$tag$…$tag$`, `--`, nested `/* */`, `::` casts.
  case postgresql
}
// STUB-TO-REPLACE
public struct QueryTemplate: Sendable {}
