/// Where a database password is kept.
/// ```
/// password-file = absolute-path / "credential:" name
/// ```
enum PasswordFile {
  private static let credential = "credential:"
  /// Where systemd keeps the credentials of `gatepost.service`: for commands that run outside of it.
  private static let standardCredentials = "/run/credentials/gatepost.service"

  static func parse(_ text: String, _ system: SystemFacts) throws(Objection) -> String {
    if text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) { throw Objection("holds a control character") }
    if text.hasPrefix("/") { return text }
    guard text.hasPrefix(credential) else {
      throw Objection("expected an absolute path, or \"credential:NAME\" for a credential that systemd hands over")
    }
    let name = text.dropFirst(credential.count)
    guard !name.isEmpty, !name.contains("/"), name != ".", name != ".." else {
      throw Objection("expected the name of a credential behind \"credential:\", as in \"credential:database\"")
    }
    return "\(system.credentialsDirectory ?? standardCredentials)/\(name)"
  }
}
