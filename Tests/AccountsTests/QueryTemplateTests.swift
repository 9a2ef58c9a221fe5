import Accounts
import Testing

/// What a query becomes.
private func render(
  _ sql: String, _ dialect: SQLDialect, allowing: Set<Placeholder> = Placeholder.passwordChange
) throws -> String {
  let template = try QueryTemplate(sql, dialect: dialect, allowing: allowing)
  let (text, parameters) = template.rendered()
  #expect(template.source == sql)
  return "\(text) <- \(parameters.map(\.rawValue).joined(separator: ","))"
}

/// The mistakes of a query, as "line:column text".
private func mistakes(
  _ sql: String, _ dialect: SQLDialect, allowing: Set<Placeholder> = Placeholder.lookUp
) -> [String] {
  do {
    _ = try QueryTemplate(sql, dialect: dialect, allowing: allowing)
    return []
  } catch {
    return error.mistakes.map { "\($0.line):\($0.column) \($0.text)" }
  }
}

@Suite struct QueryTemplateTests {
  @Test func placeholdersBecomeParameters() throws {
    #expect(
      try render("SELECT 1 WHERE u = :username AND d=:domain OR u=:username;", .sqlite)
        == "SELECT 1 WHERE u =  ?1 AND d= ?2 OR u= ?1; <- username,domain")
    #expect(
      try render("SELECT :local_part, :service, :new_hash, :new_password", .postgresql)
        == "SELECT  $1,  $2,  $3,  $4 <- local_part,service,new_hash,new_password")
    #expect(try render("SELECT 1", .sqlite) == "SELECT 1 <- ")
    #expect(try render(":username", .postgresql) == "$1 <- username")
  }

  @Test(arguments: [
    ("SELECT :uid, ':gid', LIKE:gid;", "SELECT  'uid', ':gid', LIKE 'gid'"),
    ("SELECT 1", "SELECT 1"), ("SELECT ';' ; -- that's all;", "SELECT ';' "), (":uid;;", "'uid'"), (":uid", "'uid'"),
    ("SELECT 1 -- one ;\n + :uid\n;", "SELECT 1 -- one ;\n +  'uid'\n"), ("'a':uid'b'", "'a' 'uid' 'b'"),
    (":uid:gid", "'uid' 'gid'"), ("a[:uid:u[1:2]]", "a[ 'uid':u[1:2]]"),
  ])
  func aQueryCanStandInsideAnother(_ query: String, _ expected: String) throws {
    let template = try QueryTemplate(query, dialect: .postgresql, allowing: Placeholder.preset)
    #expect(template.embedded { "'\($0.rawValue)'" } == expected)
  }

  @Test func aPlaceholderDoesNotJoinTheWordBeforeIt() throws {
    #expect(try render("u LIKE:username||'%'", .postgresql) == "u LIKE $1||'%' <- username")
    #expect(try render("u = a:username", .sqlite) == "u = a ?1 <- username")
  }

  /// Each text stands alone, with no placeholder in it, and in front of one that must still be found.
  @Test(arguments: [
    (":: is a cast", "a::text", [SQLDialect.postgresql, .sqlite]),
    ("a cast of a name that looks like one", "a::username", [.postgresql]),
    (":= assigns", "a := b", [.postgresql, .sqlite]),
    ("string", "':username'", [.sqlite, .postgresql]),
    ("string with quotes", "'it''s :username'", [.sqlite, .postgresql]),
    ("string that ends in a backslash", "'\\'", [.sqlite, .postgresql]),
    ("string with a comment's beginning", "'-- /* $$'", [.sqlite, .postgresql]),
    ("quoted name", "\":username \"\" :domain\"", [.sqlite, .postgresql]),
    ("backquoted name", "`:username`", [.sqlite]),
    ("bracketed name", "[:username '\"]", [.sqlite]),
    ("comment to the line's end", "-- it's :username\n", [.sqlite, .postgresql]),
    ("comment", "/* it's :username \" */", [.sqlite, .postgresql]),
    ("comment with a comment's beginning", "/* /* :username */", [.sqlite]),
    ("nested comment", "/* /* :username */ ' */", [.postgresql]),
    ("comment that is no end", "/*/ :username */", [.sqlite, .postgresql]),
    ("escape string", "E'it\\'s :username'", [.postgresql]),
    ("escape string, small", "e'\\\\'", [.postgresql]),
    ("escape string that goes on", "E'a'\n'\\' :username'", [.postgresql]),
    ("escape string that goes on behind a comment", "E'a' -- '\n '\\' :username'", [.postgresql]),
    ("string that goes on", "'a'\n'\\'", [.postgresql]),
    ("word that ends in e", "like'\\'", [.postgresql]),
    ("e is a word of SQLite's", "e '\\'", [.sqlite]),
    ("unicode string", "U&'\\0441 :username'", [.postgresql]),
    ("dollar quotes", "$$ it's :username $$", [.postgresql]),
    ("dollar quotes with a tag", "$a1$ $$ $a$ :username $a1$", [.postgresql]),
    ("dollar quotes with letters beyond ASCII", "$ü$ ' $ü$", [.postgresql]),
    ("dollar inside a word", "a$1$ + b$x", [.postgresql]),
    ("dollar inside a word of SQLite's", "a$b", [.sqlite]),
    ("array slice", "a[1:2]", [.postgresql]),
    ("array slice with names", "a[low:username]", [.postgresql]),
    ("array slice with calls", "a[f(x):username]", [.postgresql]),
    ("array slice with spaces", "a[ 1 : n ]", [.postgresql]),
    ("json operator", "a ? 'k' AND a ?| b AND a @? 'x'", [.postgresql]),
    ("colon at a number", "a:1", [.postgresql]),
    ("at sign", "@ 1", [.postgresql]),
    ("numbers", "1.5e10 + 0x1F", [.sqlite, .postgresql]),
  ]) func isNoPlaceholder(_ name: String, _ text: String, _ dialects: [SQLDialect]) throws {
    for dialect in dialects {
      let marker = dialect == .sqlite ? "?" : "$"
      #expect(mistakes(text + " x", dialect) == [])
      #expect(try render(text + " x", dialect) == text + " x <- ")
      #expect(try render(text + " , :domain ", dialect) == text + " ,  \(marker)1  <- domain")
    }
  }

  @Test(arguments: [
    ("string", "':username'"), ("string with quotes", "'it''s :username'"), ("escaped quote", "'it\\'s :username'"),
    ("escaped backslash", "'a\\\\'"), ("string in double quotes", "\"it's :username\""),
    ("doubled quotes in it", "\":username \"\" :domain\""), ("escaped quotes in it", "\"\\\" :username\""),
    ("backquoted name", "`:username \\`"), ("comment to the line's end", "-- it's :username\n"),
    ("comment with a hash", "# it's :username\n"), ("comment with a tab", "--\t:username\n"),
    ("dashes at the end", "a --\n"),
    ("comment", "/* it's :username \" */"), ("comment with a comment's beginning", "/* /* :username */"),
    ("executable comment", "/*! :username */"), (":= assigns", "@a := b"), ("variable", "@@session.sql_mode"),
    ("national string", "N':username'"), ("string with a character set", "_latin1':username'"),
    ("bits", "b'101' + x'3A'"),
    ("dollar", "a$b"),
  ]) func isNoPlaceholderOfMariaDB(_ name: String, _ text: String) throws {
    #expect(mistakes(text + " x", .mariadb) == [])
    #expect(try render(text + " x", .mariadb) == text + " x <- ")
    #expect(try render(text + " , :domain ", .mariadb) == text + " ,  ?  <- domain")
  }

  @Test func parametersOfMariaDBHaveNoNumbers() throws {
    #expect(
      try render("SELECT :username, :domain FROM t WHERE a = :username OR b = ':domain'", .mariadb)
        == "SELECT  ?,  ? FROM t WHERE a =  ? OR b = ':domain' <- username,domain,username")
    // No comment: eight.
    #expect(try render("5--3 = :username", .mariadb) == "5--3 =  ? <- username")
    #expect(try render("5--:username", .mariadb) == "5--? <- username")
    #expect(mistakes("WHERE a = ?", .mariadb).map { $0.prefix(5) } == ["1:11 "])
    #expect(mistakes("WHERE a = $(local_part)", .mariadb).map { $0.prefix(5) } == ["1:11 "])
    #expect(mistakes("SELECT 'abc\\'", .mariadb) == ["1:8 the string that begins here has no closing '"])
    #expect(mistakes("SELECT \"abc", .mariadb) == ["1:8 the string that begins here has no closing \""])
  }

  @Test func bracketsDoNotHidePlaceholders() throws {
    #expect(try render("ARRAY[:username, :domain]", .postgresql) == "ARRAY[ $1,  $2] <- username,domain")
    #expect(try render("a[1: :username]", .postgresql) == "a[1:  $1] <- username")
    #expect(try render("a[:username]", .postgresql) == "a[ $1] <- username")
    #expect(try render("a[CASE WHEN b THEN :username END]", .postgresql) == "a[CASE WHEN b THEN  $1 END] <- username")
    #expect(try render("a[1] = :username", .postgresql) == "a[1] =  $1 <- username")
    #expect(try render(":username::text", .postgresql) == "$1::text <- username")
  }

  @Test(arguments: [
    ("SELECT 'abc", SQLDialect.sqlite, ["1:8 the string that begins here has no closing '"]),
    ("SELECT 'abc\\' :username", .sqlite, []),
    ("SELECT E'abc\\'", .postgresql, ["1:9 the string that begins here has no closing '"]),
    ("SELECT E'abc\\", .postgresql, ["1:9 the string that begins here has no closing '"]),
    ("SELECT\n  \"abc", .postgresql, ["2:3 the quoted name that begins here is not closed"]),
    ("SELECT [abc", .sqlite, ["1:8 the quoted name that begins here is not closed"]),
    ("SELECT 1 /* /* */", .postgresql, ["1:10 the comment that begins here has no closing */"]),
    ("SELECT $x$ $y$", .postgresql, ["1:8 the dollar-quoted string that begins here is not closed"]),
    ("", .sqlite, ["1:1 the query is empty"]),
    (" -- nothing\n ;;", .sqlite, ["1:1 the query is empty"]),
    ("SELECT 1; SELECT 2; SELECT 3", .sqlite, ["1:11 a second statement begins here: a query is one statement"]),
    ("SELECT 1 ; -- the end\n ; /* */", .postgresql, []),
    ("SELECT '\0'", .sqlite, ["1:9 a NUL byte stands here"]),
    ("SELECT :usernam", .sqlite, ["1:8 unknown placeholder :usernam; did you mean :username?"]),
    ("SELECT :Username", .sqlite, ["1:8 unknown placeholder :Username; did you mean :username?"]),
    // SQLite takes these for parameters of its own, and would bind NULL.
    ("SELECT :1domain", .sqlite, ["1:8 unknown placeholder :1domain; did you mean :domain?"]),
    ("SELECT :1", .sqlite, ["1:8 unknown placeholder :1: known are :username, :local_part, :domain, :service"]),
    ("SELECT :usernameü", .sqlite, ["1:8 unknown placeholder :usernameü; did you mean :username?"]),
    (
      "SELECT 'ü', :x", .sqlite,
      ["1:13 unknown placeholder :x: known are :username, :local_part, :domain, :service"]
    ),
    ("SELECT :new_hash", .sqlite, ["1:8 :new_hash can stand in set-password and replace-hash only"]),
    ("SELECT :uid", .sqlite, ["1:8 :uid is for presets only: write the value into the query"]),
    ("WHERE a = ?", .sqlite, ["1:11 ? is not a placeholder here: use :username, :local_part, :domain, :service"]),
    ("WHERE a = ?12", .sqlite, ["1:11 ?12 is not a placeholder here: use :username, :local_part, :domain, :service"]),
    ("WHERE a = ?", .postgresql, ["1:11 ? is not a placeholder here: use :username, :local_part, :domain, :service"]),
    ("WHERE a = $1", .postgresql, ["1:11 $1 is not a placeholder here: use :username, :local_part, :domain, :service"]),
    ("WHERE a = $1", .sqlite, ["1:11 $1 is not a placeholder here: use :username, :local_part, :domain, :service"]),
    ("WHERE a = @u", .sqlite, ["1:11 @u is not a placeholder here: use :username, :local_part, :domain, :service"]),
    ("WHERE a = #u", .sqlite, ["1:11 #u is not a placeholder here: use :username, :local_part, :domain, :service"]),
    ("WHERE a = #$", .sqlite, ["1:11 #$ is not a placeholder here: use :username, :local_part, :domain, :service"]),
    ("WHERE a = @1", .sqlite, ["1:11 @1 is not a placeholder here: use :username, :local_part, :domain, :service"]),
    ("WHERE a = $::u", .sqlite, ["1:11 $::u is not a placeholder here: use :username, :local_part, :domain, :service"]),
    (
      "WHERE a = #::::u", .sqlite,
      ["1:11 #::::u is not a placeholder here: use :username, :local_part, :domain, :service"]
    ),
    ("WHERE a = $u", .sqlite, ["1:11 $u is not a placeholder here: use :username, :local_part, :domain, :service"]),
    (
      "WHERE a = $(local_part)", .postgresql,
      ["1:11 $(local_part) is courier's way to write it: use :username, :local_part, :domain, :service"]
    ),
  ]) func aMistakeIsNamedWithItsPlace(_ sql: String, _ dialect: SQLDialect, _ expected: [String]) {
    #expect(mistakes(sql, dialect) == expected)
  }

  @Test func allMistakesAreNamedAtOnce() {
    let found = mistakes(
      """
      SELECT :usernam, ?
      FROM t WHERE a = :new_hash; SELECT 'open
      """, .sqlite)
    #expect(found.map { $0.prefix(4) } == ["1:8 ", "1:18", "2:18", "2:29", "2:36"])
  }

  @Test func anEnumerationTakesNoPlaceholder() {
    #expect(
      mistakes("SELECT :usernam, $1, :username", .postgresql, allowing: Placeholder.enumeration) == [
        "1:8 unknown placeholder :usernam: this query takes none",
        "1:18 $1 is a parameter: this query takes none",
        "1:22 :username cannot stand in this query",
      ])
  }

  @Test func aQueryHasALongestLength() throws {
    let long = "SELECT '" + String(repeating: "x", count: QueryTemplate.maximumLength - 9) + "'"
    #expect(mistakes(long, .sqlite) == [])
    #expect(mistakes(long + " ", .sqlite) == ["1:1 the query is longer than 65536 bytes"])
  }

  @Test func equalTextIsAnEqualTemplate() throws {
    let one = try QueryTemplate("SELECT :username", dialect: .sqlite, allowing: Placeholder.lookUp)
    let same = try QueryTemplate("SELECT :username", dialect: .sqlite, allowing: Placeholder.lookUp)
    let other = try QueryTemplate("SELECT :domain", dialect: .sqlite, allowing: Placeholder.lookUp)
    #expect(one == same)
    #expect(one != other)
  }
}
