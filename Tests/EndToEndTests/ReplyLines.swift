/// The two keys of a reply that only some peers get.
enum ReplyLines {
  /// `reply` as a peer without `secrets = true` gets it.
  static func withoutSecrets(_ reply: String) -> String { dropping(["PASSWD=", "PASSWD2="], reply) { _ in true } }

  /// `reply` without lines that name a secret and hold none: courier writes them, we do not.
  static func withoutEmptySecrets(_ reply: String) -> String {
    dropping(["PASSWD=", "PASSWD2="], reply) { $0 == "PASSWD=" || $0 == "PASSWD2=" }
  }

  private static func dropping(_ keys: [String], _ reply: String, where condition: (Substring) -> Bool) -> String {
    reply.split(separator: "\n", omittingEmptySubsequences: false)
      .filter { line in !(keys.contains { line.hasPrefix($0) } && condition(line)) }
      .joined(separator: "\n")
  }
}
