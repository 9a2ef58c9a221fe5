/// How a database reads SQL text, as far as it decides where a placeholder can stand.
public enum SQLDialect: Sendable, CaseIterable {
  /// SQLite: `'…'`, `"…"`, `` `…` ``, `[…]`, `--`, `/* */` (not nested). Parameters are `?1`, `?2`.
  case sqlite
  /// PostgreSQL: `'…'`, `E'…\'…'`, `"…"`, `$tag$…$tag$`, `--`, nested `/* */`, `::` casts, array slices. Parameters are
  /// `$1`, `$2`. It is read as with `standard_conforming_strings = on`, the default since PostgreSQL 9.1.
  case postgresql
  /// MariaDB and MySQL: `'…\'…'`, `"…\"…"`, `` `…` ``, `-- ` with a space behind it, `#`, `/* */` (not nested). Parameters are `?`, one
  /// for each place. It is read as with an `sql_mode` that has neither ANSI_QUOTES nor NO_BACKSLASH_ESCAPES: the session sees to it.
  case mariadb

  /// What the scanner goes by.
  var lexis: SQLLexis {
    switch self {
    case .sqlite:
      SQLLexis(
        marker: UInt8(ascii: "?"), quotes: [UInt8(ascii: "\""), UInt8(ascii: "`")], brackets: .name,
        foreignMarkers: [UInt8(ascii: "?"), UInt8(ascii: "$"), UInt8(ascii: "@"), UInt8(ascii: "#")],
        namesParametersFreely: true)
    case .postgresql:
      SQLLexis(
        marker: UInt8(ascii: "$"), quotes: [UInt8(ascii: "\"")], brackets: .subscript,
        foreignMarkers: [UInt8(ascii: "$")], hasOperatorQuestionMark: true, nestsComments: true, hasDollarQuotes: true,
        hasEscapeStrings: true)
    case .mariadb:
      SQLLexis(
        marker: UInt8(ascii: "?"), numbersParameters: false, quotes: [UInt8(ascii: "`")], brackets: .subscript,
        foreignMarkers: [UInt8(ascii: "?")], hasBackslashes: true, hasDoubleQuotedStrings: true, hasHashComments: true,
        dashesNeedSpace: true)
    }
  }
}

/// The lexical habits of one dialect: a row of the scanner's table. Common to all: `'…'` with `''` inside, `-- …`, `/* … */`.
struct SQLLexis: Sendable {
  /// What `[` opens.
  enum Brackets { case name, `subscript` }

  /// In front of a parameter's number in the rendered text.
  var marker: UInt8
  /// Whether a number stands behind the marker, so that a placeholder that is used twice is one parameter.
  var numbersParameters = true
  /// Quotes of names, doubled inside to stand for themselves.
  var quotes: [UInt8]
  /// What `[` opens.
  var brackets: Brackets
  /// The database's own parameter signs, which a query must not use.
  var foreignMarkers: [UInt8]
  /// `?` behind an operand is an operator (PostgreSQL's `jsonb`), elsewhere somebody's idea of a parameter.
  var hasOperatorQuestionMark = false
  /// `:`, `$`, `@` and `#` make a parameter of whatever name follows, also of a digit, of `$` and of `::name`: `:1`, `#$`, `@::a`.
  /// SQLite binds NULL to such a one if nobody tells it better.
  var namesParametersFreely = false
  /// `/* /* */ */` is one comment.
  var nestsComments = false
  /// `$tag$ … $tag$` is a string.
  var hasDollarQuotes = false
  /// `E'…'` is a string with backslash escapes.
  var hasEscapeStrings = false
  /// Every string has backslash escapes (MariaDB).
  var hasBackslashes = false
  /// `"…"` is a string too (MariaDB).
  var hasDoubleQuotedStrings = false
  /// `#` begins a comment (MariaDB).
  var hasHashComments = false
  /// `--` begins a comment only in front of a space or a control character: `5--3` is 8 (MariaDB).
  var dashesNeedSpace = false
}
