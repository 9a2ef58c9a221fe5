import Passwords
import Secrets

/// What a login costs before and beside the hash itself.
enum PasswordWork {
  static let password = "secret-00042-words"
  /// Of that password.
  static let sha256 = "{SHA256}MqlhpnR4u2HCNx3f9gP/FkLSCxeq/6ZWVoiyK/pvO8A="
  static let sha512Crypt =
    "$6$saltsaltsaltsalt$mBPYfL2XUoGP3K6oqIA1xmpLzm0.rAGCajJExO9NcyAuySNMULswG3fke2fh/x8HAIiQtdYC.z0yef3h0t5l10"

  static var pieces: [Piece] {
    let offered = Secret(text: password)
    let digest = Secret(text: sha256)
    let crypt = Secret(text: sha512Crypt)
    var random = SystemRandomNumberGenerator()
    let tags = PasswordTag.Maker(random: &random)
    return [
      Piece("recognise-digest") { use(PasswordSchemes.cost(of: digest)) },
      Piece("recognise-crypt") { use(PasswordSchemes.cost(of: crypt)) },
      Piece("tag-login") { use(tags.tag(of: offered, against: crypt, isHash: true, username: [])) },
      Piece("verify-digest") {
        let verdict = PasswordSchemes.verify(offered, against: digest, using: CryptScratch())
        guard verdict == .match else { fatalError("the password does not match") }
      },
    ]
  }
}
