internal import Accounts
internal import ArgumentParser
internal import Configuration

extension CheckReport {
  /// For programs. Holds no location: one may hold a password.
  var json: JSONValue {
    [
      "file": .string(file), "ok": .bool(exitCode == .success),
      "mistakes": .array(
        mistakes.map {
          ["line": $0.line.map { .int($0) } ?? .null, "key": .string($0.key), "text": .string($0.text)]
        }),
      "warnings": .array(warnings.map { .string($0) }),
      "settings": settings.map(Self.value) ?? .null,
      "directories": directories.map { .array($0.map(Self.value)) } ?? .null,
    ]
  }

  private static func value(_ settings: Settings) -> JSONValue {
    [
      "default-domain": .optional(settings.defaultDomain), "default-options": .optional(settings.defaultOptions),
      "log-level": .string(settings.logLevel.rawValue),
      "listen": .array(
        settings.listeners.map {
          [
            "socket": .string($0.socket), "mode": .string(octal($0.mode)), "owner": .optional($0.owner),
            "group": .optional($0.group), "allow": verbs($0.allow), "peer": .array($0.peers.map(value)),
          ]
        }),
      "directory": .array(
        settings.directories.map {
          [
            "name": .string($0.name), "type": .string($0.backEnd.type), "preset": .optional($0.presetName),
            "enumerate": .bool($0.queries.enumerate != nil), "set-password": .bool($0.queries.setPassword != nil),
            "app-passwords": .bool($0.queries.appPasswords != nil),
          ]
        }),
      "peer": .array(settings.peers.map(value)),
    ]
  }

  private static func verbs(_ verbs: Set<AllowedVerb>) -> JSONValue {
    .array(AllowedVerb.allCases.filter(verbs.contains).map { .string($0.rawValue) })
  }

  private static func value(_ peer: PeerRule) -> JSONValue {
    [
      "user": .optional(peer.user), "group": .optional(peer.group), "uid": peer.uid.map { .int(Int($0)) } ?? .null,
      "allow": verbs(peer.allow), "secrets": .bool(peer.secrets),
    ]
  }

  private static func value(_ directory: CheckDirectory) -> JSONValue {
    [
      "name": .string(directory.name),
      "findings": .array(
        directory.findings.map {
          [
            "kind": .string("\($0.kind)"), "key": .string($0.key),
            "text": .string($0.text),
          ]
        }),
      "schema": directory.schema.map(value) ?? .null,
      "survey": directory.survey.map(value) ?? .null,
    ]
  }

  private static func value(_ schema: CheckSchema) -> JSONValue {
    [
      "seen": .optional(schema.seen),
      "notes": .array(
        schema.notes.map {
          [
            "kind": .string($0.kind.rawValue), "text": .string($0.text), "lines": .array($0.lines.map { .string($0) }),
          ]
        }),
    ]
  }

  private static func value(_ survey: CheckSurvey) -> JSONValue {
    [
      "listed": .bool(survey.couldList), "accounts": .int(survey.accounts), "cut": .bool(survey.isCut),
      "schemes": .array(
        survey.kinds.map {
          [
            "scheme": .string($0.name), "accounts": .int($0.accounts), "verifiable": .bool($0.isVerifiable),
            "weak": .bool($0.isWeak),
          ]
        }),
      "app-passwords": .array(
        survey.appPasswords.map {
          [
            "scheme": .string($0.name), "count": .int($0.accounts), "verifiable": .bool($0.isVerifiable),
            "weak": .bool($0.isWeak),
          ]
        }),
      "troubles": .array(
        survey.troubles.map { ["accounts": .int($0.accounts), "text": .string($0.text)] }),
      "list-fault": .optional(survey.listFault), "failure": .optional(survey.failure),
    ]
  }
}
