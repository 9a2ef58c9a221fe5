import Glibc
import Secrets
import Testing

@Suite struct SecretTests {
  /// Long enough to be found, and never part of anything else: a freed piece of memory may soon be another test's.
  private static func marker(_ piece: String) -> [UInt8] { Array(String(repeating: piece, count: 24).utf8) }

  /// Whether eight bytes in a row are still there: the allocator may have written over others.
  private static func remains(of marker: [UInt8], in bytes: [UInt8]) -> Bool {
    (0...(marker.count - 8)).contains { bytes[$0..<$0 + 8] == marker[$0..<$0 + 8] }
  }

  /// Neither private nor local: those are described with an address, in which any digits may stand.
  struct Holder {
    let name = "holder"
    let secret: Secret
    let perhaps: Secret?
  }

  @Test func showsNothing() {
    let secret = Secret(text: "hunter2")
    let holder = Holder(secret: secret, perhaps: secret)
    var dumped = ""
    dump(secret, to: &dumped)
    dump(holder, to: &dumped)
    let texts = [
      "\(secret)", String(describing: secret), String(reflecting: secret), dumped, "\([secret])", "\(holder)",
      "\(Optional(secret) as Any)", "\(["password": secret])", String(reflecting: holder),
    ]
    for text in texts {
      #expect(!text.contains("hunter2"))
      #expect(!text.contains("104"), "not as numbers either")
    }
    #expect(dumped.contains("holder"))
    #expect(Mirror(reflecting: secret).children.isEmpty)
  }

  /// What would let it be written, or compared byte by byte until the first difference, without anybody noticing.
  @Test func hasNoWayOut() {
    let secret: Any = Secret(text: "hunter2")
    #expect(!(secret is any Encodable) && !(secret is any Decodable))
    #expect(!(secret is any CustomStringConvertible) && !(secret is any CustomDebugStringConvertible))
    #expect(!(secret is any TextOutputStreamable) && !(secret is any Error))
    #expect(!(secret is any Equatable) && !(secret is any Hashable) && !(secret is any Sequence))
  }

  @Test func comparesWholeValues() {
    #expect(Secret(text: "abc").matches(Secret(text: "abc")))
    #expect(!Secret(text: "abc").matches(Secret(text: "abd")))
    #expect(!Secret(text: "abc").matches(Secret(text: "xbc")))
    #expect(!Secret(text: "abc").matches(Secret(text: "ab")))
    #expect(Secret(text: "").matches(Secret(text: "")))
  }

  @Test func takesAndWipesItsSource() {
    var bytes = Array("hunter2".utf8)
    let secret = Secret.taking(&bytes)
    #expect(bytes.isEmpty)
    #expect(secret.matches(Secret(text: "hunter2")))
  }

  @Test func isWipedWithItsLastReference() throws {
    let marker = Self.marker("Zq9xWv7k")
    var place: UInt = 0
    do {
      let secret = Secret(marker)
      let copy = secret
      secret.withBytes { place = UInt(bitPattern: $0.baseAddress) }
      // While it lives, the bytes are where they are looked for: the search can find something.
      #expect(try Self.memory(at: place, count: marker.count) == marker)
      #expect(copy.matches(secret))
    }
    #expect(try !Self.remains(of: marker, in: Self.memory(at: place, count: marker.count)))
  }

  @Test func bytesAreWipedInPlace() throws {
    let marker = Self.marker("pY3mTb6c")
    var bytes = marker.map { $0 }
    let place = bytes.withUnsafeBytes { UInt(bitPattern: $0.baseAddress) }
    #expect(try Self.memory(at: place, count: marker.count) == marker)
    bytes.wipe()
    #expect(bytes.isEmpty)
    #expect(try !Self.remains(of: marker, in: Self.memory(at: place, count: marker.count)))
  }

  /// This process's memory, freed or not, past the compiler and the sanitizers.
  private static func memory(at place: UInt, count: Int) throws -> [UInt8] {
    let descriptor = open("/proc/self/mem", O_RDONLY)
    try #require(descriptor >= 0)
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: count)
    let read = pread(descriptor, &bytes, count, Int(bitPattern: place))
    try #require(read == count)
    return bytes
  }
}
