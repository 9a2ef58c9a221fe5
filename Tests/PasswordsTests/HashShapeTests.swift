import Secrets
import Testing

@testable import Passwords

@Suite("Shapes of hashes, and decoys")
struct HashShapeTests {
  private func bytes(_ secret: Secret) -> [UInt8] { secret.withBytes { Array($0) } }

  private func text(_ secret: Secret) -> String { String(decoding: bytes(secret), as: UTF8.self) }

  private func demand(_ stored: String) -> Demand { PasswordSchemes.demand(of: Secret(text: stored)) }

  @Test(
    "Every scheme has a shape, and its decoy is of the same scheme, the same work, and nobody's",
    arguments: Vector.crypt + Vector.labelled + Vector.salted)
  func decoys(vector: Vector) throws {
    var random = SeededGenerator(state: 1)
    let stored = Secret(text: vector.stored)
    let shape = try #require(HashShape(of: stored))
    let decoy = shape.decoy(random: &random)
    #expect(HashShape(of: decoy) == shape, "\(text(decoy))")
    #expect(recognised(text(decoy)) == recognised(vector.stored))
    #expect(shape.scheme == recognised(vector.stored))
    #expect(PasswordSchemes.demand(of: decoy) == PasswordSchemes.demand(of: stored))
    #expect(text(decoy) != vector.stored)
    #expect(text(decoy) != text(shape.decoy(random: &random)))
    guard vector.isQuick else { return }
    #expect(PasswordSchemes.verify(Secret(text: vector.password), against: decoy, using: CryptScratch()) == .mismatch)
  }

  @Test("Every hash that another program made has a decoy of the same scheme and demand", arguments: RealHash.all)
  func realDecoys(hash: RealHash) throws {
    var random = SeededGenerator(state: 4)
    let shape = try #require(HashShape(of: Secret(text: hash.stored)))
    let decoy = shape.decoy(random: &random)
    #expect(HashShape(of: decoy) == shape, "\(text(decoy))")
    #expect(recognised(text(decoy)) == hash.scheme, "\(text(decoy))")
    #expect(PasswordSchemes.demand(of: decoy) == demand(hash.stored))
    #expect(text(decoy) != text(shape.decoy(random: &random)))
    if hash.isQuick { #expect(verify(hash.password, text(decoy)) == .mismatch, "\(text(decoy))") }
  }

  @Test("Nothing of a hash is in its decoy but its setting")
  func nothingIsKept() throws {
    var random = SeededGenerator(state: 2)
    for (stored, kept) in [
      ("$6$rounds=7000$saltsaltsaltsalt$" + String(repeating: "h", count: 86), "$6$rounds=7000$"),
      ("$5$$" + String(repeating: "h", count: 43), "$5$$"),
      ("$6$rounds=7000$$" + String(repeating: "h", count: 86), "$6$rounds=7000$$"),
      ("$md5,rounds=4$$" + String(repeating: "h", count: 22), "$md5,rounds=4$$"),
      ("$md5$saltsalt$$" + String(repeating: "h", count: 22), "$md5$"),
      (
        "$argon2id$v=19$m=65536,t=3,p=4$saltsaltsaltsalt$" + String(repeating: "h", count: 42) + "A",
        "$argon2id$v=19$m=65536,t=3,p=4$"
      ),
      (
        "$pbkdf2-sha256$1000$saltsaltsaltsalt$" + String(repeating: "h", count: 42) + "A",
        "{PBKDF2-SHA256}$pbkdf2-sha256$1000$"
      ),
      ("$apr1$saltsalt$" + String(repeating: "h", count: 22), "$apr1$"),
      ("$P$Bsaltsalt" + String(repeating: "h", count: 22), "$P$B"),
      ("$7$CU..../....saltsaltsalt$" + String(repeating: "h", count: 43), "$7$CU..../...."),
    ] {
      let decoy = text(try #require(HashShape(of: Secret(text: stored))).decoy(random: &random))
      let label = kept.hasPrefix("{") ? kept.prefix { $0 != "}" }.utf8.count + 1 : 0
      #expect(decoy.hasPrefix(kept) && decoy.utf8.count == label + stored.utf8.count, "\(decoy)")
      #expect(!decoy.contains("salt") && !decoy.contains("hhhh"), "\(decoy)")
    }
  }

  @Test("Spelling and label make no difference, work and salt do")
  func equality() {
    func shape(_ stored: String) -> HashShape? { HashShape(of: Secret(text: stored)) }
    let hash = String(repeating: "h", count: 86)
    #expect(shape("$6$salt$" + hash) == shape("{SHA512-CRYPT}$6$tlas$" + hash))
    #expect(shape("$6$salt$" + hash) != shape("$6$salt5$" + hash))
    #expect(shape("$6$salt$" + hash) != shape("$6$rounds=6000$salt$" + hash))
    #expect(shape("{PLAIN}short") == shape("{plain}a longer one"))
  }

  @Test(
    "What cannot be verified has none",
    arguments: [
      "!", "*", "", "{ARGON2ID}$argon2id$v=19$x", "$6$rounds=5000001$s$" + String(repeating: "h", count: 86), "$1$",
    ])
  func none(stored: String) {
    #expect(HashShape(of: Secret(text: stored)) == nil)
  }

  @Test("The standard one is SHA512-CRYPT with 5,000 rounds")
  func standard() {
    var random = SeededGenerator(state: 3)
    let decoy = HashShape.standard.decoy(random: &random)
    #expect(HashShape(of: decoy) == .standard)
    #expect(HashShape.standard.scheme == "SHA512-CRYPT")
    #expect(PasswordSchemes.demand(of: decoy) == Demand(cost: .expensive, memory: 0))
    #expect(PasswordSchemes.verify(Secret(text: "x"), against: decoy, using: CryptScratch()) == .mismatch)
  }
}
