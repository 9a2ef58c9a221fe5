/// An account's options: `name=value` pairs joined by commas. Clients act on them, the server only passes them on.
public enum AccountOptions {
  /// The account's own options, then those defaults whose names it does not set, in their order.
  /// - Returns: nil when there is nothing on either side.
  public static func merging(_ own: [UInt8]?, defaults: [UInt8]?) -> [UInt8]? {
    let own = own.flatMap { $0.isEmpty ? nil : $0 }
    guard let defaults, !defaults.isEmpty else { return own }
    let comma = UInt8(ascii: ",")
    let set = own.map { $0.split(separator: comma).map(name) } ?? []
    var merged = own ?? []
    for option in defaults.split(separator: comma) where !set.contains(name(of: option)) {
      if !merged.isEmpty { merged.append(comma) }
      merged.append(contentsOf: option)
    }
    return merged.isEmpty ? nil : merged
  }

  private static func name(of option: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    option.prefix { $0 != UInt8(ascii: "=") }
  }
}
