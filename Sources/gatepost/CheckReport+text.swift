internal import Accounts
internal import Configuration
internal import Passwords

extension CheckReport {
  /// For people. Ends with a line feed.
  var text: String {
    var lines = mistakes.map { $0.line(in: file) }
    if !mistakes.isEmpty { lines.append("\(file): \(Self.count(mistakes.count, "mistake"))") }
    if let settings { lines += summary(settings) }
    lines += warnings.map { "warning: \($0)" }
    for directory in directories ?? [] { lines += self.lines(directory) }
    // Names of tables and columns come from the database, and may hold anything.
    return lines.map { ProbeReport.printable(Array($0.utf8)) + "\n" }.joined()
  }

  private func summary(_ settings: Settings) -> [String] {
    var lines = ["\(file): no mistakes in the file"]
    for listener in settings.listeners {
      let owner = listener.owner.map { ", owner \($0)" } ?? ""
      let group = listener.group.map { ", group \($0)" } ?? ""
      let why = settings.listensByDefault ? " (the default: there is no [[listen]])" : ""
      lines.append("listens on \(listener.socket), mode \(Self.octal(listener.mode))\(owner)\(group)\(why)")
      if listener.allow.count < AllowedVerb.allCases.count {
        lines.append("  where nobody may ask anything but: \(Self.verbs(listener.allow))")
      }
      for peer in listener.peers { lines.append("  \(Self.line(peer))") }
    }
    for directory in settings.directories {
      let queries = directory.presetName.map { "preset \($0)" } ?? "own queries"
      let scheme = directory.bareScheme.map { ["passwords without a scheme are \($0.name)"] } ?? []
      let lacks =
        (directory.queries.appPasswords == nil ? [] : ["app passwords"])
        + Self.lacks(directory.queries).map { "no \($0)" }
      lines.append(
        (["asks \(directory.name): \(directory.backEnd.type)", queries] + lacks + scheme).joined(separator: ", "))
    }
    let isRestricted = settings.listeners.allSatisfy { !$0.peers.isEmpty }
    lines += settings.peers.map(Self.line)
    if settings.peers.isEmpty && !isRestricted {
      let isBounded = settings.listeners.contains { $0.allow.count < AllowedVerb.allCases.count || !$0.peers.isEmpty }
      lines.append(
        "lets everybody who can open a socket ask everything\(isBounded ? ", where nothing else is said" : "")")
    }
    lines.append(
      settings.defaultDomain.map { "adds the domain \($0) to names without one" }
        ?? "adds no domain to names without one")
    if let options = settings.defaultOptions { lines.append("adds the options \(options)") }
    return lines
  }

  private func lines(_ directory: CheckDirectory) -> [String] {
    var lines = directory.findings.map { finding in
      let place = finding.kind == .limited ? "warning" : file
      return "\(place): directory \(directory.name): \(finding.key.isEmpty ? "" : "\(finding.key): ")\(finding.text)"
    }
    if directory.findings.allSatisfy({ $0.kind == .limited }) {
      lines.append("directory \(directory.name): connected, every query prepared")
    }
    for note in directory.schema?.notes ?? [] {
      let place = note.kind == .hint ? "hint: " : ""
      lines.append(
        "\(place)directory \(directory.name): \(note.text)\(note.lines.isEmpty || note.text.hasSuffix(":") ? "" : ":")")
      lines += note.lines.map { "    \($0)" }
    }
    guard let survey = directory.survey else { return lines }
    lines.append("directory \(directory.name): \(Self.summary(survey))")
    let weakSchemes = settings?.weakSchemes ?? .accept
    let weak =
      switch weakSchemes {
      case .accept: "verifiable"
      case .warn: "verifiable, weak"
      case .refuse: "REFUSED: weak"
      }
    lines += Self.table(survey.kinds, weak: weak)
    if !survey.appPasswords.isEmpty {
      let all = survey.appPasswords.map(\.accounts).reduce(0, +)
      lines.append("directory \(directory.name): \(Self.count(all, "app password")) of these accounts:")
      lines += Self.table(survey.appPasswords, weak: weak)
    }
    if survey.appPasswords.contains(where: { !$0.isVerifiable }) {
      lines.append(
        "directory \(directory.name): while an account has an app password that cannot be verified, its wrong passwords are "
          + "answered with a temporary failure; delete that row, or have it hashed by another scheme")
    }
    if survey.unverifiable > 0 {
      lines.append(
        "directory \(directory.name): \(Self.count(survey.unverifiable, "account")) with a password that cannot be verified: "
          + "each login is answered with a temporary failure; set a new password, or have it hashed by another scheme")
    }
    let refused = survey.kinds.filter { $0.isVerifiable && $0.isWeak }.map(\.accounts).reduce(0, +)
    if refused > 0, weakSchemes == .refuse {
      lines.append(
        "directory \(directory.name): \(Self.count(refused, "account")) with a weak scheme: each login is refused "
          + "(weak-schemes) until an administrator sets another password")
    }
    for trouble in survey.troubles {
      lines.append("directory \(directory.name): \(Self.count(trouble.accounts, "account")) \(trouble.text)")
    }
    if let fault = survey.listFault {
      lines.append(
        "directory \(directory.name): the list breaks off there: \(fault); until that row is corrected, lists are not answered"
      )
    }
    if let failure = survey.failure { lines.append("directory \(directory.name): given up: \(failure)") }
    return lines
  }

  private static func table(_ kinds: [CheckSurvey.Kind], weak: String) -> [String] {
    let width = kinds.map { $0.name.count }.max() ?? 0
    return kinds.map { kind in
      let name = kind.name + String(repeating: " ", count: width - kind.name.count)
      let count = String(kind.accounts)
      let verdict = kind.isVerifiable ? (kind.isWeak ? weak : "verifiable") : "CANNOT BE VERIFIED"
      return "  \(name)  \(String(repeating: " ", count: max(0, 7 - count.count)))\(count)  \(verdict)"
    }
  }

  private static func summary(_ survey: CheckSurvey) -> String {
    if !survey.couldList { return "no enumerate query, so the password schemes of its accounts are not known" }
    let all = count(survey.accounts, "account")
    return survey.isCut ? "the first \(all) (there are more):" : "\(all)\(survey.kinds.isEmpty ? "" : ":")"
  }

  /// The optional queries that are not there.
  private static func lacks(_ queries: QuerySet) -> [String] {
    (queries.enumerate == nil ? ["enumerate"] : []) + (queries.setPassword == nil ? ["set-password"] : [])
  }

  private static func verbs(_ verbs: Set<AllowedVerb>) -> String {
    AllowedVerb.allCases.filter(verbs.contains).map(\.rawValue).joined(separator: ", ")
  }

  private static func line(_ peer: PeerRule) -> String {
    "lets \(name(peer)) ask: \(verbs(peer.allow))\(peer.secrets ? "; replies hold stored passwords" : "")"
  }

  private static func name(_ peer: PeerRule) -> String {
    let conditions = [
      peer.user.map { "user \($0)" }, peer.group.map { "group \($0)" }, peer.uid.map { "uid \($0)" },
    ]
    return conditions.compactMap { $0 }.joined(separator: " and ")
  }

  static func octal(_ mode: UInt16) -> String {
    let digits = String(mode, radix: 8)
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }

  private static func count(_ number: Int, _ noun: String) -> String {
    "\(number) \(noun)\(number == 1 ? "" : "s")"
  }
}
