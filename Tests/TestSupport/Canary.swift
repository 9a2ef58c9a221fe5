internal import Foundation

/// Secrets that a test has planted, and the search for what is left of them where none may be: eight bytes in a row of a secret, as it
/// stands or in a form that programs give to bytes, are a find.
public struct Canary: Sendable {
  /// How many bytes in a row make a find.
  public static let length = 8

  private var windows: [UInt64: String] = [:]

  /// Nothing planted.
  public init() {}

  /// - Parameter name: what a find is called.
  public mutating func plant(_ secret: String, as name: String) {
    for form in Self.forms(Array(secret.utf8)) {
      Self.forEachWindow(form) { window, _ in windows[window] = name }
    }
  }

  /// Plants what is secret of a stored hash: salt and digest, without the scheme and its parameters.
  public mutating func plant(hash: String, as name: String) {
    let own = hash.hasPrefix("{") ? hash.drop { $0 != "}" }.dropFirst() : hash[...]
    // Parameters are no secret: `rounds=5000`, `m=65536,t=3,p=1`.
    for part in own.split(separator: "$") where part.utf8.count >= Self.length && !part.dropLast(2).contains("=") {
      plant(String(part), as: name)
    }
  }

  /// How many different windows are looked for.
  public var count: Int { windows.count }

  /// Names what is found in `bytes`, with what stands around it.
  public func finds(in bytes: [UInt8]) -> [String] {
    var finds: [String] = []
    var last = -Self.length
    Self.forEachWindow(bytes) { window, place in
      guard let name = windows[window], place >= last + Self.length else { return }
      last = place
      let around = bytes[max(0, place - 60)..<min(bytes.count, place + 60)]
      finds.append("\(name) at \(place): \(String(decoding: around, as: UTF8.self).debugDescription)")
    }
    return finds
  }

  /// The same in a text.
  public func finds(in text: String) -> [String] { finds(in: Array(text.utf8)) }

  /// The same in a file.
  public func finds(inFile path: String) throws -> [String] {
    finds(in: [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))).map { "\(path): \($0)" }
  }

  /// As it stands, in base64 wherever it begins in there, in hexadecimal, escaped, and as a list of numbers.
  static func forms(_ secret: [UInt8]) -> [[UInt8]] {
    var texts: [String] = []
    for offset in 0..<3 {
      let encoded = Data(Array(repeating: 0, count: offset) + secret).base64EncodedString()
      // The characters that depend on the secret alone.
      let own = encoded.dropFirst((offset * 8 + 5) / 6).prefix((offset + secret.count) * 8 / 6 - (offset * 8 + 5) / 6)
      texts.append(String(own))
      texts.append(own.replacingOccurrences(of: "+", with: "-").replacingOccurrences(of: "/", with: "_"))
    }
    for (before, format) in [
      ("", "%02x"), ("", "%02X"), ("\\x", "%02x"), ("\\x", "%02X"), ("\\u00", "%02x"), ("%%", "%02X"),
    ] {
      texts.append(secret.map { String(format: before + format, $0) }.joined())
    }
    texts.append(secret.map { String(format: "\\%03o", $0) }.joined())
    texts.append(secret.map { "\($0)" }.joined(separator: ", "))
    return [secret] + texts.map { Array($0.utf8) }
  }

  private static func forEachWindow(_ bytes: [UInt8], _ body: (UInt64, Int) -> Void) {
    var window: UInt64 = 0
    for (place, byte) in bytes.enumerated() {
      window = window << 8 | UInt64(byte)
      if place >= length - 1 { body(window, place - length + 1) }
    }
  }
}
