internal import ArgumentParser
internal import AuthdaemonWire
internal import Threads

/// `gatepost probe list`: ENUMERATE.
struct ProbeListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List all accounts (ENUMERATE), one a line.",
    discussion: """
      The columns, separated by TABs: name, uid, gid, home, maildir, options.
      With --json one object a line. Exit status 0 only when the list came to its
      end: an incomplete one must not be acted upon.
      """)

  @OptionGroup var options: ProbeOptions

  func run() throws {
    let start = Instant.now
    var decoder = EnumerationDecoder()
    var count = 0
    var isRefused = false
    var garbled: String?
    var directory: [UInt8] = []
    var trouble: String?
    // What came behind a hole would make the list look whole.
    var cut: (any Error)?
    do throws(SocketClient.Failure) {
      try options.client.exchange(RequestEncoder.enumerate) { bytes in
        guard cut == nil else { return }
        var text = ""
        decoder.feed(bytes) { entry in
          switch entry {
          case .heading(let name):
            directory = name
            if !options.json { text += "# \(ProbeReport.printable(name))\n" }
          case .account(let account):
            count += 1
            text += options.json ? Self.object(account, directory).line : Self.row(account)
            text += "\n"
          case .refused: isRefused = true
          case .garbled(let what): garbled = what
          case .end: break
          }
        }
        do { try standardOutput(text) } catch { cut = error }
      }
    } catch {
      trouble = error.description
    }
    if let cut { throw cut }
    if isRefused {
      standardError("gatepost: refused: this process may not list accounts")
      throw ExitCode.refused
    }
    guard decoder.isComplete, trouble == nil else {
      let reason = trouble ?? garbled ?? "the server stopped before the end; its log says why"
      standardError("gatepost: incomplete after \(count) accounts: \(reason)")
      throw ExitCode.temporary
    }
    standardError("\(count) account\(count == 1 ? "" : "s"), complete (\(ProbeReport.milliseconds(.now - start)) ms)")
  }

  private static func row(_ account: EnumerationEntry.Account) -> String {
    [
      account.name, Array(String(account.uid).utf8), Array(String(account.gid).utf8), account.home, account.maildir,
      account.options,
    ].map(ProbeReport.printable).joined(separator: "\t")
  }

  private static func object(_ account: EnumerationEntry.Account, _ directory: [UInt8]) -> JSONValue {
    [
      "directory": .text(directory), "name": .text(account.name), "uid": .int(Int(account.uid)),
      "gid": .int(Int(account.gid)), "home": .text(account.home), "maildir": .text(account.maildir),
      "options": .text(account.options),
    ]
  }
}
