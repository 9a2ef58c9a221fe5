import Accounts
import MariaDBDirectory
import PostgreSQLDirectory
import SQLiteDirectory

@testable import Configuration

/// The configuration, from its text down through the TOML parser, libpq and the reader of MariaDB's connections.
///
/// Any text without a NUL byte:
/// - reading it does not trap: it ends with settings or with mistakes;
/// - each mistake is one line of text, and belongs to a line of the file if to any.
///
/// A text with a NUL byte stands for a connection with a password in it: what is before the first NUL up to a line feed, then the
/// password, then all the rest make the value of `connection`, however broken:
/// - no mistake repeats the password, whichever server the connection is for.
@_cdecl("LLVMFuzzerTestOneInput")
public func run(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = Input(start, count)
  if let cut = input.firstIndex(of: 0) {
    checkConnection(input[..<cut].prefix { $0 != UInt8(ascii: "\n") }, input[(cut + 1)...])
  } else {
    checkText(Array(input))
  }
  return 0
}

private func checkText(_ bytes: [UInt8]) {
  let text: String
  do throws(ConfigurationError) {
    text = try ConfigurationFile.text(of: bytes)
  } catch {
    return checkMistakes(error.mistakes, bytes)
  }
  checkMistakes(mistakes(in: text), bytes)

  let index = LineIndex(text)
  let lines = bytes.count { $0 == UInt8(ascii: "\n") } + 1
  var last = 0
  for statement in index.statements {
    promise(statement.firstLine >= max(1, last), "statements are out of order")
    promise(statement.lastLine >= statement.firstLine && statement.lastLine <= lines, "a line that is not there")
    last = statement.firstLine
  }
  if let duration = DurationText.parse(text) {
    promise(DurationText.parse(DurationText.format(duration)) == duration, "a duration is written as another one")
  }
}

private func checkMistakes(_ mistakes: [Mistake], _ bytes: [UInt8]) {
  let lines = bytes.count { $0 == UInt8(ascii: "\n") } + 1
  for mistake in mistakes {
    promise(!mistake.text.isEmpty, "a mistake without words")
    promise(!(mistake.text + mistake.key).utf8.contains { $0 < 0x20 }, "a control byte: \(mistake)")
    promise(mistake.text.utf8.count + mistake.key.utf8.count < 4_000, "a very long mistake")
    if let line = mistake.line { promise((1...lines).contains(line), "a line that is not there: \(mistake)") }
  }
}

private func checkConnection(_ before: Slice<Input>, _ after: Slice<Input>) {
  for type in ["postgresql", "mariadb"] {
    let text = """
      [[directory]]
      type = "\(type)"
      preset = "courier"
      connection = \(String(decoding: before, as: UTF8.self))\(password)\(String(decoding: after, as: UTF8.self))
      """
    for mistake in mistakes(in: text) {
      promise(!(mistake.text + mistake.key).contains(marker), "shows the password: \(mistake)")
    }
  }
}

private let marker = "Geheim99"
private let password = "password=\(marker)"

private func mistakes(in text: String) -> [Mistake] {
  do throws(ConfigurationError) {
    _ = try ConfigurationReader.read(
      text: text, backEnds: [.sqlite, .postgresql, .mariaDB], file: FileFacts(mode: 0o644, owner: 0), system: machine)
    return []
  } catch {
    promise(!error.mistakes.isEmpty, "refused without a reason")
    return error.mistakes
  }
}

/// A machine with two users, one group, and every file there.
private let machine = SystemFacts(
  user: { ["root": .known(0), "postfix": .known(101)][$0] ?? .unknown },
  group: { $0 == "mail" ? .known(8) : .unknown }, credentialsDirectory: "/run/credentials/gatepost.service",
  file: { FileFacts(mode: $0.hasSuffix("open") ? 0o644 : 0o600, owner: 0) })
