import Passwords
import Secrets

/// SplitMix64: the same numbers in each run.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

/// For the user of ``RealHash``, where it matters.
func verify(_ password: String, _ stored: String) -> Verdict {
  PasswordSchemes.verify(
    Secret(text: password), of: Array(RealHash.user.utf8), against: Secret(text: stored), using: CryptScratch())
}

/// What a verdict's text says; nil when it is another verdict.
func unverifiable(_ password: String, _ stored: String) -> String? {
  if case .unverifiable(let scheme) = verify(password, stored) { return scheme }
  return nil
}

/// The recognised scheme's name; nil when there is none.
func recognised(_ stored: String) -> String? {
  if case .scheme(let scheme) = PasswordSchemes.recognise(Secret(text: stored)) { return scheme.name }
  return nil
}

/// Two digits.
func hexadecimal(_ byte: UInt8) -> String {
  (byte < 16 ? "0" : "") + String(byte, radix: 16)
}

func text(_ secret: Secret) -> String {
  secret.withBytes { String(decoding: $0, as: UTF8.self) }
}

/// What verifying would cost.
func cost(_ stored: String) -> Cost { PasswordSchemes.cost(of: Secret(text: stored)) }
